"""How far a clip that came back from codes is from the clip that went in.

The definitions are those of MotionGPT and MoMask. They differ by factors: a person who walks the
right way a little turned is far off in the world, and not at all in the frame of his own hips.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np

from mmgen_datasets.motion.features import layout
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import Floats, Skeleton


@dataclass(frozen=True)
class Errors:
    """Of a clip, or of many by their frames; in millimetres."""

    world: float
    """MPJPE: the mean distance of joints."""
    root_aligned: float
    """The same with the root of each frame at 0; the heading stays."""
    local: float | None
    """The same of the positions among the features, where the heading is taken out too; null for
    clips of joints, which do not say where a person faces."""
    procrustes: float
    """PA-MPJPE: after the similarity that fits each frame best."""
    acceleration: float
    """The mean distance of second differences, per frame squared."""
    num_frames: int

    @classmethod
    def of(cls, errors: Sequence[Errors]) -> Errors:
        """The mean over all frames of clips; accelerations are of two frames fewer."""
        frames = np.array([one.num_frames for one in errors], float)
        means: dict[str, float | None] = {}
        for name in (field.name for field in fields(cls) if field.name != "num_frames"):
            values = [getattr(one, name) for one in errors]
            weights = np.maximum(frames - 2, 0) if name == "acceleration" else frames
            known = None not in values and weights.any()
            means[name] = float(np.average(values, weights=weights)) if known else None
        return cls(**means, num_frames=int(frames.sum()))  # type: ignore[arg-type]


def joints_of(motion: Floats, skeleton: Skeleton) -> Floats:
    """The joints (T, J, 3) of a clip of features, or of joints already."""
    return motion if motion.ndim == 3 else features_to_joints(motion, skeleton)


def compare(again: Floats, motion: Floats, skeleton: Skeleton) -> Errors:
    """Say how far a clip is from another one of at least as many frames.

    Args:
        again: features (T, D) or joints (T, J, 3), as they came back.
        motion: as they went in; frames behind the last of `again` do not count.
        skeleton: whose they are.
    """
    motion = motion[: len(again)]
    found, true = joints_of(again, skeleton), joints_of(motion, skeleton)
    local = None
    if motion.ndim == 2:
        part = layout(skeleton.num_joints)["positions"]
        local = _distance((again - motion)[:, part].reshape(len(again), -1, 3))
    unit = 1000 * skeleton.metres
    bends = np.diff(found - true, n=2, axis=0)
    return Errors(
        world=unit * _distance(found - true),
        root_aligned=unit * _distance(_rooted(found) - _rooted(true)),
        local=None if local is None else unit * local,
        procrustes=unit * _distance(aligned(found, true) - true),
        acceleration=unit * _distance(bends) if len(bends) else 0.0,
        num_frames=len(again),
    )


def part_errors(again: Floats, motion: Floats, skeleton: Skeleton) -> dict[str, float]:
    """The root-aligned error of each body part, in millimetres."""
    apart = _rooted(joints_of(again, skeleton)) - _rooted(joints_of(motion[: len(again)], skeleton))
    unit = 1000 * skeleton.metres
    return {
        name: unit * _distance(apart[:, list(joints)]) for name, joints in skeleton.parts.items()
    }


def aligned(found: Floats, true: Floats) -> Floats:
    """Move, turn and scale each frame (T, J, 3) so that it fits another one best.

    The least squares of Umeyama, "Least-squares estimation of transformation parameters between
    two point patterns" (1991), without reflections.
    """
    found, true = found.astype(np.float64), true.astype(np.float64)
    middle, goal = found.mean(1, keepdims=True), true.mean(1, keepdims=True)
    x, y = found - middle, true - goal
    u, sizes, v = np.linalg.svd(x.swapaxes(1, 2) @ y)  # (T, 3, 3)
    signs = np.ones_like(sizes)
    signs[:, -1] = np.sign(np.linalg.det(u @ v))
    turn = (u * signs[:, None]) @ v
    spread = np.maximum((x**2).sum((1, 2)), np.finfo(float).tiny)
    scale = (sizes * signs).sum(1) / spread
    fitted: Floats = scale[:, None, None] * (x @ turn) + goal
    return fitted


def _rooted(joints: Floats) -> Floats:
    return joints - joints[:, :1]


def _distance(apart: Floats) -> float:
    return float(np.linalg.norm(apart, axis=-1).mean())
