"""The boxes of a category, sorted by what they are worth."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple

from mmgen_datasets.grounded.geometry import Box, Thing, overlap
from mmgen_datasets.nouns import is_speakable

TINY = 0.002
"""Share of the picture below which a box is too small to speak of."""
MOST = 8
"""The highest number given; annotators miscount beyond it."""
TWINS = 0.9
"""Intersection over union from which two boxes of a category may be the same thing."""
SCATTERED = 0.05
"""Share of its box that an outline must fill; one that fills less is of several things apart, or
drawn by mistake."""
_BEYOND = 0.01
"""How far a box may reach beyond the picture by rounding."""


class Found(NamedTuple):
    """The boxes of one category, by what they are worth."""

    things: list[Thing]
    crowds: list[Box]
    doubtful: list[Mapping[str, Any]]
    flags: list[Mapping[str, Any]]
    """The annotations of all of them."""


def sort_boxes(objects: Iterable[Mapping[str, Any]]) -> dict[str, Found]:
    """Group the boxes whose category can be spoken of, in the order of the annotations."""
    found: defaultdict[str, Found] = defaultdict(lambda: Found([], [], [], []))
    for item in objects:
        if not is_speakable(item["category"]):
            continue
        group, box = found[item["category"]], read_box(item["bbox"])
        group.flags.append(item)
        outline = _outline(item["area"])
        if box is None or _is_doubtful(item) or (outline or 1) < SCATTERED * box.area:
            group.doubtful.append(item)
        elif item["is_crowd"] or item["is_group_of"]:
            group.crowds.append(box)
        else:
            group.things.append(Thing(box, outline, item["is_occluded"], item["is_truncated"]))
    return dict(found)


def read_box(bbox: Sequence[float] | None) -> Box | None:
    """Clip a box to the picture; None if it is broken or tiny."""
    if bbox is None or not all(-_BEYOND <= side <= 1 + _BEYOND for side in bbox):
        return None
    box = Box(*(min(max(side, 0.0), 1.0) for side in bbox))
    if box.x_min >= box.x_max or box.y_min >= box.y_max or box.area < TINY:
        return None
    return box


def is_plain(found: Found) -> bool:
    """Whether the boxes alone tell how many there are."""
    if found.crowds or found.doubtful or not 1 <= len(found.things) <= MOST:
        return False
    return not _has_twins(found.things)


def only_box(found: Found) -> Mapping[str, Any] | None:
    """The annotation of the only box, though it may show a drawing or the inside of one."""
    if len(found.flags) != 1 or found.crowds:
        return None
    [item] = found.flags
    is_group = item["is_crowd"] or item["is_group_of"]
    if is_group or read_box(item["bbox"]) is None or is_guess(item):
        return None
    return item


def least(found: Found | None) -> int:
    """The least number that is certain; a crowd holds two."""
    if found is None:
        return 0
    if found.crowds:
        return 2
    return 1 if _has_twins(found.things) else len(found.things)


def is_guess(item: Mapping[str, Any]) -> bool:
    """Whether a detector found it, not a person."""
    return item["confidence"] is not None and item["confidence"] < 1


def _outline(area: float | None) -> float | None:
    return area if area is not None and 0 < area <= 1 else None


def _is_doubtful(item: Mapping[str, Any]) -> bool:
    return bool(item["is_depiction"] or item["is_inside"] or is_guess(item))


def _has_twins(things: Sequence[Thing]) -> bool:
    return any(overlap(a.box, b.box) > TWINS for a, b in combinations(things, 2))
