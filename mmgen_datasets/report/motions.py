"""What moves, small enough for a page: joints of ten frames a second, in whole steps.

A step of what is in metres is 5 mm, else, as of pixels, a 400th part of the figure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.features import width_of
from mmgen_datasets.motion.joint_types import Typed
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.render import upright
from mmgen_datasets.motion.skeleton import HUMANML3D, KIT_ML, SKELETONS, Floats, Skeleton
from mmgen_datasets.report.chunks import compress

_STEP_M = 0.005
_TILE_M = 0.5
_STEPS_LARGE = 400
_TILES = 3.4
"""How many tiles of half a metre a person is tall."""
_FPS = 10
_USUAL_FPS = 25.0
"""At which a clip is shown that does not tell its own."""
_MOST_FRAMES = 300
_BY_WIDTH = {width_of(skeleton): skeleton for skeleton in (HUMANML3D, KIT_ML)}
_BY_JOINTS = {skeleton.num_joints: skeleton for skeleton in SKELETONS.values()}


def pack_motion(features: Floats) -> str:
    """Pack a clip of HumanML3D or KIT-ML for the page to draw.

    A line of JSON, then the joints (T, J, 3) as int16, little-endian: of each frame what it
    differs by from the one before, which packs well.

    Args:
        features: (T, 263) or (T, 251), not normalised.

    Raises:
        UsageError: it is no such clip, or not finite.
    """
    skeleton = _BY_WIDTH.get(features.shape[1]) if features.ndim == 2 else None
    if skeleton is None or not len(features):
        raise UsageError(f"features of shape {features.shape} are of no known skeleton")
    joints = features_to_joints(features, skeleton)
    _refuse_lost(joints)
    return _pack(joints, skeleton, skeleton.fps, step=_STEP_M / skeleton.metres)


def pack_clip(clip: Mapping[str, pa.Scalar]) -> str:
    """Pack a clip of a source of joints for the page to draw, as `pack_motion` does.

    Args:
        clip: by name as in `mmgen_datasets.schema.EXTRAS` ``joints``, and, where they are known,
            ``skeleton``, ``fps`` and ``view``. A skeleton that is not told is known by the number
            of its joints; one that nobody knows, or that has another number of them, is drawn as
            dots. What was divided or cut out as ``view`` tells has its own proportions again.

    Raises:
        UsageError: it has no frame or no joint, frames have different joints, or one is not finite.
    """
    joints = _array(clip["joints"])
    told: dict[str, Any] = {
        name: clip[name].as_py() for name in ("skeleton", "fps", "view") if name in clip
    }
    skeleton = _skeleton(told.get("skeleton"), joints.shape[1])
    view = told.get("view") or {}
    if view.get("scale") and not view.get("root"):
        joints = Typed.of(joints, view).undo()
    if skeleton is not None:
        joints = upright(joints, skeleton)
    largest = float(np.ptp(joints, axis=1).max(initial=0.0))
    step = largest / _STEPS_LARGE or 1.0
    return _pack(joints - joints[0, 0], skeleton, told.get("fps"), step=step, tile=largest / _TILES)


def _skeleton(name: str | None, num_joints: int) -> Skeleton | None:
    found = SKELETONS.get(name) if name else _BY_JOINTS.get(num_joints)
    return found if found and found.num_joints == num_joints else None


def _pack(
    joints: Floats,
    skeleton: Skeleton | None,
    fps: float | None,
    *,
    step: float,
    tile: float | None = None,
) -> str:
    """Pack joints (T, J, 3), y up, in whole steps, over a ground with lines so far apart."""
    fps = fps if fps and 0 < fps < math.inf else None
    pace = fps or _USUAL_FPS
    every = max(1, round(pace / _FPS), math.ceil(len(joints) / _MOST_FRAMES))
    limits = np.iinfo(np.int16)
    steps = (joints[::every] / step).round().clip(limits.min, limits.max).astype(np.int16)
    head = {
        "fps": pace / every,
        "shape": steps.shape,
        "step": step,
        "largest": float(np.ptp(joints, axis=1).max() / step),
        "tile": (tile or _TILE_M * step / _STEP_M) / step,
        "seconds": round(len(joints) / fps, 2) if fps else None,
        "frames": len(joints),
        "chains": skeleton.chains if skeleton else [[joint] for joint in range(joints.shape[1])],
        "parts": skeleton.parts if skeleton else {"torso": [*range(joints.shape[1])]},
    }
    # Differences of int16 wrap around, and so do their sums.
    differences = np.diff(steps, axis=0, prepend=np.zeros_like(steps[:1])).astype("<i2")
    return compress(json.dumps(head).encode("ascii") + b"\n" + differences.tobytes())


def _array(joints: pa.Scalar) -> Floats:
    """Joints (T, J, 3) of a row, without a list of Python for any of them."""
    frames = joints.values
    if frames is None or not len(frames):
        raise UsageError("the clip has no frame")
    values = frames.flatten().flatten().to_numpy(zero_copy_only=False)  # None becomes NaN
    if len(values) % (3 * len(frames)) or len(set(pc.list_value_length(frames).to_pylist())) > 1:
        raise UsageError("the frames of the clip have different joints")
    found: Floats = np.asarray(values, np.float64).reshape(len(frames), -1, 3)
    if not found.size:
        raise UsageError("the clip has no joint")
    _refuse_lost(found)
    return found


def _refuse_lost(joints: Floats) -> None:
    if not np.isfinite(joints).all():
        raise UsageError("a joint is nowhere: its position is not finite")
