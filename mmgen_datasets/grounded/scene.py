"""What a sample's annotations say for certain.

A question may only be asked of what stands here. The rules, each of which guards against an
answer that a viewer of the picture would call wrong:

* a box that covers less than 0.2 % of the picture, is nearly empty by its outline, holds a
  drawing, is seen from within or was found by a detector settles nothing, nor does a broken one;
* a category is *numbered* if its boxes are complete (it stands in the sample's closed
  vocabulary, or annotators confirmed its label), each box holds one, no two boxes are nearly
  the same, none of its kin is annotated, no caption speaks of more than there are boxes,
  and there are at most eight;
* a category is *absent* if annotators looked for it and found none, and neither its kin, nor
  what is easily taken for it, nor a word for it, is annotated or stands in a caption.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from random import Random
from typing import Any, NamedTuple

from mmgen_datasets.errors import SourceError
from mmgen_datasets.grounded.draft import shuffled
from mmgen_datasets.grounded.geometry import Box, Thing, overlap
from mmgen_datasets.grounded.kin import VAGUE, Heard, hear, least_said, look_alikes, senses
from mmgen_datasets.grounded.nouns import is_speakable, noun
from mmgen_datasets.vocabulary import VOCABULARIES

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


@dataclass(frozen=True)
class Scene:
    """The certain part of a sample; categories are keys, in the order of the annotations."""

    seen: Mapping[str, int]
    """Categories that are there, each with the least number that is certain."""
    numbers: Mapping[str, int]
    """How many there are, 1 to 8, where that is certain."""
    single: Mapping[str, Thing]
    """The thing itself, where there is exactly one: what may be called "the dog"."""
    absent: Sequence[str]
    """Categories that are certainly not there."""
    tempting: Sequence[str]
    """Those absent that belong to the same broader kind as something seen."""
    aspect: float | None
    """Width over height of the picture."""


class _Found(NamedTuple):
    """The boxes of one category, by what they are worth."""

    things: list[Thing]
    crowds: list[Box]
    doubtful: list[Mapping[str, Any]]


def read_scene(sample: Mapping[str, Any]) -> Scene:
    """Collect what is certain of a sample.

    Args:
        sample: a row of `mmgen_datasets.schema.SAMPLE`; its media are not looked at.

    Raises:
        SourceError: the sample names a vocabulary that does not exist.
    """
    supers = _supercategories(sample["vocabulary"])
    labels = [label for label in sample["labels"] or () if is_speakable(label["name"])]
    affirmed = {i["name"] for i in labels if i["present"] and i["verified"]}
    denied = {i["name"] for i in labels if i["present"] is False and i["verified"]}
    found = _sort(sample["objects"] or ())
    heard = hear(sample["captions"] or ())

    annotated = dict.fromkeys([*found, *(i["name"] for i in labels if i["present"] is not False)])
    complete = [c for c in found if (c in supers or c in affirmed) and c not in denied]
    numbers = {
        c: len(found[c].things)
        for c in complete
        if _is_numbered(found[c]) and not _is_doubted(c, annotated, heard, len(found[c].things))
    }
    seen = {c: _least(found.get(c)) for c in annotated if c not in denied}
    seen = {c: least or 1 for c, least in seen.items() if least or c in affirmed}
    absent = _absent([*supers, *sorted(denied - supers.keys())], annotated, heard)
    kinds = {supers[c] for c in seen if c in supers}
    width, height = sample["width"], sample["height"]
    return Scene(
        seen=seen,
        numbers=numbers,
        single={c: found[c].things[0] for c, number in numbers.items() if number == 1},
        absent=absent,
        tempting=[c for c in absent if supers.get(c) in kinds],
        aspect=width / height if width and height else None,
    )


def negatives(scene: Scene, rng: Random) -> list[str]:
    """Put the absent categories in an order of chance, half the time the tempting ones first.

    A zebra among horses is a better test of a viewer than a zebra in a kitchen.
    """
    order = shuffled(rng, scene.absent)
    if rng.random() < 0.5:
        order.sort(key=lambda category: category not in scene.tempting)
    return order


@cache
def _supercategories(vocabulary: str | None) -> dict[str, str]:
    """Category to supercategory for a closed list, empty where there is none."""
    if vocabulary is None:
        return {}
    if vocabulary not in VOCABULARIES:
        known = " or ".join(map(repr, VOCABULARIES))
        raise SourceError(
            f"a sample names the vocabulary {vocabulary!r}, which does not exist",
            f"use {known}, or null where the annotators had no closed list",
        )
    return dict(VOCABULARIES[vocabulary])


def _sort(objects: Iterable[Mapping[str, Any]]) -> dict[str, _Found]:
    """Group the boxes by category and by what they are worth."""
    found: defaultdict[str, _Found] = defaultdict(lambda: _Found([], [], []))
    for item in objects:
        if not is_speakable(item["category"]):
            continue
        group, box = found[item["category"]], _box(item["bbox"])
        outline = _outline(item["area"])
        if box is None or _is_doubtful(item) or (outline or 1) < SCATTERED * box.area:
            group.doubtful.append(item)
        elif item["is_crowd"] or item["is_group_of"]:
            group.crowds.append(box)
        else:
            group.things.append(Thing(box, outline, item["is_occluded"], item["is_truncated"]))
    return found


def _box(bbox: Sequence[float] | None) -> Box | None:
    """Clip a box to the picture; None if it is broken or tiny."""
    if bbox is None or not all(-_BEYOND <= side <= 1 + _BEYOND for side in bbox):
        return None
    box = Box(*(min(max(side, 0.0), 1.0) for side in bbox))
    if box.x_min >= box.x_max or box.y_min >= box.y_max or box.area < TINY:
        return None
    return box


def _outline(area: float | None) -> float | None:
    return area if area is not None and 0 < area <= 1 else None


def _is_doubtful(item: Mapping[str, Any]) -> bool:
    confidence = item["confidence"]
    is_guess = confidence is not None and confidence < 1
    return bool(item["is_depiction"] or item["is_inside"] or is_guess)


def _is_numbered(found: _Found) -> bool:
    """Whether the boxes alone tell how many there are."""
    if found.crowds or found.doubtful or not 1 <= len(found.things) <= MOST:
        return False
    return not _has_twins(found.things)


def _has_twins(things: Sequence[Thing]) -> bool:
    return any(overlap(a.box, b.box) > TWINS for a, b in combinations(things, 2))


def _is_doubted(category: str, annotated: Iterable[str], heard: Heard, number: int) -> bool:
    """Whether the name or the rest of the sample speaks against the number of boxes."""
    if not noun(category).is_counted:
        return True
    if number < least_said(category, heard):
        return True
    own = senses(category)
    return any(c != category and not own.isdisjoint(senses(c)) for c in annotated)


def _least(found: _Found | None) -> int:
    """The least number that is certain; a crowd holds two."""
    if found is None:
        return 0
    if found.crowds:
        return 2
    return 1 if _has_twins(found.things) else len(found.things)


def _absent(looked_for: Iterable[str], annotated: Iterable[str], heard: Heard) -> list[str]:
    there = frozenset[str]().union(*map(senses, annotated))
    alike = frozenset[str]().union(*map(look_alikes, annotated))
    return [
        c
        for c in looked_for
        if c not in alike
        and c not in VAGUE
        and senses(c).isdisjoint(there)
        and not least_said(c, heard)
    ]
