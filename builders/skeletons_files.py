"""The files of recordings of skeletons: where they are, and what is in them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mmgen_datasets.errors import SourceError
from mmgen_datasets.motion.skeleton import Skeleton

_SPLITS = {"train": "train", "validation": "validation", "val": "validation", "test": "test"}
_ENDINGS = (".npy", ".npz")
_PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".bmp")
_POSITIONS = ("joints", "joint3d_image", "joint_3d_cam")
_SHAPES = {"image_size": (2,), "bbox": (4,), "source": (), "image_files": (), "factor_2_5d": ()}
_OF_ALL = ("captions", "fps")


@dataclass(frozen=True, eq=False)
class Recording:
    """What is in a file: one recording, or several one after another."""

    path: Path
    name: str
    """Its path from the folder of its split on, without the ending."""
    frames: Mapping[str, npt.NDArray[Any]]
    """Arrays with a row for each frame."""
    numbers: npt.NDArray[np.int64]
    """Which frame of the file each is."""
    captions: tuple[str, ...] = ()
    fps: float | None = None

    @property
    def sources(self) -> npt.NDArray[Any]:
        """The recording that each frame is of."""
        return self.frames.get("source", np.zeros(len(self.numbers), np.int64))

    def with_images(self) -> Recording:
        """The frames that have a picture; all of them where none has."""
        files = self.frames.get("image_files")
        if files is None:
            return self
        kept = np.flatnonzero([bool(file) for file in files])
        frames = {name: array[kept] for name, array in self.frames.items()}
        return replace(self, frames=frames, numbers=self.numbers[kept])


def source_files(data_dir: str) -> list[Path]:
    """What rows depend on: arrays and captions, and not the pictures of frames."""
    root = Path(data_dir).absolute()
    return [
        path for path in root.rglob("*") if path.suffix in (*_ENDINGS, ".txt") and path.is_file()
    ]


def find_files(data_dir: str) -> dict[str, list[str]]:
    """The recordings of each split, by the alphabet."""
    root = Path(data_dir).absolute()
    found: dict[str, list[str]] = {}
    for path in sorted(path for path in root.rglob("*") if path.suffix in _ENDINGS):
        found.setdefault(_split(path, root) or "train", []).append(str(path))
    return {split: found[split] for split in dict.fromkeys(_SPLITS.values()) if split in found}


def read(path: Path, root: Path, skeleton: Skeleton) -> Recording:
    """Read a file.

    Args:
        path: the file.
        root: the folder of the source.
        skeleton: says how many joints there must be.

    Raises:
        SourceError: it is no such file, or its arrays do not fit together.
    """
    arrays = _load(path)
    lengths = {name: len(array) for name, array in arrays.items() if name not in _OF_ALL}
    if not lengths.keys() & {*_POSITIONS}:
        raise SourceError(
            f"{path} has no array {' or '.join(map(repr, _POSITIONS))}: it has "
            + (", ".join(arrays) or "nothing"),
            "name the positions (T, J, 3) by one of these",
        )
    wanted = {**dict.fromkeys(_POSITIONS, (skeleton.num_joints, 3)), **_SHAPES}
    num_frames = next(lengths[name] for name in _POSITIONS if name in lengths)
    frames = {}
    for name in wanted.keys() & arrays.keys():
        if arrays[name].shape != (num_frames, *wanted[name]):
            raise SourceError(
                f"{path}: {name!r} has the shape {arrays[name].shape}, not "
                f"{(num_frames, *wanted[name])}",
                f"give a row for each frame, and name the skeleton if it is not {skeleton.name!r}",
            )
        frames[name] = arrays[name]
    base = root if _split(path, root) is None else root / path.relative_to(root).parts[0]
    if base == path:
        base = root
    if "image_files" not in frames and (files := _pictures(path, root, num_frames)) is not None:
        frames["image_files"] = files
    captions = tuple(str(text) for text in arrays.get("captions", ())) or tuple(_captions(path))
    return Recording(
        path,
        path.relative_to(base).with_suffix("").as_posix(),
        frames,
        np.arange(num_frames),
        captions,
        float(arrays["fps"]) if "fps" in arrays else skeleton.fps,
    )


def _split(path: Path, root: Path) -> str | None:
    """The split that the first folder, or the file itself, is named after."""
    first = path.relative_to(root).parts[0]
    return _SPLITS.get(first.removesuffix(path.suffix) if first == path.name else first)


def _load(path: Path) -> dict[str, npt.NDArray[Any]]:
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            if isinstance(loaded, np.ndarray):
                return {"joints": loaded}
            return {name: loaded[name] for name in loaded.files}
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(
            f"{path} cannot be read: {error}", "give NumPy files that hold no Python objects"
        ) from error


def _pictures(path: Path, root: Path, num_frames: int) -> npt.NDArray[Any] | None:
    folder = path.with_suffix("")
    if not folder.is_dir():
        return None
    found = sorted(file for file in folder.iterdir() if file.suffix.lower() in _PICTURES)
    if len(found) != num_frames:
        raise SourceError(
            f"{folder} has {len(found)} pictures for {num_frames} frames",
            "keep a picture for each frame, or take the folder away",
        )
    return np.array([file.relative_to(root).as_posix() for file in found])


def _captions(path: Path) -> Iterator[str]:
    beside = path.with_suffix(".txt")
    if beside.is_file():
        try:
            lines = beside.read_text(encoding="utf-8-sig").splitlines()
        except UnicodeDecodeError as error:
            raise SourceError(f"{beside}: not UTF-8", "save the file as UTF-8") from error
        yield from (line for line in lines if line.strip())
