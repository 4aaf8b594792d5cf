"""Sentences that are true of a drawn scene, in the manner of COCO's: plain and a bit uneven."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from scripts.sample.drawing import PLACES, WIDTH, Drawn

_NUMBERS = ("no", "a", "two", "three", "four", "five", "six")
_PLURALS = {"person": "people", "sheep": "sheep"}
_CROWDS = {"person": "a crowd of people", "sheep": "a flock of sheep"}
_COLOURLESS = {
    "person", "tv", "laptop", "wine glass", "potted plant", "traffic light", "stop sign", "pizza",
    "banana", "orange", "carrot", "vase", "clock",
}  # fmt: skip
"""Categories that no single colour describes, or whose colour goes without saying."""


class Group(NamedTuple):
    """All things of a category on a picture, in words."""

    plain: str
    coloured: str
    area: int
    centre: float | None
    """Horizontal, in pixels; null where there are several."""


def describe(scene: Mapping[str, Any], drawn: Sequence[Drawn]) -> list[str]:
    """Write a picture's captions: the scene's own, then some that follow from what is on it."""
    own: list[str] = list(scene["captions"])
    if not own or not drawn:
        return own
    where = PLACES[scene["place"]]["where"]
    categories = dict.fromkeys(thing.category for thing in drawn)
    groups = [_group([d for d in drawn if d.category == category]) for category in categories]
    groups.sort(key=lambda group: -group.area)
    texts = [
        f"{_listed([group.coloured for group in groups])} {where}.",
        f"A drawing of {where.split(' ', 1)[1]} with {_listed([g.plain for g in groups[:2]])}.",
        *_beside(groups)[:1],
        f"A picture that shows {_listed([group.plain for group in groups])} {where}",
        f"Somebody drew {groups[0].coloured} {where}. ",
    ]
    return [*own, *(text[0].upper() + text[1:] for text in texts)][:5]


def _group(things: Sequence[Drawn]) -> Group:
    category, number = things[0].category, len(things)
    area = sum(int(thing.mask.sum()) for thing in things)
    if any(thing.is_crowd for thing in things):
        return Group(_CROWDS[category], _CROWDS[category], area, None)
    noun = category if number == 1 else _PLURALS.get(category, _plural(category))
    colours = {thing.colour for thing in things}
    told = len(colours) == 1 and category not in _COLOURLESS
    coloured = f"{things[0].colour} {noun}" if told else noun
    centre = float(np.flatnonzero(things[0].mask.any(0)).mean()) if number == 1 else None
    return Group(_counted(number, noun), _counted(number, coloured), area, centre)


def _plural(noun: str) -> str:
    return noun + ("es" if noun.endswith(("s", "sh", "ch", "x")) else "s")


def _counted(number: int, noun: str) -> str:
    article = "an" if noun[0] in "aeiou" else "a"
    return f"{article if number == 1 else _NUMBERS[number]} {noun}"


def _listed(nouns: Sequence[str]) -> str:
    return " and ".join([", ".join(nouns[:-1]), nouns[-1]] if len(nouns) > 1 else nouns)


def _beside(groups: Sequence[Group]) -> list[str]:
    placed = sorted((g.centre, g.plain) for g in groups if g.centre is not None)
    return [
        f"There is {left} to the left of {right}"
        for (x1, left), (x2, right) in pairwise(placed)
        if x2 - x1 > 0.15 * WIDTH
    ]
