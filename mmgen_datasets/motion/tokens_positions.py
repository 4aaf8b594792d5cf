"""Positions of joints as text, the style ``coord_wJoint`` of llamafactory-multimodal.

A line for each frame, three decimals in the unit that the positions have::

    Frame 1: Hips: (0.000, 0.912, 0.031). Right_Hip: (-0.112, 0.850, 0.040). ...
"""

from __future__ import annotations

import re

import numpy as np

from mmgen_datasets.errors import RowError
from mmgen_datasets.motion.skeleton import H36M, Floats, Skeleton
from mmgen_datasets.motion.tokens import insist_same
from mmgen_datasets.motion.tokens_grid import Style, put_together

DECIMALS = 3

_STYLE = Style(
    "the position of each joint after its name",
    groups="joint",
    group="{name}: {cells}",
    between=". ",
    frame="Frame {number}: {groups}",
    frames="\n",
)
_POINT = re.compile(r"\((-?[0-9]+\.[0-9]+), (-?[0-9]+\.[0-9]+), (-?[0-9]+\.[0-9]+)\)")


def write_positions(joints: Floats, skeleton: Skeleton = H36M) -> str:
    """Write positions (T, J, 3), rounded to `DECIMALS`.

    Raises:
        RowError: they have another shape, or one is no number.
    """
    joints = np.asarray(joints, np.float64)
    if joints.ndim != 3 or joints.shape[1:] != (skeleton.num_joints, 3) or not len(joints):
        raise RowError(
            f"positions of shape {joints.shape} are not those of {skeleton.num_joints} joints",
            "give an array (T, J, 3), and the skeleton that it is of",
        )
    if not np.isfinite(joints).all():
        raise RowError("a position is no number", "leave the clip out")
    cells = [[_cell(point) for point in frame] for frame in joints.tolist()]
    return put_together(cells, _STYLE, skeleton, frame_break="")


def read_positions(text: str, skeleton: Skeleton = H36M) -> Floats:
    """Read what `write_positions` wrote, and nothing else: (T, J, 3) float64.

    Raises:
        RowError: what is wrong, or at which character the text is something else.
    """
    points = [[float(number) for number in point] for point in _POINT.findall(text)]
    if not points or len(points) % skeleton.num_joints:
        raise RowError(
            f"{len(points)} positions make no whole frames of {skeleton.num_joints} joints",
            "read it with the skeleton that it was written with",
        )
    joints = np.reshape(points, (-1, skeleton.num_joints, 3))
    insist_same(text, write_positions(joints, skeleton))
    return joints


def _cell(point: list[float]) -> str:
    return "(" + ", ".join(f"{number:.{DECIMALS}f}" for number in point) + ")"
