"""Outlines of a mask, in COCO's two forms: polygons and run lengths."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Mask: TypeAlias = NDArray[np.bool_]  # (height, width)
Point: TypeAlias = tuple[int, int]

_SIDES = (
    ((0, -1), (0, 0), (1, 0)),
    ((1, 0), (1, 0), (1, 1)),
    ((0, 1), (1, 1), (0, 1)),
    ((-1, 0), (0, 1), (0, 0)),
)
"""A pixel's four neighbours and the edge towards each, from corner to corner, clockwise."""


def polygons(mask: Mask) -> list[list[float]]:
    """Polygons around what a mask covers, along the edges of pixels; holes are left out.

    Returns:
        for each polygon x1, y1, x2, y2, ...; no edge of a pixel is more than 0.75 away.
    """
    loops = [loop for loop in _loops(mask) if _signed_area(loop) > 0]
    simple = [_simplify([*loop, loop[0]], 0.75)[:-1] for loop in loops]
    return [[float(number) for point in loop for number in point] for loop in simple]


def area(polygon: Sequence[float]) -> float:
    """What a polygon x1, y1, x2, y2, ... covers, in pixels."""
    return _signed_area(list(zip(polygon[::2], polygon[1::2], strict=True)))


def run_lengths(mask: Mask) -> dict[str, list[int]]:
    """Lengths of the empty and covered runs in turn, column by column, empty first."""
    flat = mask.T.ravel()
    edges = np.flatnonzero(flat != np.concatenate(([False], flat[:-1])))
    counts = np.diff(np.concatenate(([0], edges, [flat.size])))
    return {"counts": [int(count) for count in counts], "size": list(mask.shape)}


def _loops(mask: Mask) -> Iterator[list[Point]]:
    """Walk around the covered pixels, keeping them on the right hand."""
    ways: dict[Point, list[Point]] = defaultdict(list)
    grid = np.pad(mask, 1)
    for row, column in zip(*np.nonzero(mask), strict=True):
        x, y = int(column), int(row)
        for (dx, dy), start, end in _SIDES:
            if not grid[y + 1 + dy, x + 1 + dx]:
                ways[x + start[0], y + start[1]].append((x + end[0], y + end[1]))
    while ways:
        loop = [next(iter(ways))]
        while loop[-1] in ways:
            step = ways[loop[-1]].pop()
            if not ways[loop[-1]]:
                del ways[loop[-1]]
            loop.append(step)
        yield loop[:-1]


def _signed_area(loop: Sequence[tuple[float, float]]) -> float:
    following = (*loop[1:], loop[0])
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in zip(loop, following, strict=True)) / 2


def _simplify(points: list[Point], tolerance: float) -> list[Point]:
    """Leave out points close to the line between others (Douglas and Peucker, 1973)."""
    away = [_distance(point, points[0], points[-1]) for point in points[1:-1]]
    if not away or max(away) <= tolerance:
        return [points[0], points[-1]]
    middle = 1 + away.index(max(away))
    near = _simplify(points[: middle + 1], tolerance)
    return [*near[:-1], *_simplify(points[middle:], tolerance)]


def _distance(point: Point, start: Point, end: Point) -> float:
    along = complex(end[0] - start[0], end[1] - start[1])
    out = complex(point[0] - start[0], point[1] - start[1])
    return abs((along.conjugate() * out).imag) / abs(along) if along else abs(out)
