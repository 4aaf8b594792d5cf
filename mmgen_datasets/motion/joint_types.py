"""The positions that a skeleton tokenizer is trained on, of a camera's or a picture's, and back.

Human3.6M, as MotionBERT and llamafactory-multimodal use it, has positions in the camera's space,
``joint_3d_cam``, in millimetres, and in the picture's, ``joint3d_image``: x and y in pixels, z in
the same unit from the root on. The types are made of these; w and h are the picture's sides:

=========================== ================================================================
joint3d_image               pixels
joint3d_image_normed        x / scale - translation, by `normalisation` of w and h
joint3d_image_affined       x and y moved as the box is, onto 192 x 256 pixels
joint3d_image_affined_normed  the same divided and moved, by 192 and 256; z by w
joint3d_cam_rootrel_meter   metres from the root of each frame
=========================== ================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import numpy as np

from mmgen_datasets.errors import RowError, UnknownNameError, UsageError
from mmgen_datasets.motion.skeleton import Floats

Normalize: TypeAlias = Literal["isotropic", "anisotropic"]
"""Whether x and y are divided by the same number."""

CROP = (192, 256)
"""Width and height of the pictures that boxes are moved onto."""


@dataclass(frozen=True)
class JointType:
    """What a type is made of."""

    key: str
    """Of the array that it is made of."""
    is_affined: bool = False
    is_normed: bool = False
    is_rootrel: bool = False


JOINT_TYPES: dict[str, JointType] = {
    "joint3d_image": JointType("joint3d_image"),
    "joint3d_image_normed": JointType("joint3d_image", is_normed=True),
    "joint3d_image_affined": JointType("joint3d_image", is_affined=True),
    "joint3d_image_affined_normed": JointType("joint3d_image", is_affined=True, is_normed=True),
    "joint3d_cam_rootrel_meter": JointType("joint_3d_cam", is_rootrel=True),
}
"""The types by name."""


@dataclass(frozen=True, eq=False)
class Typed:
    """Positions of a type, and what it takes to go back."""

    joints: Floats
    """(T, J, 3)."""
    scale: Floats
    """(T, 3); ones where nothing was divided."""
    translation: Floats
    """(T, 3); zeros where nothing was moved."""
    affine: Floats | None = None
    """(T, 2, 3), from the picture to its crop; null where there is none."""
    root: Floats | None = None
    """(T, 3), where the root is in the camera's space, in millimetres."""

    @classmethod
    def of(cls, joints: Floats, view: Mapping[str, Any]) -> Typed:
        """Positions, also those that a tokenizer gave back, with a row's column ``view``."""
        arrays = {
            name: np.asarray(view[name], np.float64) if view[name] else None
            for name in ("scale", "translation", "affine", "root")
        }
        return cls(np.asarray(joints, np.float64), **arrays)  # type: ignore[arg-type]

    def undo(self) -> Floats:
        """The positions that they were made of: (T, J, 3)."""
        if self.root is not None:
            return np.asarray(self.joints * 1000 + self.root[:, None])
        joints = (self.joints + self.translation[:, None]) * self.scale[:, None]
        return joints if self.affine is None else move(joints, invert(self.affine))


def find_type(name: str) -> JointType:
    """The joint type of a name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in JOINT_TYPES:
        raise UnknownNameError(f"no joint type is called {name!r}", f"use {', '.join(JOINT_TYPES)}")
    return JOINT_TYPES[name]


def to_type(frames: Mapping[str, Any], name: str, normalize: Normalize = "anisotropic") -> Typed:
    """Make positions of a type.

    Args:
        frames: arrays by name: ``joint3d_image`` (T, J, 3) in pixels or ``joint_3d_cam`` in
            millimetres; ``image_size`` (T, 2), width and height, for types that are normed;
            ``bbox`` (T, 4), the corners x, y, x, y in pixels, for those that are affined.
        name: one of `JOINT_TYPES`.
        normalize: how x and y are divided.

    Raises:
        UnknownNameError: no such type.
        RowError: an array is missing that it is made of.
    """
    kind = find_type(name)
    joints: Floats = np.asarray(_needed(frames, kind.key, name), np.float64)
    scale: Floats = np.ones((len(joints), 3))
    translation: Floats = np.zeros((len(joints), 3))
    if kind.is_rootrel:
        root = joints[:, 0]
        return Typed((joints - root[:, None]) / 1000, scale, translation, root=root)
    affine = None
    if kind.is_affined:
        affine = box_affine(np.asarray(_needed(frames, "bbox", name), np.float64))
        joints = move(joints, affine)
    if kind.is_normed:
        size = np.asarray(_needed(frames, "image_size", name), np.float64)
        onto = np.broadcast_to(np.array(CROP, np.float64), size.shape) if kind.is_affined else size
        scale, translation = normalisation(onto, size[:, 0], normalize)
    return Typed(joints / scale[:, None] - translation[:, None], scale, translation, affine)


def normalisation(size: Floats, depth: Floats, how: Normalize) -> tuple[Floats, Floats]:
    """What positions in a picture are divided by, and what is taken away then: (T, 3) each.

    Args:
        size: width and height (T, 2).
        depth: what z is divided by half of (T,): the width of the whole picture.
        how: ``"isotropic"`` divides x and y by half the width, ``"anisotropic"`` by half the
            width and half the height, rounded down.

    Example:
        >>> scale, translation = normalisation(np.array([[1000.0, 1002]]), np.array([1000.0]),
        ...                                    "anisotropic")
        >>> scale.tolist(), translation.tolist()
        ([[500.0, 501.0, 500.0]], [[1.0, 1.0, 0.0]])
    """
    if how not in ("isotropic", "anisotropic"):
        raise UsageError(f"normalize is {how!r}", "give 'isotropic' or 'anisotropic'")
    width, height = size[:, 0], size[:, 1]
    one, none = np.ones_like(width), np.zeros_like(width)
    if how == "isotropic":
        return (
            np.stack([width / 2, width / 2, depth / 2], -1),
            np.stack([one, height / width, none], -1),
        )
    return np.stack([width // 2, height // 2, depth / 2], -1), np.stack([one, one, none], -1)


def box_affine(boxes: Floats, size: tuple[int, int] = CROP) -> Floats:
    """How the pictures of boxes are cut out: (T, 2, 3).

    The middle of a box goes to the middle of the crop, and its width to the crop's, from the
    first pixel to the last; its height is scaled alike, whatever the crop leaves over.

    Args:
        boxes: the corners x, y, x, y in pixels (T, 4).
        size: width and height of the crop.

    Raises:
        RowError: a box is not wider than a pixel.
    """
    width = boxes[:, 2] - boxes[:, 0]
    if not (width > 1).all():
        wrong = int(np.flatnonzero(~(width > 1))[0])
        raise RowError(
            f"the box of frame {wrong} is {boxes[wrong].tolist()}, no wider than a pixel",
            "give its corners in pixels, or leave out frames without a person",
        )
    factor = (size[0] - 1) / (width - 1)
    middle = (boxes[:, :2] + boxes[:, 2:]) / 2
    affine = np.zeros((len(boxes), 2, 3))
    affine[:, 0, 0] = affine[:, 1, 1] = factor
    affine[:, :, 2] = (np.array(size) - 1) / 2 - factor[:, None] * middle
    return affine


def invert(affine: Floats) -> Floats:
    """The way back of affine maps (T, 2, 3)."""
    back = np.linalg.inv(affine[:, :, :2])
    return np.concatenate([back, -back @ affine[:, :, 2:]], -1)


def move(joints: Floats, affine: Floats) -> Floats:
    """Move x and y of positions (T, J, 3) by maps (T, 2, 3); z stays."""
    flat = joints[..., :2] @ affine[:, :, :2].swapaxes(1, 2) + affine[:, None, :, 2]
    return np.concatenate([flat, joints[..., 2:]], -1)


def _needed(frames: Mapping[str, Any], key: str, name: str) -> Any:
    if frames.get(key) is None:
        raise RowError(
            f"the joint type {name!r} needs {key!r}, which is not there",
            f"add an array {key!r}, or choose another joint type",
        )
    return frames[key]
