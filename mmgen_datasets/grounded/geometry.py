"""Boxes in a picture and what may safely be said of two of them.

Everything said of places has a margin: where a viewer could hesitate, nothing is said.
"""

from __future__ import annotations

import math
from typing import NamedTuple

APART = 0.1
"""How far two centres must lie apart along an axis, as a share of that side."""
LARGER = 1.5
"""How many times as large a thing must be to be called larger."""


class Box(NamedTuple):
    """Shares of the picture's width and height, 0..1, y downwards."""

    x_min: float
    y_min: float
    x_max: float
    y_max: float

    @property
    def x(self) -> float:
        """The centre along the width."""
        return (self.x_min + self.x_max) / 2

    @property
    def y(self) -> float:
        """The centre along the height."""
        return (self.y_min + self.y_max) / 2

    @property
    def area(self) -> float:
        """The share of the picture that it covers."""
        return (self.x_max - self.x_min) * (self.y_max - self.y_min)


class Thing(NamedTuple):
    """One thing, plainly seen."""

    box: Box
    outline: float | None
    """Share of the picture that it covers, where its outline was drawn."""
    is_occluded: bool | None
    is_truncated: bool | None


def takes_more(a: Thing, b: Thing) -> bool:
    """Whether a takes up clearly more of the picture than b, by boxes and by outlines."""
    if a.box.area <= LARGER * b.box.area:
        return False
    return a.outline is None or b.outline is None or a.outline > LARGER * b.outline


def left_of(a: Box, b: Box) -> bool:
    """Whether all of a lies to the left of all of b, by a clear margin."""
    return a.x_max <= b.x_min and b.x - a.x > APART


def above(a: Box, b: Box) -> bool:
    """Whether all of a lies higher up in the picture than all of b, by a clear margin."""
    return a.y_max <= b.y_min and b.y - a.y > APART


def halves(box: Box) -> tuple[str | None, str | None]:
    """Name the halves of the picture that all of a box lies in.

    Returns:
        ``"left"``, ``"right"`` or None, and ``"upper"``, ``"lower"`` or None; None also where
        the centre is within `APART` of the picture's.

    Example:
        >>> halves(Box(0.1, 0.2, 0.3, 0.9))
        ('left', None)
    """
    return (
        _half(box.x_min, box.x_max, "left", "right"),
        _half(box.y_min, box.y_max, "upper", "lower"),
    )


def _half(low: float, high: float, first: str, second: str) -> str | None:
    middle = (low + high) / 2
    if high <= 0.5 and middle < 0.5 - APART:
        return first
    return second if low >= 0.5 and middle > 0.5 + APART else None


def overlap(a: Box, b: Box) -> float:
    """Intersection over union, 0..1; boxes must have an area."""
    width = min(a.x_max, b.x_max) - max(a.x_min, b.x_min)
    height = min(a.y_max, b.y_max) - max(a.y_min, b.y_min)
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a.area + b.area - width * height)


def centre_distance(a: Box, b: Box, aspect: float) -> float:
    """How far the centres lie apart, in heights of the picture.

    Args:
        a: a box.
        b: another box.
        aspect: the picture's width over its height.
    """
    return math.hypot((a.x - b.x) * aspect, a.y - b.y)


def gap(a: Box, b: Box, aspect: float) -> float:
    """How far the nearest edges lie apart, in heights of the picture; 0 where boxes meet."""
    across = max(a.x_min - b.x_max, b.x_min - a.x_max, 0.0)
    down = max(a.y_min - b.y_max, b.y_min - a.y_max, 0.0)
    return math.hypot(across * aspect, down)
