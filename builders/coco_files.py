"""Find the files of COCO: unpacked or in their official archives, the user's or downloaded.

What is found is named as fsspec names it: a path, or ``zip://member::archive`` for a file that
stays packed.
"""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import fsspec

from mmgen_datasets.errors import MissingFileError, SourceError

URL = "http://images.cocodataset.org/"
"""Where the official archives lie. Plain http: the host's certificate is for another name."""

ARCHIVES = {
    "annotations/annotations_trainval2014.zip": (
        252_872_794,
        "031296bbc80c45a1d1f76bf9a90ead27e94e99ec629208449507a4917a3bf009",
    ),
    "annotations/annotations_trainval2017.zip": (
        252_907_541,
        "113a836d90195ee1f884e704da6304dfaaecff1f023f49b6ca93c4aaae470268",
    ),
    "zips/train2014.zip": (
        13_510_573_713,
        "ede4087e640bddba550e090eae701092534b554b42b05ac33f0300b984b31775",
    ),
    "zips/train2017.zip": (
        19_336_861_798,
        "69a8bb58ea5f8f99d24875f21416de2e9ded3178e903f1f7603e283b9e06d929",
    ),
    "zips/val2014.zip": (
        6_645_013_297,
        "fe9be816052049c34717e077d9e34aa60814a55679f804cd043e3cbee3b9fde0",
    ),
    "zips/val2017.zip": (
        815_585_330,
        "4f7e2ccb2866ec5041993c9cf2a952bbed69647b115d0f74da7ce8f4bef82f05",
    ),
}
"""Bytes and SHA-256 of the official archives, as TensorFlow Datasets keeps them."""

PICTURE_FOLDERS = ("train2014", "val2014", "train2017", "val2017")


@dataclass(frozen=True)
class Pictures:
    """The pictures of a folder or archive: one called `name` is ``prefix + name + suffix``."""

    prefix: str
    suffix: str
    names: list[str]


def find_annotations(data_dir: str, year: str) -> dict[str, str]:
    """Find the annotation files of a user's folder.

    They may lie in ``annotations/``, beside it, or in ``annotations_trainval<year>.zip``; a
    file that is unpacked goes before the same one in the archive.

    Returns:
        The name of each file, ``captions_val2017.json``, to where it is.

    Raises:
        MissingFileError: the folder is not there.
    """
    root = _folder(data_dir)
    packed: dict[str, str] = {}
    for archive in _annotation_archives(root):
        if year in archive.name:
            packed |= list_annotations(str(archive))
    return packed | {path.name: str(path) for path in _unpacked_annotations(root)}


def find_pictures(data_dir: str, folder: str) -> str | None:
    """Find the folder or archive with a split's pictures; a folder goes first.

    Args:
        data_dir: the user's folder.
        folder: the official name, ``val2017``.
    """
    return next((str(path) for path in _picture_places(_folder(data_dir), folder)), None)


def source_files(data_dir: str) -> list[Path]:
    """The files and folders that rows depend on; a folder stands for the names in it."""
    root = _folder(data_dir)
    pictures = [place for name in PICTURE_FOLDERS for place in _picture_places(root, name)]
    return [*_unpacked_annotations(root), *_annotation_archives(root), *pictures]


def list_annotations(archive: str) -> dict[str, str]:
    """Find the annotation files in an archive, as `find_annotations` does in a folder."""
    return {
        PurePosixPath(member).name: f"zip://{member}::{archive}"
        for member in _members(archive)
        if member.endswith(".json")
    }


def list_pictures(place: str) -> Pictures:
    """List the pictures of a folder or archive once, in place of asking for each."""
    if Path(place).is_dir():
        with os.scandir(place) as entries:
            return Pictures(f"{place}/", "", [e.name for e in entries if _is_file(e)])
    folder = f"{PurePosixPath(place).stem}/"
    files = [name for name in _members(place) if not name.endswith("/")]
    names = [name.removeprefix(folder) for name in files if name.startswith(folder)]
    return Pictures(f"zip://{folder}", f"::{place}", names)


def check_download(path: str, archive: str) -> str:
    """Compare a downloaded archive with the official one.

    Raises:
        SourceError: it is another, or only a part.
    """
    size, sha256 = ARCHIVES[archive]
    with Path(path).open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if found != sha256:
        raise SourceError(
            f"coco: the download of {URL}{archive} has {Path(path).stat().st_size:,} bytes with "
            f"SHA-256 {found}, not {size:,} with {sha256}",
            "load it again with download_mode='force_redownload'",
        )
    return path


def _folder(data_dir: str) -> Path:
    root = Path(data_dir).expanduser().absolute()
    if not root.is_dir():
        raise MissingFileError(
            f"coco: no folder {root}",
            "give data_dir the folder that has COCO's 'annotations' in it",
        )
    return root


def _unpacked_annotations(root: Path) -> list[Path]:
    return [path for folder in (root, root / "annotations") for path in folder.glob("*_*20*.json")]


def _annotation_archives(root: Path) -> list[Path]:
    return [
        path
        for folder in (root, root / "annotations")
        for path in folder.glob("annotations_trainval20*.zip")
    ]


def _picture_places(root: Path, folder: str) -> Iterator[Path]:
    places = (root / folder, root / "images" / folder)
    yield from (path for path in places if path.is_dir())
    archives = (path.with_suffix(".zip") for path in places)
    yield from (path for path in archives if path.is_file())


def _is_file(entry: os.DirEntry[str]) -> bool:
    """Whether it is a file or a link to one."""
    try:
        return entry.is_file()
    except OSError:  # a link that leads in a circle, or to where nobody may look
        return False


def _members(archive: str) -> list[str]:
    try:
        with fsspec.open(archive, "rb") as file, zipfile.ZipFile(file) as opened:
            return opened.namelist()
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"coco: {archive} is not a whole zip archive: {error}", "download it again"
        ) from error
    except OSError as error:
        raise unreadable(archive, error) from error


def unreadable(url: str, error: OSError) -> SourceError:
    """What to raise for a file that the system does not let one read."""
    return SourceError(
        f"coco: {url} cannot be read: {error.strerror or error}",
        "put a file there that you may read",
    )
