"""The official files of Open Images V7: what they are called, and where they lie.

The table follows the download page, https://storage.googleapis.com/openimages/web/download_v7.html
(V7 goes on using files of earlier versions), and that of Localized Narratives,
https://google.github.io/localized-narratives/.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mmgen_datasets.errors import MissingFileError

URL = "https://storage.googleapis.com/"
BUCKET = "https://open-images-dataset.s3.amazonaws.com/"
"""Where the pictures lie, as ``train/<id>.jpg``; see https://github.com/cvdfoundation."""

SHORT = {"train": "train", "validation": "val", "test": "test"}
"""The splits, and what the files of V7 itself call them."""


@dataclass(frozen=True)
class File:
    """An official file, where it is."""

    path: str
    url: str


_TRAIN, _OTHERS = ("train",), ("validation", "test")
_NARRATIVES = "localized-narratives/annotations/open_images_"
_SHARDS = tuple(
    f"{_NARRATIVES}train_v6_localized_narratives-{shard:05}-of-00010.jsonl" for shard in range(10)
)

_FILES: dict[str, tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]] = {
    "boxes": (
        (_TRAIN, ("openimages/v6/oidv6-train-annotations-bbox.csv",)),
        (_OTHERS, ("openimages/v5/{split}-annotations-bbox.csv",)),
    ),
    "labels": (
        ((*SHORT,), ("openimages/v7/oidv7-{short}-annotations-human-imagelabels.csv",)),
        ((*SHORT,), ("openimages/v5/{split}-annotations-human-imagelabels-boxable.csv",)),
    ),
    "machine_labels": (
        ((*SHORT,), ("openimages/v7/oidv7-{short}-annotations-machine-imagelabels.csv",)),
    ),
    "relations": (((*SHORT,), ("openimages/v6/oidv6-{split}-annotations-vrd.csv",)),),
    "narratives": (
        (_TRAIN, _SHARDS),
        (_TRAIN, (f"{_NARRATIVES}train_v6_captions.jsonl",)),
        (_OTHERS, (f"{_NARRATIVES}{{split}}_localized_narratives.jsonl",)),
        (_OTHERS, (f"{_NARRATIVES}{{split}}_captions.jsonl",)),
    ),
    "metadata": (
        (_TRAIN, ("openimages/v6/oidv6-train-images-with-labels-with-rotation.csv",)),
        (_TRAIN, ("openimages/2018_04/train/train-images-boxable-with-rotation.csv",)),
        (_OTHERS, ("openimages/2018_04/{split}/{split}-images-with-rotation.csv",)),
    ),
    "masks": (((*SHORT,), ("openimages/v5/{split}-annotations-object-segmentation.csv",)),),
    "points": (((*SHORT,), ("openimages/v7/oidv7-{short}-annotations-point-labels.csv",)),),
}
"""Each kind of annotation: the splits, and a file or the parts of one. Of those for the same
split the fullest comes first and the shortest, which is the one to download, last."""

_NAMES = (
    "openimages/v7/oidv7-class-descriptions.csv",
    "openimages/v7/oidv7-class-descriptions-boxable.csv",
    "openimages/v5/class-descriptions-boxable.csv",
)
_ATTRIBUTES = "openimages/v6/oidv6-attributes-description.csv"

KINDS = (*_FILES,)
COLUMNS = {
    "boxes": "objects",
    "labels": "verified labels",
    "machine_labels": "labels by machines",
    "relations": "relations",
    "narratives": "narratives",
    "metadata": "license, credit, rotation and original_md5",
}
"""What rows lack where a kind of file is not there."""

_FOLDERS = (".", "annotations", "metadata", "labels", "narratives", "v5", "v6", "v7", "2018_04")


def official(kind: str, split: str) -> list[list[str]]:
    """The addresses of a split's files of a kind: alternatives, each of one file or its parts."""
    return [
        [URL + name.format(split=split, short=SHORT[split]) for name in names]
        for splits, names in _FILES[kind]
        if split in splits
    ]


def name_files() -> list[str]:
    """The addresses of the files that name classes and attributes; later ones go first."""
    return [URL + name for name in (*reversed(_NAMES), _ATTRIBUTES)]


def find_files(data_dir: str, split: str) -> dict[str, tuple[File, ...]]:
    """Find the files of a split in a user's folder, under their official names.

    They may lie in the folder, in ``annotations``, ``metadata``, ``labels`` or ``narratives``,
    or in folders as the addresses have them (``v5``, ``2018_04/train``).

    Returns:
        Kinds to the fullest file that is there, or the parts of it.
    """
    root = folder(data_dir)
    found = {}
    for kind in KINDS:
        for urls in official(kind, split):
            if parts := [*_present(root, urls)]:
                found[kind] = tuple(parts)
                break
    return found


def find_names(data_dir: str) -> tuple[File, ...]:
    """Find the files that name classes and attributes in a user's folder."""
    return tuple(_present(folder(data_dir), name_files()))


def find_pictures(data_dir: str, split: str) -> Path | None:
    """Find the folder with a split's pictures: ``train``, ``images/train`` or ``train/data``."""
    root = folder(data_dir)
    places = (root / split / "data", root / split, root / "images" / split)
    return next((place for place in places if place.is_dir()), None)


def source_files(data_dir: str) -> list[Path]:
    """The files and folders that rows depend on; a folder stands for the names in it."""
    found = [find_files(data_dir, split) for split in SHORT]
    files = [file for kinds in found for parts in kinds.values() for file in parts]
    pictures = [find_pictures(data_dir, split) for split in SHORT]
    paths = {Path(file.path) for file in (*files, *find_names(data_dir))}
    return [*paths, *(place for place in pictures if place is not None)]


def list_pictures(place: Path) -> list[str]:
    """The ids of the pictures in a folder."""
    with os.scandir(place) as entries:
        return [e.name[:-4] for e in entries if len(e.name) == 20 and e.name.endswith(".jpg")]


def folder(data_dir: str) -> Path:
    """The user's folder.

    Raises:
        MissingFileError: it is not there.
    """
    root = Path(data_dir).expanduser().absolute()
    if not root.is_dir():
        raise MissingFileError(
            f"open_images_v7: no folder {root}",
            "give data_dir the folder that has the official files in it",
        )
    return root


def _present(root: Path, urls: Iterable[str]) -> Iterator[File]:
    for url in urls:
        official = PurePosixPath(url.removeprefix(URL))
        places = [root / place / official.name for place in _FOLDERS]
        places.append(root.joinpath(*official.parts[1:]))
        if path := next((place for place in places if place.exists()), None):
            yield File(str(path), url)
