"""Clips of a recording as rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen_datasets.columns import column
from mmgen_datasets.errors import RowError
from mmgen_datasets.motion.clips import Indices
from mmgen_datasets.motion.joint_types import Normalize, Typed, to_type

from .skeletons_files import Recording


class _Config(Protocol):
    skeleton: str
    joint_type: str | None
    normalize: Normalize
    sample_stride: int


def table(
    recording: Recording,
    clips: Sequence[Indices],
    config: _Config,
    *,
    split: str,
    schema: pa.Schema,
) -> tuple[pa.Table, int]:
    """Make a row of each clip.

    Returns:
        The rows, and how many clips were left out for a position that is no number.

    Raises:
        RowError: an array is missing that the joint type is made of.
    """
    rows = []
    for clip in clips:
        frames = {name: array[clip] for name, array in recording.frames.items()}
        typed = _typed(frames, config)
        if np.isfinite(typed.joints).all():
            rows.append(_row(recording, clip, frames, typed, config) | {"split": split})
    columns: dict[str, Any] = {
        field.name: pa.array([row[field.name] for row in rows], field.type)
        for field in schema
        if rows and field.name in rows[0] and field.name != "joints"
    }
    columns["joints"] = _nested([row["joints"] for row in rows], schema.field("joints").type)
    made = pa.table([column(columns, field, len(rows)) for field in schema], schema=schema)
    return made, len(clips) - len(rows)


def _typed(frames: Mapping[str, Any], config: _Config) -> Typed:
    if config.joint_type is not None:
        return to_type(frames, config.joint_type, config.normalize)
    if "joints" not in frames:
        raise RowError(
            f"there is no array 'joints', only {', '.join(sorted(frames))}",
            "choose a joint type: joint_type='joint3d_cam_rootrel_meter', for instance",
        )
    length = len(frames["joints"])
    return Typed(frames["joints"], np.ones((length, 3)), np.zeros((length, 3)))


def _row(
    recording: Recording,
    clip: Indices,
    frames: Mapping[str, npt.NDArray[Any]],
    typed: Typed,
    config: _Config,
) -> dict[str, Any]:
    start, last = (int(recording.numbers[frame]) for frame in (clip[0], clip[-1]))
    factor = frames.get("factor_2_5d")
    files = frames.get("image_files")
    return {
        "id": f"{recording.name}-{start:06d}",
        "source": "skeletons",
        "file_name": recording.name + recording.path.suffix,
        "captions": recording.captions,
        "joints": typed.joints,
        "skeleton": config.skeleton,
        "num_frames": len(clip),
        "fps": recording.fps and recording.fps / config.sample_stride,
        "clip": {
            "recording": str(frames["source"][0]) if "source" in frames else recording.name,
            "start": start,
            "end": last + 1,
            "stride": config.sample_stride,
        },
        "frame_files": [] if files is None else [str(file) for file in files],
        "view": {
            "joint_type": config.joint_type,
            "scale": typed.scale.tolist(),
            "translation": typed.translation.tolist(),
            "affine": None if typed.affine is None else typed.affine.tolist(),
            "root": None if typed.root is None else typed.root.tolist(),
            "factor_2_5d": None if factor is None else factor.tolist(),
        },
    }


def _nested(clips: Sequence[npt.NDArray[Any]], type: pa.DataType) -> pa.Array:
    """Positions (T, J, 3) of clips as a column, without a list of Python for any of them."""
    if not clips:
        return pa.array([], type)
    together = np.concatenate(clips).astype(np.float32)  # (sum of T, J, 3)
    points = pa.FixedSizeListArray.from_arrays(pa.array(together.reshape(-1)), 3)
    joints = np.arange(len(together) + 1, dtype=np.int32) * together.shape[1]
    frames = np.cumsum([0, *map(len, clips)], dtype=np.int32)
    of_frames = pa.ListArray.from_arrays(pa.array(joints), points)
    return pa.ListArray.from_arrays(pa.array(frames), of_frames).cast(type)
