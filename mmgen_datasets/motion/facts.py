"""What can be read off a clip: how far, which way, how much turned, which foot first, jumps.

Each number follows from the joints by what its comment says, so that an answer made of it can be
computed again. What a clip does not settle is null: somebody who hardly moves goes no way.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from mmgen_datasets.motion.features import layout, width_of
from mmgen_datasets.motion.kinematics import rig_of
from mmgen_datasets.motion.recovery import features_to_joints, true_turns
from mmgen_datasets.motion.skeleton import HUMANML3D, KIT_ML, Floats, Skeleton

Side: TypeAlias = Literal["left", "right"]

SMOOTH_S = 0.5
"""Over how many seconds the way is averaged: hips sway at every step."""
NO_WAY_M = 0.3
"""Who ends nearer to the start goes in no direction."""
STANDS_M_S = 0.9
"""A foot stands while its ankle or its toe is slower: HumanML3D's own bound, in metres a second."""
STEP_S = 0.15
"""For how long a foot has to move for a step."""
OFF_GROUND_M = 0.08
"""How high both feet have to be in a jump, above where they are lowest in the clip."""
IN_THE_AIR_S = (0.15, 1.2)
"""How long a jump may take; who is up for longer has climbed something."""

_Flags: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Facts:
    """What a clip settles; metres, seconds, degrees; left is the person's."""

    seconds: float
    path: float
    """How far the root goes over the ground, averaged over `SMOOTH_S`."""
    displacement: float
    """From where it begins to where it ends, over the ground."""
    bearing: float | None
    """Of the end, seen from the start, from where the person faces then: 0 ahead, 90 to the left,
    -90 to the right, up to 180 behind. Null below `NO_WAY_M`."""
    turned: float
    """From the first facing to the last, all turns added up; to the left is more than 0."""
    first_foot: Side | None
    """The foot that makes the first step while the other stands; null where none does, or one
    moves from the beginning."""
    jumps: int
    """How often both feet leave the ground and come back to it."""
    rise: float
    """Of the root, from its lowest to its highest."""

    def row(self) -> dict[str, Any]:
        """The facts as a column holds them; see `mmgen_datasets.schema.FACTS`."""
        return asdict(self)


def read_facts(features: Floats, skeleton: Skeleton, fps: float) -> Facts:
    """Read the facts off features, their wrong turns mended.

    Args:
        features: (T, 263), not normalised.
        skeleton: `HUMANML3D` or `KIT_ML`.
        fps: frames a second.
    """
    features = np.array(features, np.float32)
    if len(features) > 1:
        features[:-1, layout(skeleton.num_joints)["turn"]] = true_turns(features, skeleton)[:, None]
    return facts_of_joints(features_to_joints(features, skeleton), skeleton, fps)


def facts_of_joints(joints: Floats, skeleton: Skeleton, fps: float) -> Facts:
    """Read the facts off joints (T, J, 3), y up, in the skeleton's unit."""
    joints = np.asarray(joints, np.float64) * skeleton.metres
    root = joints[:, 0]
    way = _smoothed(root[:, ::2], max(1, round(SMOOTH_S * fps)))
    went = root[-1, ::2] - root[0, ::2]
    straight = float(np.linalg.norm(went))
    facing = _facing(joints, skeleton)
    return Facts(
        seconds=len(joints) / fps,
        path=max(straight, float(np.linalg.norm(np.diff(way, axis=0), axis=-1).sum())),
        displacement=straight,
        bearing=_bearing(went, facing[0]),
        turned=float(np.degrees(np.unwrap(facing)[-1] - facing[0])),
        first_foot=_first_foot(joints, skeleton, fps),
        jumps=_jumps(joints, skeleton, fps),
        rise=float(np.ptp(root[:, 1])),
    )


def skeleton_of_width(width: int) -> Skeleton | None:
    """The skeleton whose features have so many numbers a frame."""
    return next((one for one in (HUMANML3D, KIT_ML) if width_of(one) == width), None)


def _facing(joints: Floats, skeleton: Skeleton) -> Floats:
    """Where hips and shoulders face: radians about y, 0 along +z, more to the left (T,)."""
    right_hip, left_hip, right_shoulder, left_shoulder = rig_of(skeleton).face
    across = joints[:, left_hip] - joints[:, right_hip]
    across = across + joints[:, left_shoulder] - joints[:, right_shoulder]
    return np.asarray(np.arctan2(-across[:, 2], across[:, 0]))


def _bearing(went: Floats, facing: float) -> float | None:
    if np.linalg.norm(went) < NO_WAY_M:
        return None
    angle = np.degrees(np.arctan2(went[0], went[1]) - facing)
    return float((angle + 180) % 360 - 180)


def _smoothed(way: Floats, size: int) -> Floats:
    """Averages over so many frames, the ends repeated (T, 2)."""
    before = (size - 1) // 2
    padded = np.pad(way, ((before, size - 1 - before), (0, 0)), mode="edge")
    return np.stack([np.convolve(axis, np.ones(size) / size, "valid") for axis in padded.T], -1)


def _first_foot(joints: Floats, skeleton: Skeleton, fps: float) -> Side | None:
    speeds = np.linalg.norm(np.diff(joints, axis=0), axis=-1) * fps  # (T - 1, J)
    rig = rig_of(skeleton)
    moves: dict[Side, _Flags] = {
        "left": (speeds[:, list(rig.left_foot)] >= STANDS_M_S).all(-1),
        "right": (speeds[:, list(rig.right_foot)] >= STANDS_M_S).all(-1),
    }
    starts = {side: _first(flags, round(STEP_S * fps)) for side, flags in moves.items()}
    left, right = starts["left"], starts["right"]
    side: Side = "left" if left < right else "right"
    first = starts[side]
    other = moves["right" if side == "left" else "left"]
    is_settled = 0 < first < len(other) and not other[: first + 1].any() and left != right
    return side if is_settled and not moves[side][0] else None


def _jumps(joints: Floats, skeleton: Skeleton, fps: float) -> int:
    rig = rig_of(skeleton)
    heights = joints[:, [*rig.left_foot, *rig.right_foot], 1]
    rest = heights.min(0)  # each joint's own: ankles are higher than toes
    shortest, longest = (seconds * fps for seconds in IN_THE_AIR_S)
    lengths = [
        stop - start
        for start, stop in _runs((heights - rest).min(-1) > OFF_GROUND_M)
        if start > 0 and stop < len(joints)
    ]
    return sum(shortest <= length <= longest for length in lengths)


def _first(flags: _Flags, least: int) -> int:
    """Where so many flags in a row begin; their number where they do nowhere."""
    return next((a for a, b in _runs(flags) if b - a >= least), len(flags))


def _runs(flags: _Flags) -> list[tuple[int, int]]:
    """Where flags are up in a row: the first, and one after the last."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]).astype(np.int8)))
    return [(int(start), int(stop)) for start, stop in edges.reshape(-1, 2)]
