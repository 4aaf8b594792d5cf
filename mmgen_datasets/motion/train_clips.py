"""Clips to train a tokenizer on or to encode, out of a user's folder."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.motion.codes_files import read_array
from mmgen_datasets.motion.folder import FEATURES, find_folder, read_features, read_splits
from mmgen_datasets.motion.skeleton import SKELETONS, Skeleton
from mmgen_datasets.motion.statistics import statistics_of
from mmgen_datasets.motion.tokenizer_base import Motion


@dataclass(frozen=True, eq=False)
class Clips:
    """Clips by their ids, and why others are not among them."""

    motions: dict[str, Motion]
    skipped: Counter[str] = field(default_factory=Counter)
    """How many, by the reason."""


def read_clips(folder: Path, split: str, skeleton: Skeleton) -> Clips:
    """Read a folder in the layout of HumanML3D, or one of ``.npy`` files.

    Files alone, features (T, D) or joints (T, J, 3), have no splits: they are all read, and their
    ids are their paths in the folder.

    Raises:
        MissingFileError: there is neither.
        UsageError: the split is none of the folder's, or no clip can be read.
    """
    names = ("", "HumanML3D", "KIT-ML")
    if any((folder / name / FEATURES).is_dir() for name in names):
        root = find_folder(folder)
        splits = read_splits(root)
        if split not in splits:
            raise UsageError(f"{root} has no split {split!r}", f"choose from {', '.join(splits)}")
        return _read(splits[split], lambda id: read_features(root, id, skeleton))
    paths = {
        path.relative_to(folder).with_suffix("").as_posix(): path for path in folder.rglob("*.npy")
    }
    if not paths:
        raise MissingFileError(
            f"no clips in {folder}", f"give a folder with {FEATURES}, or with .npy files"
        )
    return _read(sorted(paths), lambda id: _finite(read_array(paths[id])))


def _read(ids: Iterable[str], read: Callable[[str], Motion]) -> Clips:
    found, skipped = {}, Counter[str]()
    for id in ids:
        try:
            found[id] = read(id).astype(np.float32)
        except SourceError as error:
            skipped[error.problem.replace(id, "ID")] += 1
    if not found:
        reason = next(iter(skipped), "the list of clips is empty")
        raise UsageError(
            f"none of {sum(skipped.values())} clips can be read: {reason}", "mend them"
        )
    return Clips(found, skipped)


def _finite(motion: Motion) -> Motion:
    if motion.ndim not in (2, 3) or motion.dtype.kind != "f":
        raise SourceError(f"{motion.dtype} of {motion.ndim} dimensions is no clip")
    if not np.isfinite(motion).all():
        raise SourceError("NaN or infinite")
    return motion


def frame_statistics(
    clips: Iterable[Motion], skeleton: str, *, feature_bias: float = 1.0
) -> tuple[Motion, Motion]:
    """What clips are normalised with: mean and standard deviation of a frame.

    Joints stay as they are, since the tokenizers for them take joints that were normalised in
    their own way; see `mmgen_datasets.motion.statistics` for features.
    """
    clips = list(clips)
    if clips[0].ndim == 3:
        frame = clips[0].shape[1:]
        return np.zeros(frame, np.float32), np.ones(frame, np.float32)
    found = statistics_of(clips, SKELETONS[skeleton], feature_bias=feature_bias)
    return found.mean.astype(np.float32), found.std.astype(np.float32)
