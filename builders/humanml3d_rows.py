"""Read clips of HumanML3D into rows: one for a clip, one for each part that a caption is about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen_datasets.columns import column
from mmgen_datasets.errors import SourceError
from mmgen_datasets.motion.features import width_of
from mmgen_datasets.motion.folder import (
    FEATURES,
    Description,
    read_descriptions,
    read_features,
    read_joints,
    width_in,
)
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import SKELETONS, Floats, Skeleton


@dataclass(frozen=True)
class Part:
    """A clip, or a part of one."""

    id: str
    clip: str
    descriptions: tuple[Description, ...]
    motion: Floats
    joints: Floats | None
    start: int = 0
    """The frame of the clip with which it begins."""


def clips_there(root: Path, skeleton: Skeleton) -> set[str]:
    """The ids of the clips whose features are in a folder.

    Raises:
        SourceError: the folder is of another skeleton.
    """
    paths = sorted((root / FEATURES).glob("*.npy"))
    widths = (width_in(path) for path in paths)
    width = next((width for width in widths if width is not None), None)
    if width not in (None, width_of(skeleton)):
        other = next((s.name for s in SKELETONS.values() if s.rig and width_of(s) == width), None)
        raise SourceError(
            f"{skeleton.name}: the clips in {root / FEATURES} have {width} features a frame, not "
            f"{width_of(skeleton)}",
            f"load it as {other!r}" if other else "give a folder in the layout of HumanML3D",
        )
    return {path.stem for path in paths}


def read_parts(
    root: Path,
    ids: Sequence[str],
    skeleton: Skeleton,
    *,
    with_parts: bool,
    with_joints: bool,
    skipped: dict[str, str],
) -> list[Part]:
    """Read clips, and cut them as their captions ask.

    Args:
        root: of `find_folder`.
        ids: of the clips.
        skeleton: of the folder.
        with_parts: cut; else each clip is one part with all its captions.
        with_joints: read joints too, or recover them.
        skipped: gets the clips that cannot be read, and why.
    """
    parts: list[Part] = []
    for id in ids:
        try:
            motion = read_features(root, id, skeleton)
        except SourceError as error:
            skipped[id] = error.problem
            continue
        joints = _joints(root, id, motion, skeleton) if with_joints else None
        whole = Part(id, id, _descriptions(root, id), motion, joints)
        parts.extend(_cut(whole, skeleton) if with_parts else [whole])
    return parts


def table_of(
    parts: Sequence[Part], schema: pa.Schema, skeleton: Skeleton, constants: Mapping[str, Any]
) -> pa.Table:
    """Lay parts out in the columns of a schema."""
    number = len(parts)
    known: dict[str, Any] = {
        "id": pa.array([part.id for part in parts], pa.string()),
        "file_name": pa.array([f"{FEATURES}/{part.clip}.npy" for part in parts], pa.string()),
        "captions": pa.array([[one.text for one in part.descriptions] for part in parts]),
        "descriptions": pa.array(
            [[_described(one) for one in part.descriptions] for part in parts],
            schema.field("descriptions").type,
        ),
        "num_frames": pa.array([len(part.motion) for part in parts], pa.int32()),
        "is_mirrored": pa.array([part.clip.startswith("M") for part in parts], pa.bool_()),
        "clip": pa.array([_place(part) for part in parts], schema.field("clip").type),
        "fps": pa.repeat(pa.scalar(skeleton.fps, pa.float32()), number),
        "skeleton": pa.repeat(skeleton.name, number),
        "motion": _motions([part.motion for part in parts], schema.field("motion").type),
    }
    if "joints" in schema.names:
        joints = [part.joints for part in parts if part.joints is not None]
        known["joints"] = _all_joints(joints, skeleton)
    for name, value in constants.items():
        known[name] = pa.array([value] * number, schema.field(name).type)
    columns = [
        known[field.name]
        if isinstance(field.type, pa.ExtensionType)
        else column(known, field, number)
        for field in schema
    ]
    return pa.table(columns, schema=schema)


def _joints(root: Path, id: str, motion: Floats, skeleton: Skeleton) -> Floats:
    try:
        joints = read_joints(root, id, skeleton)
    except SourceError:
        return features_to_joints(motion, skeleton)
    return joints if len(joints) == len(motion) else features_to_joints(motion, skeleton)


def _descriptions(root: Path, id: str) -> tuple[Description, ...]:
    try:
        return tuple(read_descriptions(root, id)[0])
    except SourceError:
        return ()


def _cut(whole: Part, skeleton: Skeleton) -> Iterator[Part]:
    """The clip with the captions about all of it, then its parts, each with all that tell of it."""
    by_tags: dict[tuple[float | None, float | None], list[Description]] = {(None, None): []}
    for one in whole.descriptions:
        by_tags.setdefault((one.start_s, one.end_s), []).append(one)
    for (start, end), found in by_tags.items():
        frames = found[0].frames(skeleton.fps or 1.0) if found else slice(None)
        motion = whole.motion[frames]
        if not len(motion):
            continue
        joints = None if whole.joints is None else whole.joints[frames]
        # T2M-GPT names the codes of a part so.
        id = whole.id if start is None else f"{whole.id}_{start:.6f}_{end:.6f}"
        yield Part(id, whole.clip, tuple(found), motion, joints, frames.start or 0)


def _place(part: Part) -> dict[str, Any]:
    end = part.start + len(part.motion)
    return {"recording": part.clip, "start": part.start, "end": end, "stride": 1}


def _described(one: Description) -> dict[str, Any]:
    return {
        "text": one.text,
        "tokens": one.tokens.split(),
        "start_s": one.start_s,
        "end_s": one.end_s,
    }


def _motions(motions: Sequence[Floats], type: pa.ExtensionType) -> pa.Array:
    """Features as `datasets` keeps arrays that differ in length along their first axis."""
    values = _flat(motions)
    rows = pa.ListArray.from_arrays(
        np.arange(0, len(values) + 1, type.shape[1], dtype=np.int32), values
    )
    return pa.ExtensionArray.from_storage(type, pa.ListArray.from_arrays(_ends(motions), rows))


def _all_joints(clips: Sequence[Floats], skeleton: Skeleton) -> pa.Array:
    points = pa.FixedSizeListArray.from_arrays(_flat(clips), 3)
    frames = pa.ListArray.from_arrays(
        np.arange(0, len(points) + 1, skeleton.num_joints, dtype=np.int32), points
    )
    return pa.ListArray.from_arrays(_ends(clips), frames)


def _flat(arrays: Sequence[Floats]) -> pa.Array:
    none = np.empty(0, np.float32)
    return pa.array(np.concatenate([none, *(array.reshape(-1) for array in arrays)]))


def _ends(arrays: Sequence[Floats]) -> npt.NDArray[np.int32]:
    return np.cumsum([0, *map(len, arrays)], dtype=np.int32)
