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

Annotators looked for all of a closed vocabulary, and otherwise for nothing but what a verified
label names. A label speaks only where its name is that of a thing: of a class that somebody
boxes, for other labels may be scenes or activities.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from random import Random
from typing import Any

from mmgen_datasets.errors import SourceError
from mmgen_datasets.grounded.boxes import Found, is_plain, least, only_box, sort_boxes
from mmgen_datasets.grounded.draft import shuffled
from mmgen_datasets.grounded.geometry import Thing
from mmgen_datasets.grounded.heard import Heard, hear, least_said
from mmgen_datasets.grounded.related import VAGUE, are_kin, covers, look_alikes
from mmgen_datasets.grounded.ties import Tie, read_ties
from mmgen_datasets.hierarchy import broader, directly_above, is_class, narrower, parts
from mmgen_datasets.nouns import is_speakable, noun, plain
from mmgen_datasets.vocabulary import VOCABULARIES


@dataclass(frozen=True)
class Scene:
    """The certain part of a sample; categories are keys, in the order of the annotations."""

    seen: Mapping[str, int]
    """Categories that are there, each with the least number that is certain."""
    numbers: Mapping[str, int]
    """How many there are, 1 to 8, where that is certain."""
    single: Mapping[str, Thing]
    """The thing itself, where there is exactly one: what may be called "the dog"."""
    placed: Mapping[str, Thing]
    """The same where the picture stands upright; where it lies on its side, "higher up" may be
    taken for either."""
    alone: Mapping[str, Mapping[str, Any]]
    """The annotation of the only one, be it real or drawn, seen from without or within."""
    groups: Sequence[str]
    """Categories of which annotators marked a group."""
    ties: Sequence[Tie]
    """What things do to others, or are like."""
    absent: Sequence[str]
    """Categories that are certainly not there."""
    denied: Sequence[str]
    """Those absent that annotators were asked about, and denied, for this very picture."""
    tempting: Collection[str]
    """Those absent that belong to the same broader kind as something seen."""
    heard: Heard
    """What captions and narratives say."""
    aspect: float | None
    """Width over height of the picture."""
    moves: Mapping[str, Any] | None
    """What can be read off a motion; see `mmgen_datasets.schema.FACTS`."""


def read_scene(sample: Mapping[str, Any]) -> Scene:
    """Collect what is certain of a sample.

    Args:
        sample: a row of `mmgen_datasets.schema.SAMPLE`; its media are not looked at.

    Raises:
        SourceError: the sample names a vocabulary that does not exist.
    """
    supers = _supercategories(sample["vocabulary"])
    objects = sample["objects"] or ()
    boxed = dict.fromkeys(item["category"] for item in objects)
    labels = [i for i in sample["labels"] or () if _is_thing(i["name"], supers, boxed)]
    affirmed = {i["name"] for i in labels if i["present"] and i["verified"]}
    denied = {i["name"] for i in labels if i["present"] is False and i["verified"]}
    claimed = [i for i in labels if i["present"] is not False]
    found = sort_boxes(objects)
    heard = hear([*(sample["captions"] or ()), *(i["text"] for i in sample["narratives"] or ())])

    annotated = dict.fromkeys([*found, *(i["name"] for i in claimed)])
    complete = [c for c in found if (c in supers or c in affirmed) and c not in denied]
    plainly = [c for c in complete if not _is_doubted(c, boxed, annotated, heard, found[c])]
    numbers = {c: len(found[c].things) for c in plainly if is_plain(found[c])}
    single = {c: found[c].things[0] for c, number in numbers.items() if number == 1}
    only = {c: only_box(found[c]) for c in plainly}
    seen = {c: least(found.get(c)) for c in annotated if c not in denied}
    seen = {c: number or 1 for c, number in seen.items() if number or c in affirmed}
    firm = [*boxed, *(i["name"] for i in claimed if i["verified"] is not False)]
    no = _absent(sorted(denied - supers.keys()), firm, heard, with_kinds=True)
    absent = [*_absent(supers, [*boxed, *annotated], heard, with_kinds=False), *no]
    width, height = sample["width"], sample["height"]
    return Scene(
        seen=seen,
        numbers=numbers,
        single=single,
        placed={} if sample.get("rotation") else single,
        alone={c: item for c, item in only.items() if item is not None},
        groups=[c for c in complete if found[c].crowds and _has_group(found[c])],
        ties=read_ties(sample["relations"] or (), found, single),
        absent=absent,
        denied=[c for c in absent if c in denied],
        tempting=_tempting(absent, seen, supers),
        heard=heard,
        aspect=width / height if width and height else None,
        moves=sample.get("facts"),
    )


def negatives(scene: Scene, rng: Random) -> list[str]:
    """Put the absent categories in an order of chance, half the time the tempting ones first.

    A zebra among horses is a better test of a viewer than a zebra in a kitchen.
    """
    order = shuffled(rng, scene.absent)
    if rng.random() < 0.5:
        order.sort(key=lambda category: category not in scene.tempting)
    return order


def _has_group(found: Found) -> bool:
    return any(item["is_group_of"] for item in found.flags)


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


def _is_thing(name: str, *lists: Collection[str]) -> bool:
    return is_speakable(name) and (is_class(name) or any(name in names for names in lists))


def _is_doubted(
    category: str, boxed: Iterable[str], annotated: Iterable[str], heard: Heard, found: Found
) -> bool:
    """Whether the name or the rest of the sample speaks against the number of boxes.

    A label that is broader ("animal") is no such thing: the one dog is enough to earn it. A box
    of it is, for it may hold another dog.
    """
    if not noun(category).is_counted or len(found.flags) < least_said(category, heard):
        return True
    if any(c != category and are_kin(c, category) for c in boxed):
        return True
    above = broader(category)
    return any(c != category and plain(c) not in above and are_kin(c, category) for c in annotated)


def _absent(
    looked_for: Iterable[str], annotated: Collection[str], heard: Heard, *, with_kinds: bool
) -> list[str]:
    """Those of the categories that nothing hints at.

    Args:
        looked_for: what annotators were asked for.
        annotated: what is said to be there.
        heard: what captions say.
        with_kinds: also listen for words for narrower kinds and parts of a category.
    """
    categories = tuple(looked_for)
    open_to_doubt = VAGUE.union(*(_hinted_at(name, categories) for name in annotated))
    return [
        c
        for c in categories
        if c not in open_to_doubt
        and not least_said(c, heard)
        and not (with_kinds and any(least_said(k, heard) for k in narrower(c) | parts(c)))
    ]


@lru_cache(maxsize=4096)
def _hinted_at(name: str, categories: tuple[str, ...]) -> frozenset[str]:
    return frozenset(c for c in categories if _hints_at(name, c))


def _hints_at(name: str, category: str) -> bool:
    """Whether what has a name may be, be taken for, or belong to, one of a category.

    What is broader by the hierarchy alone is no hint: an animal may well be no dog.
    """
    if plain(category) in look_alikes(name):
        return True
    if covers(category, name) or plain(name) in parts(category):
        return True
    return plain(name) not in broader(category) - {"person"} and covers(name, category)


def _tempting(
    absent: Iterable[str], seen: Iterable[str], supers: Mapping[str, str]
) -> frozenset[str]:
    kinds = {supers[c] for c in seen if c in supers}
    above = frozenset[str]().union(*(directly_above(c) for c in seen if c not in supers))
    return frozenset(
        c
        for c in absent
        if (supers[c] in kinds if c in supers else not above.isdisjoint(directly_above(c)))
    )
