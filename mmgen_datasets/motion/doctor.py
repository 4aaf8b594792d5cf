"""Look through a folder in the layout of HumanML3D, and say what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

import numpy as np

from mmgen_datasets.errors import SourceError
from mmgen_datasets.motion import folder
from mmgen_datasets.motion.features import layout, width_of
from mmgen_datasets.motion.recovery import features_to_joints, wrong_turns
from mmgen_datasets.motion.skeleton import SKELETONS, Floats, Skeleton
from mmgen_datasets.motion.statistics import BIASED, Statistics, statistics_of

KINDS: dict[str, str] = {
    "without features": "left out",
    "unreadable features": "left out",
    "features that are not finite": "left out; upstream skips them too",
    "in two lists": "one split sees the clips of another",
    "apart from their mirror image": "clip and mirror image are in different lists",
    "without captions": "kept, for tokenizers; nothing can be asked about them",
    "lines that are no caption": "the line is left out; T2M-GPT's evaluation drops the clip",
    "captions about a part beyond the end": "the caption is left out",
    "without joints": "recovered from the features where they are asked for",
    "joints of another length": "recovered from the features where they are asked for",
    "joints that the features do not give": "more than a millimetre apart: of another version?",
    "a turn of the wrong sign": "the heading passes 180 degrees, and all that follows is turned "
    "when joints are recovered; true_turns() mends it",
    "a jump in the first turn": "of more than 5 degrees, as the first heading is not smoothed; it "
    "is most of the heading error after tokenizing",
    "too short or too long to train": "T2M-GPT takes 40 to 199 frames, of KIT-ML 24 to 199",
    "in no list": "not loaded",
}
"""What there is to find, the worst first, and what becomes of it."""

PROBLEMS = [*KINDS][:5]
"""The kinds of `KINDS` that cost clips, or spoil what is measured with them."""

_VARIANTS = {
    1.0: "as HumanML3D writes them",
    5.0: "with a feature bias of 5",
    25.0: "with a bias of 5 applied twice, as T2M-GPT and MotionGPT were trained with",
}


@dataclass
class Diagnosis:
    """What was found in a folder."""

    root: Path
    skeleton: Skeleton
    splits: dict[str, list[str]]
    found: dict[str, list[str]] = field(default_factory=lambda: {kind: [] for kind in KINDS})
    """Kind to the clips, some with what is wrong after a colon."""
    statistics: dict[str, str] = field(default_factory=dict)
    """Name of each file of spreads to what it seems to be."""

    @property
    def is_healthy(self) -> bool:
        """Whether every clip can be used as it is meant."""
        return not any(self.found[kind] for kind in PROBLEMS)


def examine(data_dir: str | Path, track: Callable[[list[str]], Iterable[str]] = iter) -> Diagnosis:
    """Read every clip that a list names.

    Args:
        data_dir: of `mmgen_datasets.motion.folder.find_folder`.
        track: goes through the ids, and may tell how far it is.

    Raises:
        SourceError: there is no such folder, or no clip in it that can be read.
    """
    root = folder.find_folder(data_dir)
    diagnosis = Diagnosis(root, _skeleton(root), folder.read_splits(root))
    _compare_lists(diagnosis)
    ids = [*dict.fromkeys(chain(*diagnosis.splits.values()))]
    usable = _usable(diagnosis, track(ids))
    first = next(usable, None)
    if first is None:
        return diagnosis
    ours = statistics_of(chain([first], usable), diagnosis.skeleton)
    for path in sorted({*root.glob("[Ss]td.npy"), *root.glob("*/[Ss]td.npy")}):
        diagnosis.statistics[str(path.relative_to(root))] = _variant(path, ours, diagnosis.skeleton)
    return diagnosis


def _skeleton(root: Path) -> Skeleton:
    widths = {width_of(one): one for one in SKELETONS.values() if one.rig}
    for path in sorted((root / folder.FEATURES).glob("*.npy")):
        width = folder.width_in(path)
        if width in widths:
            return widths[width]
    raise SourceError(
        f"{root / folder.FEATURES} has no file with features of {' or '.join(map(str, widths))} "
        "numbers a frame",
        "make them as docs/motion.md tells",
    )


def _compare_lists(diagnosis: Diagnosis) -> None:
    first: dict[str, str] = {}
    for split, ids in diagnosis.splits.items():
        for id in ids:
            if id in first:
                diagnosis.found["in two lists"].append(f"{id}: {first[id]}, {split}")
            first.setdefault(id, split)
    for id, split in first.items():
        other = first.get(f"M{id}", split)
        if other != split:
            diagnosis.found["apart from their mirror image"].append(f"{id}: {split}, {other}")
    there = {path.stem for path in (diagnosis.root / folder.FEATURES).glob("*.npy")}
    diagnosis.found["in no list"] = sorted(there - first.keys())


def _usable(diagnosis: Diagnosis, ids: Iterable[str]) -> Iterator[Floats]:
    """The features of the clips that have some; what is wrong with any goes into the diagnosis."""
    for id in ids:
        try:
            rows = folder.read_features(diagnosis.root, id, diagnosis.skeleton)
        except SourceError as error:
            diagnosis.found[_kind_of(error.problem)].append(f"{id}: {error.problem}")
            continue
        _read_texts(diagnosis, id, len(rows))
        _read_joints(diagnosis, id, rows)
        _look_at_turns(diagnosis, id, rows)
        shortest = 40 if diagnosis.skeleton.fps == 20.0 else 24
        if not shortest <= len(rows) < 200:
            diagnosis.found["too short or too long to train"].append(f"{id}: {len(rows)} frames")
        yield rows


def _kind_of(problem: str) -> str:
    if problem.startswith("no "):
        return "without features"
    if problem.startswith("NaN"):
        return "features that are not finite"
    return "unreadable features"


def _read_texts(diagnosis: Diagnosis, id: str, num_frames: int) -> None:
    fps = diagnosis.skeleton.fps or 1.0
    try:
        found, bad = folder.read_descriptions(diagnosis.root, id)
    except SourceError as error:
        diagnosis.found["without captions"].append(f"{id}: {error.problem}")
        return
    if not found:
        diagnosis.found["without captions"].append(id)
    for line in bad:
        diagnosis.found["lines that are no caption"].append(f"{id}: line {line}")
    for one in found:
        if (one.frames(fps).start or 0) >= num_frames:
            beyond = f"{id}: {one.start_s:g} s to {one.end_s:g} s of {num_frames / fps:g} s"
            diagnosis.found["captions about a part beyond the end"].append(beyond)


def _read_joints(diagnosis: Diagnosis, id: str, rows: Floats) -> None:
    skeleton = diagnosis.skeleton
    try:
        joints = folder.read_joints(diagnosis.root, id, skeleton)
    except SourceError as error:
        diagnosis.found["without joints"].append(f"{id}: {error.problem}")
        return
    if len(joints) != len(rows):
        lengths = f"{id}: {len(joints)} frames, features {len(rows)}"
        diagnosis.found["joints of another length"].append(lengths)
        return
    apart = np.abs(features_to_joints(rows, skeleton) - joints).max() * skeleton.metres
    if apart > 1e-3:
        diagnosis.found["joints that the features do not give"].append(f"{id}: {apart:.3f} m")


def _look_at_turns(diagnosis: Diagnosis, id: str, rows: Floats) -> None:
    wrong = np.flatnonzero(wrong_turns(rows, diagnosis.skeleton))
    if len(wrong):
        frames = ", ".join(map(str, wrong))
        diagnosis.found["a turn of the wrong sign"].append(f"{id}: frame {frames}")
    turns = np.degrees(2 * rows[:2, 0])
    if abs(turns[0]) > 5 and abs(turns[0]) > 3 * abs(turns[-1]):
        diagnosis.found["a jump in the first turn"].append(f"{id}: {turns[0]:.0f} degrees")


def _variant(path: Path, ours: Statistics, skeleton: Skeleton) -> str:
    """What spreads seem to be, beside those of the clips."""
    try:
        given = np.load(path, allow_pickle=False)
    except (OSError, ValueError, EOFError) as error:
        return f"cannot be read: {error}"
    if given.shape != ours.std.shape:
        return f"has the shape {given.shape}, not {ours.std.shape}"
    with np.errstate(divide="ignore", invalid="ignore"):
        ratios = {
            name: float(np.median(ours.std[part] / given[part]))
            for name, part in layout(skeleton.num_joints).items()
        }
    biases = [ratios[name] for name in BIASED]
    for bias, words in _VARIANTS.items():
        wanted = {name: bias if name in BIASED else 1.0 for name in ratios}
        if all(abs(ratios[name] / wanted[name] - 1) < 0.1 for name in ratios):
            return f"spreads of these clips, {words}"
    return (
        "of other clips, or by another rule: those of these clips are "
        f"{min(biases):.3g} to {max(biases):.3g} times as large for root and feet, "
        f"{ratios['positions']:.3g} times for positions"
    )
