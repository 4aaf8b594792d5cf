"""Joints of a clip to the rotations of its bones, and back.

Arrays are joints (..., T, J, 3), with y up. The rotations are those of HumanML3D, with its
conventions: not SMPL's, and of a chain that hangs on another chain the first bone is turned from
the root, not from the joint that it hangs on.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion import rotations
from mmgen_datasets.motion.skeleton import Floats, Rig, Skeleton

_UP = np.array([0.0, 1.0, 0.0])
FORWARD = np.array([0.0, 0.0, 1.0])
"""Where a person faces whose heading is 0."""

LEVEL = np.array([1.0, 0.0, 1.0])
"""What keeps x and z, and drops the height."""

_SIGMA, _RADIUS = 20.0, 80  # frames


def rig_of(skeleton: Skeleton) -> Rig:
    """What the features need to know of a skeleton.

    Raises:
        UsageError: they are not defined for it.
    """
    if skeleton.rig is None:
        raise UsageError(
            f"the features of HumanML3D are not defined for the skeleton {skeleton.name!r}",
            "use 'humanml3d' or 'kit_ml'",
        )
    return skeleton.rig


def bone_offsets(joints: Floats, skeleton: Skeleton) -> Floats:
    """Each bone as it would stand in the rest pose: (..., J, 3) float32, 0 for the root.

    Args:
        joints: of one frame, or of several: (..., J, 3).
        skeleton: one with a rig.
    """
    bones = joints - joints[..., list(skeleton.parents), :]
    lengths = np.sqrt((bones * bones).sum(-1, keepdims=True))
    offsets: Floats = (lengths * rig_of(skeleton).axes).astype(np.float32)
    return offsets


def facing(joints: Floats, rig: Rig, *, hips_reversed: bool) -> Floats:
    """Where the person faces in each frame: (..., T, 3), level, of length 1, unless NaN.

    Args:
        joints: (..., T, J, 3).
        rig: of their skeleton.
        hips_reversed: count the hips the wrong way round, as HumanML3D does for rotations.
    """
    right_hip, left_hip, right_shoulder, left_shoulder = rig.face
    hips = joints[..., right_hip, :] - joints[..., left_hip, :]
    shoulders = joints[..., right_shoulder, :] - joints[..., left_shoulder, :]
    across = rotations.normalised((-hips if hips_reversed else hips) + shoulders)
    return rotations.cross(np.broadcast_to(_UP, across.shape), across.astype(np.float64))


def smoothed(forward: Floats) -> Floats:
    """Average directions over time with a Gaussian of 20 frames, the ends standing on.

    It looks 80 frames ahead and back: what a frame becomes depends on those around it. To the bit
    what ``scipy.ndimage.gaussian_filter1d(forward, 20, mode="nearest")`` gives.
    """
    taps = np.exp(-0.5 / (_SIGMA * _SIGMA) * np.arange(-_RADIUS, _RADIUS + 1) ** 2)
    taps = taps / taps.sum()
    num_frames = forward.shape[-2]
    frames = np.clip(np.arange(-_RADIUS, num_frames + _RADIUS), 0, num_frames - 1)
    padded = forward[..., frames, :]
    total: Floats = padded[..., _RADIUS : _RADIUS + num_frames, :] * taps[_RADIUS]
    for i in range(_RADIUS):
        last = 2 * _RADIUS - i
        both = padded[..., i : i + num_frames, :] + padded[..., last : last + num_frames, :]
        total += both * taps[i]
    return total


def bone_rotations(joints: Floats, root: Floats, skeleton: Skeleton) -> Floats:
    """Turn the rest pose into the joints, bone after bone.

    Args:
        joints: (..., T, J, 3).
        root: the rotation of the root in each frame, (..., T, 4).
        skeleton: one with a rig.

    Returns:
        Rotation of each bone in the frame of the one before, (..., T, J, 4), the type of `root`;
        NaN for a bone without length, or that points opposite to its rest pose.
    """
    bones = rotations.normalised(joints - joints[..., list(skeleton.parents), :])
    axes = np.broadcast_to(rig_of(skeleton).axes, bones.shape)
    turns = rotations.between(axes.astype(root.dtype), bones.astype(root.dtype))
    local = np.empty((*joints.shape[:-1], 4), root.dtype)
    local[..., 0, :] = root
    so_far = _at_chains(root, skeleton)
    for chains, ends in _levels(skeleton):
        before = so_far[..., chains, :]
        local[..., ends, :] = rotations.multiply(rotations.inverse(before), turns[..., ends, :])
        so_far[..., chains, :] = rotations.multiply(before, local[..., ends, :])
    return local


def pose(local: Floats, root: Floats, offsets: Floats, skeleton: Skeleton) -> Floats:
    """Joints from the rotations of their bones (forward kinematics).

    Args:
        local: rotation of each bone in the frame of the one before, (..., T, J, 4).
        root: where the root is in each frame, (..., T, 3).
        offsets: of `bone_offsets`, (J, 3) or (..., 1, J, 3).
        skeleton: whose chains to follow.

    Returns:
        Joints, (..., T, J, 3) float64.
    """
    turns = np.empty_like(local)
    so_far = _at_chains(local[..., 0, :], skeleton)
    for chains, ends in _levels(skeleton):
        so_far[..., chains, :] = rotations.multiply(so_far[..., chains, :], local[..., ends, :])
        turns[..., ends, :] = so_far[..., chains, :]
    bones = rotations.rotate(turns[..., 1:, :], offsets[..., 1:, :].astype(local.dtype))
    return _joined(bones, root, skeleton)


def pose_of_matrices(local: Floats, root: Floats, offsets: Floats, skeleton: Skeleton) -> Floats:
    """Joints from the rotations of their bones as matrices, (..., T, J, 3, 3); see `pose`."""
    turns = np.empty_like(local)
    so_far = _at_chains(local[..., 0, :, :], skeleton, axes=2)
    for chains, ends in _levels(skeleton):
        so_far[..., chains, :, :] = so_far[..., chains, :, :] @ local[..., ends, :, :]
        turns[..., ends, :, :] = so_far[..., chains, :, :]
    bones = turns[..., 1:, :, :] @ offsets[..., 1:, :, None].astype(local.dtype)
    return _joined(bones[..., 0], root, skeleton)


def _joined(bones: Floats, root: Floats, skeleton: Skeleton) -> Floats:
    """Hang bones (..., T, J - 1, 3) on one another."""
    joints = np.empty((*root.shape[:-1], skeleton.num_joints, 3))
    joints[..., 0, :] = root
    for chain in skeleton.chains:
        for above, joint in pairwise(chain):
            joints[..., joint, :] = bones[..., joint - 1, :] + joints[..., above, :]
    return joints


def _at_chains(root: Floats, skeleton: Skeleton, *, axes: int = 1) -> Floats:
    """The root's rotation once for each chain."""
    return np.repeat(np.expand_dims(root, -axes - 1), len(skeleton.chains), axis=-axes - 1)


def _levels(skeleton: Skeleton) -> list[tuple[list[int], list[int]]]:
    """The first joint after the start of each chain, the second, ...: chains, and their joints."""
    longest = max(map(len, skeleton.chains))
    return [
        (
            [number for number, chain in enumerate(skeleton.chains) if len(chain) > level],
            [chain[level] for chain in skeleton.chains if len(chain) > level],
        )
        for level in range(1, longest)
    ]
