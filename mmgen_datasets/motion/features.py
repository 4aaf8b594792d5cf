"""Joints of a clip to the features of HumanML3D; `recovery` has the way back.

The features are those of `motion_representation.ipynb` of EricGuo5513/HumanML3D (Guo et al.,
"Generating Diverse and Natural 3D Human Motions From Text", CVPR 2022): 263 numbers a frame for
its 22 joints, 251 for the 21 of KIT-ML. What is published has two faults, which ``strict=True``
keeps and ``strict=False`` does not have:

* the heading of frame 0 is taken as 0 while the others are smoothed, so that the first turn is a
  jump, often of ten degrees;
* where the heading passes 180 degrees, one turn has the wrong sign, and all that follows is
  turned when the joints are recovered.

Every other row is the same in both. The heading is smoothed over 80 frames ahead and back, so that
the features of a cut are no cut of the features.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion import kinematics, rotations
from mmgen_datasets.motion.kinematics import FORWARD, LEVEL, rig_of
from mmgen_datasets.motion.rotations import about_y
from mmgen_datasets.motion.skeleton import HUMANML3D, Floats, Skeleton


def layout(num_joints: int = HUMANML3D.num_joints) -> dict[str, slice]:
    """Name the parts of one frame's features.

    Args:
        num_joints: 22 for HumanML3D, 21 for KIT-ML.

    Returns:
        Part to slice, in order. Positions and velocities are those of a person who stands at x =
        z = 0 and faces +z, y up, in the skeleton's unit (sizes for HumanML3D):

        ================ ==== ============================================================
        turn             1    half the turn about y up to the next frame, radians
        root_velocity    2    x and z, per frame, in the next frame's heading
        height           1    of the root
        positions        63   joints 1, 2, ...: x y z
        rotations        126  bones to joints 1, 2, ...: the first two columns of the matrix
        velocities       66   joints 0, 1, ...: x y z, per frame
        contacts         4    1 where a foot joint stands: left ankle, toe, right ankle, toe
        ================ ==== ============================================================

    Example:
        >>> layout()["contacts"]
        slice(259, 263, None)
    """
    sizes = {
        "turn": 1,
        "root_velocity": 2,
        "height": 1,
        "positions": 3 * (num_joints - 1),
        "rotations": 6 * (num_joints - 1),
        "velocities": 3 * num_joints,
        "contacts": 4,
    }
    ends = np.cumsum([*sizes.values()]).tolist()
    return {name: slice(end - sizes[name], end) for name, end in zip(sizes, ends, strict=True)}


def width_of(skeleton: Skeleton) -> int:
    """How many features a frame has: 263 for HumanML3D, 251 for KIT-ML."""
    rig_of(skeleton)
    return int(layout(skeleton.num_joints)["contacts"].stop)


def joints_to_features(
    joints: Floats,
    skeleton: Skeleton = HUMANML3D,
    *,
    target: Floats | None = None,
    strict: bool = True,
) -> Floats:
    """Describe each frame but the last.

    Args:
        joints: (..., T, J, 3), y up, in the skeleton's unit; several clips of one length at once.
        skeleton: `HUMANML3D` or `KIT_ML`.
        target: joints of one frame, (J, 3), of a person whose bones everybody shall have; those
            of clip 000021 (KIT-ML: 03950) were used for the published features. None keeps the
            bones.
        strict: keep the published faults; see the module.

    Returns:
        Features, (..., T - 1, 263) float32, 251 wide for KIT-ML; `layout` names their parts.

    Raises:
        UsageError: the joints have another shape or fewer than two frames, are not finite, or
            give no features: who faces nowhere or exactly -z, a bone without length or exactly
            opposite to its rest pose.
    """
    stage = _placed(joints, skeleton, target=target, strict=strict)
    heading = _heading(stage, skeleton, strict=strict)
    local = kinematics.bone_rotations(stage, heading, skeleton)
    _refuse_nan(local, skeleton)
    rows = _rows(stage, local, skeleton)
    return np.concatenate(rows, axis=-1, dtype=np.float32, casting="same_kind")


def canonical(
    joints: Floats,
    skeleton: Skeleton = HUMANML3D,
    *,
    target: Floats | None = None,
    strict: bool = True,
) -> Floats:
    """Put clips where `recovery.features_to_joints` has them.

    The lowest joint of all frames is at height 0, the root of frame 0 at x = z = 0, and the person
    of frame 0 faces +z: by that frame alone if `strict`, else by the smoothed heading, of which
    the features tell. See `joints_to_features` for the arguments.

    Returns:
        Joints, (..., T, J, 3); float32 if `strict`, else float64.
    """
    stage = _placed(joints, skeleton, target=target, strict=strict)
    if strict:
        return stage
    heading = _heading(stage, skeleton, strict=False)
    return rotations.rotate(heading[..., :1, None, :], stage)


def checked(joints: Floats, skeleton: Skeleton) -> Floats:
    """Refuse what are no joints of a skeleton."""
    joints = np.asarray(joints)
    wanted = (skeleton.num_joints, 3)
    if joints.ndim < 3 or joints.shape[-2:] != wanted or joints.shape[-3] < 2:
        raise UsageError(
            f"joints of the shape {joints.shape} are no clip of {skeleton.name!r}",
            f"give (T, {wanted[0]}, 3), or several clips (N, T, {wanted[0]}, 3), T at least 2",
        )
    if not np.issubdtype(joints.dtype, np.floating):
        joints = joints.astype(np.float64)
    bad = ~np.isfinite(joints).all(-1)
    if bad.any():
        raise UsageError(f"joints are not finite: {_where(bad, skeleton)}", "leave the clip out")
    return joints


def _placed(joints: Floats, skeleton: Skeleton, *, target: Floats | None, strict: bool) -> Floats:
    """Let the person of frame 0 stand on the ground at the origin and face +z."""
    joints = checked(joints, skeleton)
    dtype = np.float32 if strict else np.float64
    joints = joints if strict else joints.astype(dtype)
    if target is not None:
        joints = _retargeted(joints, np.asarray(target), skeleton)
    floor = joints[..., 1].min((-2, -1))[..., None, None, None]
    joints = joints - floor * np.array([0, 1, 0], joints.dtype)
    first = joints[..., :1, :, :]
    joints = joints - first[..., :1, :] * LEVEL.astype(joints.dtype)
    ahead = kinematics.facing(first, rig_of(skeleton), hips_reversed=False)
    turn = _to_z(ahead, dtype)
    if np.isnan(turn).any():
        raise UsageError(
            "someone faces nowhere, or exactly -z, in the first frame",
            "turn the clip about y by a few degrees, or leave it out",
        )
    return rotations.rotate(turn[..., None, :], joints.astype(dtype))


def _retargeted(joints: Floats, target: Floats, skeleton: Skeleton) -> Floats:
    """Give clips the bones of another person, and steps as long as its legs ask for."""
    own = kinematics.bone_offsets(joints[..., 0, :, :], skeleton)
    offsets = kinematics.bone_offsets(target, skeleton)
    leg = list(rig_of(skeleton).leg)
    scale = np.abs(offsets[leg]).max(-1).sum(-1) / np.abs(own[..., leg, :]).max(-1).sum(-1)
    heading = _heading(joints, skeleton, strict=True, smooth=False)
    local = kinematics.bone_rotations(joints, heading, skeleton)
    _refuse_nan(local, skeleton)
    root = joints[..., 0, :] * scale[..., None, None]
    return kinematics.pose(local, root, offsets, skeleton)


def _heading(stage: Floats, skeleton: Skeleton, *, strict: bool, smooth: bool = True) -> Floats:
    """The rotation that makes the person of each frame face +z: (..., T, 4)."""
    forward = kinematics.facing(stage, rig_of(skeleton), hips_reversed=True)
    if smooth:
        forward = kinematics.smoothed(forward)
    if not strict:
        return about_y(_angles(forward))
    heading = _to_z(forward, np.float32)
    heading[..., 0, :] = (1, 0, 0, 0)
    return heading


def _rows(stage: Floats, local: Floats, skeleton: Skeleton) -> list[Floats]:
    """The parts of the features, each (..., T - 1, size)."""
    heading = local[..., 0, :]
    step = stage[..., 1:, :, :] - stage[..., :-1, :, :]
    turn = rotations.multiply(heading[..., 1:, :], rotations.inverse(heading[..., :-1, :]))
    way = rotations.rotate(heading[..., 1:, :], step[..., 0, :])
    about_root = stage - stage[..., :1, :] * LEVEL.astype(stage.dtype)
    here = rotations.rotate(heading[..., None, :], about_root)[..., :-1, :, :]
    velocities = rotations.rotate(heading[..., :-1, None, :], step)
    rig = rig_of(skeleton)
    feet = [*rig.left_foot, *rig.right_foot]
    squares = step[..., feet, :] * step[..., feet, :]
    contacts = (squares[..., 0] + squares[..., 1] + squares[..., 2]).astype(np.float64)
    frames = (*stage.shape[:-3], stage.shape[-3] - 1)
    return [
        np.arcsin(turn[..., 2:3]),
        way[..., ::2],
        here[..., 0, 1:2],
        here[..., 1:, :].reshape(*frames, -1),
        rotations.to_six(local[..., :-1, 1:, :]).reshape(*frames, -1),
        velocities.reshape(*frames, -1),
        contacts < rig.contact,
    ]


def _angles(forward: Floats) -> Floats:
    """Half the angle from each direction to +z, without jumps over time."""
    return -np.unwrap(np.arctan2(forward[..., 0], forward[..., 2]), axis=-1) / 2


def _to_z(forward: Floats, dtype: type[np.floating]) -> Floats:
    """The rotation that turns directions to +z."""
    ahead = np.broadcast_to(FORWARD, forward.shape).astype(dtype)
    return rotations.between(rotations.normalised(forward).astype(dtype), ahead)


def _refuse_nan(local: Floats, skeleton: Skeleton) -> None:
    bad: Any = np.isnan(local).any(-1)
    if bad[..., 0].any():
        raise UsageError(
            f"someone faces nowhere, or exactly -z: {_where(bad[..., :1], skeleton)}",
            "hips must be narrower than shoulders, and neither without width; else leave the clip "
            "out",
        )
    if bad.any():
        raise UsageError(
            f"there is no rotation: {_where(bad, skeleton)} has no length or points exactly "
            "opposite to the rest pose",
            "leave the clip out",
        )


def _where(bad: Any, skeleton: Skeleton) -> str:
    *clip, frame, joint = map(int, np.argwhere(bad)[0])
    place = "".join(f"clip {number}, " for number in clip)
    return f"{place}frame {frame}, {skeleton.joints[joint]!r}"
