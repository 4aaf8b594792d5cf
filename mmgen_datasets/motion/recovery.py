"""Features of HumanML3D back to joints; see `features`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion import kinematics, rotations
from mmgen_datasets.motion.features import layout, width_of
from mmgen_datasets.motion.kinematics import LEVEL
from mmgen_datasets.motion.rotations import about_y
from mmgen_datasets.motion.skeleton import HUMANML3D, Floats, Skeleton

_NOISE = 1e-3  # radians; below, a sign tells nothing


def features_to_joints(features: Floats, skeleton: Skeleton = HUMANML3D) -> Floats:
    """Recover joints from the positions among the features; rotations are not looked at.

    The person of frame 0 stands at x = z = 0 and faces +z; the joints have one frame for each row.

    Args:
        features: (..., T, 263), not normalised.
        skeleton: `HUMANML3D` or `KIT_ML`.

    Returns:
        Joints, (..., T, J, 3) float32.
    """
    features = checked_features(features, skeleton)
    turn, root = _root(features)
    positions = _vectors(features, layout(skeleton.num_joints)["positions"])
    joints = rotations.rotate(rotations.inverse(turn)[..., None, :], positions)
    joints += (root * LEVEL.astype(np.float32))[..., None, :]
    return np.concatenate([root[..., None, :], joints], axis=-2)


def rotations_to_joints(features: Floats, target: Floats, skeleton: Skeleton = HUMANML3D) -> Floats:
    """Recover joints from the rotations among the features; positions are not looked at.

    Args:
        features: (..., T, 263), not normalised.
        target: joints of one frame, (J, 3), of the person whose bones to use.
        skeleton: `HUMANML3D` or `KIT_ML`.

    Returns:
        Joints, (..., T, J, 3) float32.
    """
    features = checked_features(features, skeleton)
    turn, root = _root(features)
    six = _vectors(features, layout(skeleton.num_joints)["rotations"], 6)
    six = np.concatenate([rotations.to_six(turn)[..., None, :], six], axis=-2)
    offsets = kinematics.bone_offsets(target, skeleton)
    matrices = rotations.from_six(six)
    return kinematics.pose_of_matrices(matrices, root, offsets, skeleton).astype(np.float32)


def true_turns(features: Floats, skeleton: Skeleton = HUMANML3D) -> Floats:
    """Half the turn up to each next frame, as positions and velocities tell it.

    Published features have the wrong sign in `turn` where the heading passes 180 degrees; this
    has not, so that ``features[..., :-1, 0] = true_turns(features)`` mends them.

    Args:
        features: (..., T, 263), not normalised.
        skeleton: `HUMANML3D` or `KIT_ML`.

    Returns:
        Radians, (..., T - 1) float32: nothing tells it of the last frame.
    """
    features = checked_features(features, skeleton)
    parts = layout(skeleton.num_joints)
    here = _vectors(features, parts["positions"]).astype(np.float64)
    velocities = _vectors(features, parts["velocities"]).astype(np.float64)
    # The next pose about its root, once in this frame's heading and once in its own.
    before = (here + velocities[..., 1:, :] - velocities[..., :1, :])[..., :-1, :, :]
    after = here[..., 1:, :, :]
    sine = (before[..., 2] * after[..., 0] - before[..., 0] * after[..., 2]).sum(-1)
    cosine = (before[..., 0] * after[..., 0] + before[..., 2] * after[..., 2]).sum(-1)
    turns: Floats = (np.arctan2(sine, cosine) / 2).astype(np.float32)
    return turns


def wrong_turns(features: Floats, skeleton: Skeleton = HUMANML3D) -> npt.NDArray[np.bool_]:
    """Which turns have the wrong sign: (..., T - 1) bool; see `true_turns`."""
    given, true = np.asarray(features)[..., :-1, 0], true_turns(features, skeleton)
    return np.asarray((np.abs(given + true) < np.abs(given - true)) & (np.abs(true) > _NOISE))


def checked_features(features: Floats, skeleton: Skeleton) -> Floats:
    """Refuse what are no features of a skeleton; give them back as float32."""
    features = np.asarray(features, np.float32)
    width = width_of(skeleton)
    if features.ndim < 2 or features.shape[-1] != width:
        raise UsageError(
            f"features of the shape {features.shape} are not those of {skeleton.name!r}",
            f"give (T, {width}), or several clips (N, T, {width})",
        )
    return features


def _root(features: Floats) -> tuple[Floats, Floats]:
    """The rotation (..., T, 4) that makes the person face +z, and where the root is."""
    angle = np.zeros(features.shape[:-1])
    angle[..., 1:] = np.cumsum(features[..., :-1, 0], axis=-1, dtype=np.float64)
    turn = about_y(angle.astype(np.float32).astype(np.float64)).astype(np.float32)
    step = np.zeros((*features.shape[:-1], 3), np.float32)
    step[..., 1:, ::2] = features[..., :-1, 1:3]
    step = rotations.rotate(rotations.inverse(turn), step)
    root = np.cumsum(step, axis=-2, dtype=np.float64).astype(np.float32)
    root[..., 1] = features[..., 3]
    return turn, root


def _vectors(features: Floats, part: slice, size: int = 3) -> Floats:
    return features[..., part].reshape(*features.shape[:-1], -1, size)
