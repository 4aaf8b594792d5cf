"""A motion small enough for a page: joints of ten frames a second, in whole steps of 5 mm."""

from __future__ import annotations

import json
import math

import numpy as np

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.features import width_of
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import HUMANML3D, KIT_ML, Floats
from mmgen_datasets.report.chunks import compress

_STEP_M = 0.005
_FPS = 10
_MOST_FRAMES = 300
_SKELETONS = {width_of(skeleton): skeleton for skeleton in (HUMANML3D, KIT_ML)}


def pack_motion(features: Floats) -> str:
    """Pack a clip of HumanML3D or KIT-ML for the page to draw.

    A line of JSON, then the joints (T, J, 3) as int16, little-endian: of each frame what it
    differs by from the one before, which packs well.

    Args:
        features: (T, 263) or (T, 251), not normalised.

    Raises:
        UsageError: it is no such clip, or not finite.
    """
    skeleton = _SKELETONS.get(features.shape[1]) if features.ndim == 2 else None
    if skeleton is None or not len(features):
        raise UsageError(f"features of shape {features.shape} are of no known skeleton")
    fps = skeleton.fps or 20.0
    every = max(1, round(fps / _FPS), math.ceil(len(features) / _MOST_FRAMES))
    joints = features_to_joints(features, skeleton)[::every] * (skeleton.metres / _STEP_M)
    if not np.isfinite(joints).all():
        raise UsageError("a joint is nowhere: its position is not finite")
    limits = np.iinfo(np.int16)
    steps = joints.round().clip(limits.min, limits.max).astype(np.int16)
    head = {
        "fps": fps / every,
        "shape": steps.shape,
        "step_m": _STEP_M,
        "seconds": round(len(features) / fps, 2),
        "chains": skeleton.chains,
        "parts": skeleton.parts,
    }
    # Differences of int16 wrap around, and so do their sums.
    differences = np.diff(steps, axis=0, prepend=np.zeros_like(steps[:1])).astype("<i2")
    return compress(json.dumps(head).encode("ascii") + b"\n" + differences.tobytes())
