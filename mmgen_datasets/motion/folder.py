"""A folder of motion in the layout of HumanML3D, which KIT-ML has too.

::

    new_joint_vecs/000000.npy    features, float32 (T, 263)
    new_joints/000000.npy        joints, float32 (T, 22, 3)
    texts/000000.txt             a caption on each line: caption#tokens#start#end
    train.txt val.txt test.txt   an id on each line; M000000 is the mirror image of 000000
    Mean.npy Std.npy             to normalise features with

A line of a text, with the part of the clip that it tells of in seconds, 0 and 0 for all of it::

    a man kicks with his left leg.#a/DET man/NOUN kick/VERB with/ADP his/DET leg/NOUN#0.0#0.0
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from mmgen_datasets.errors import MissingFileError, SourceError
from mmgen_datasets.motion.features import width_of
from mmgen_datasets.motion.skeleton import Floats, Skeleton

SPLITS = {"train": "train", "validation": "val", "test": "test"}
"""Split to the name of its list of ids."""

FEATURES, JOINTS, TEXTS = "new_joint_vecs", "new_joints", "texts"

_ID = re.compile(r"[A-Za-z0-9][\w.-]*")
_NAMES = {"humanml3d": "HumanML3D", "kit_ml": "KIT-ML"}


@dataclass(frozen=True)
class Description:
    """What somebody wrote about a clip, or about a part of it."""

    text: str
    tokens: str
    """Words with their kind, ``man/NOUN``, between spaces."""
    start_s: float | None
    """Null, as is the end, where it is about the whole clip."""
    end_s: float | None

    def frames(self, fps: float) -> slice:
        """Which frames it is about, as T2M-GPT counts them."""
        if self.start_s is None or self.end_s is None:
            return slice(None)
        return slice(int(self.start_s * fps), int(self.end_s * fps))


def find_folders(data_dir: str | Path, name: str | None = None) -> list[Path]:
    """Where features are: `data_dir` itself, or folders ``HumanML3D`` and ``KIT-ML`` in it.

    Args:
        data_dir: the user's folder.
        name: of the skeleton, ``"humanml3d"`` or ``"kit_ml"``; None finds both.

    Raises:
        MissingFileError: there are none.
    """
    root = Path(data_dir).expanduser().absolute()
    inside = [root / folder for key, folder in _NAMES.items() if name in (None, key)]
    found = [place for place in (root, *inside) if (place / FEATURES).is_dir()]
    if not found:
        raise MissingFileError(
            f"{name or 'motion'}: no folder {root / FEATURES}",
            "give the folder that has 'new_joint_vecs', 'texts' and 'train.txt' in it; "
            "docs/motion.md tells how to make it",
        )
    return found


def find_folder(data_dir: str | Path, name: str | None = None) -> Path:
    """The first folder that `find_folders` finds."""
    return find_folders(data_dir, name)[0]


def read_splits(root: Path) -> dict[str, list[str]]:
    """The ids of each split that has a list, in its order, each once.

    Raises:
        MissingFileError: there is no list.
        SourceError: an id could lead out of the folder.
    """
    lists = {split: root / f"{stem}.txt" for split, stem in SPLITS.items()}
    there = {split: path for split, path in lists.items() if path.is_file()}
    if not there:
        raise MissingFileError(
            f"{root}: there is no train.txt, val.txt or test.txt",
            "put them beside new_joint_vecs; HumanML3D's repository has them",
        )
    return {split: _ids(path) for split, path in there.items()}


def width_in(path: Path) -> int | None:
    """How many features a frame has in a file; null if it cannot be read."""
    try:
        shape = np.load(path, mmap_mode="r", allow_pickle=False).shape
    except (OSError, ValueError, EOFError):
        return None
    return int(shape[1]) if len(shape) == 2 else None


def read_features(root: Path, id: str, skeleton: Skeleton) -> Floats:
    """Features of a clip, (T, 263) float32.

    Raises:
        SourceError: they are not there, have another shape, or are not finite; its problem is
            short, and does not name the clip.
    """
    rows = _array(root / FEATURES / f"{id}.npy")
    if rows.ndim != 2 or rows.shape[1] != width_of(skeleton) or not len(rows):
        raise SourceError(f"features have the shape {rows.shape}, not (T, {width_of(skeleton)})")
    return _finite(rows)


def read_joints(root: Path, id: str, skeleton: Skeleton) -> Floats:
    """Joints of a clip, (T, J, 3) float32.

    Raises:
        SourceError: as for `read_features`.
    """
    rows = _array(root / JOINTS / f"{id}.npy")
    if rows.ndim != 3 or rows.shape[1:] != (skeleton.num_joints, 3):
        raise SourceError(f"joints have the shape {rows.shape}, not (T, {skeleton.num_joints}, 3)")
    return _finite(rows)


def read_descriptions(root: Path, id: str) -> tuple[list[Description], list[int]]:
    """The captions of a clip, and the numbers of lines that are none.

    Raises:
        SourceError: there is no such file, or it cannot be read.
    """
    path = root / TEXTS / f"{id}.txt"
    try:
        lines = path.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise SourceError(_why(path, error)) from error
    found = [parse_description(line) for line in lines if line.strip()]
    numbers = [number for number, line in enumerate(lines, 1) if line.strip()]
    bad = [number for number, one in zip(numbers, found, strict=True) if one is None]
    return [one for one in found if one is not None], bad


def parse_description(line: str) -> Description | None:
    """Read a line of a text; null if it is none.

    Example:
        >>> parse_description("he jumps.#he/PRON jump/VERB#1.0#2.5")
        Description(text='he jumps.', tokens='he/PRON jump/VERB', start_s=1.0, end_s=2.5)
    """
    parts = line.strip().rsplit("#", 3)
    if len(parts) != 4 or not parts[0].strip():
        return None
    text, tokens, *tags = parts
    try:
        start, end = (0.0 if math.isnan(float(tag)) else float(tag) for tag in tags)
    except ValueError:
        return None
    if start == end == 0:
        return Description(text, tokens, None, None)
    return Description(text, tokens, start, end) if 0 <= start < end < math.inf else None


def _ids(path: Path) -> list[str]:
    ids = {}
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        id = line.strip()
        if id and not _ID.fullmatch(id):
            raise SourceError(
                f"{path}, line {number}: {id!r} is no id",
                "write one on each line, as in 000021: letters, digits and _ . -",
            )
        if id:
            ids[id] = number
    return [*ids]


def _array(path: Path) -> Floats:
    try:
        return np.asarray(np.load(path, allow_pickle=False), np.float32)
    except FileNotFoundError:
        raise SourceError(f"no {path.parent.name}/{path.name}") from None
    except (OSError, ValueError, EOFError) as error:
        raise SourceError(_why(path, error)) from error


def _why(path: Path, error: Exception) -> str:
    if isinstance(error, FileNotFoundError):
        return f"no {path.parent.name}/{path.name}"
    return f"{path.parent.name}/{path.name} cannot be read: {error}"


def _finite(rows: Floats) -> Floats:
    bad = ~np.isfinite(rows.reshape(len(rows), -1)).all(1)
    if bad.any():
        raise SourceError(f"NaN or infinite in {bad.sum()} of {len(rows)} frames")
    return rows
