"""What the annotations of a sample say for and against a thing.

A hint is enough to support it: a box of any sort, a label or a side of a relation of the same
name, of a kind of it or of a broader kind, a part of it, or a word of a caption or narrative by
which people mean it (`mmgen_datasets.grounded.heard`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

from mmgen_datasets.grounded.heard import Heard, least_said
from mmgen_datasets.grounded.related import are_kin, look_alikes
from mmgen_datasets.hierarchy import broader, classes, narrower, parts
from mmgen_datasets.nouns import plain
from mmgen_datasets.quality.case import Case
from mmgen_datasets.quality.reading.lexicon import kinds_of
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.vocabulary import VOCABULARIES

_NOT_LOOKED_FOR = frozenset(
    "clothing, footwear, fashion accessory, furniture, plant, tree, flower, houseplant, building, "
    "house, office building, door, window, window blind, curtain, wheel, tire, light bulb, lamp, "
    "light switch, shelf, desk, countertop, cabinetry, cupboard, closet, table, coffee table, "
    "picture frame, poster, door handle, stairs, porch, food, baked goods, kitchenware, "
    "tableware, kitchen utensil, kitchen appliance, home appliance, office supplies, "
    "sports equipment, plumbing fixture, auto part, paper towel, toilet paper, "
    "power plugs and sockets, vehicle registration plate, seat belt, street light, traffic sign, "
    "cosmetics, billboard, whiteboard, personal care, bathroom accessory, "
    "human face, shirt, trousers, jeans, drink, vegetable, fruit, dessert, animal, insect".split(
        ", "
    )
)
"""Classes that are in so many pictures, or are such broad words, that annotators of Open Images
left them out as a rule where nobody asked: their being there is no invention."""

_SCENES = frozenset("kitchen bathroom restroom bedroom game head face leg foot meal dinner".split())
"""Words of captions that make a thing likely, and do not say that it is there: a kitchen may have
no toaster, and an elephant has a head."""
_PARTS_OF = {"keyboard": {"laptop"}, "computer keyboard": {"laptop"}}
"""What belongs to things, beside the parts in the hierarchy."""


@dataclass(frozen=True)
class Support:
    """The annotations of a sample, to be asked about things."""

    sample: Mapping[str, Any]
    heard: Heard

    @classmethod
    def of(cls, case: Case) -> Support:
        """Read a case's sample."""
        assert case.sample is not None
        heard = case.scene.heard
        return cls(case.sample, heard._replace(words=heard.words - _SCENES))

    @cached_property
    def named(self) -> frozenset[str]:
        """The names, lower case, that boxes, labels and relations give to what is there."""
        sample = self.sample
        names = [item["category"] for item in sample["objects"] or ()]
        names += [item["name"] for item in sample["labels"] or () if item["present"] is not False]
        for row in sample["relations"] or ():
            names += [row["subject"], row["object"]]
        return frozenset(plain(name) for name in names if name)

    @cached_property
    def refuted(self) -> frozenset[str]:
        """The names, lower case, of verified labels that say that a thing is absent."""
        labels = self.sample["labels"] or ()
        denied = (i["name"] for i in labels if i["present"] is False and i["verified"])
        return frozenset(map(plain, denied)) - self.named

    @cached_property
    def told(self) -> frozenset[str]:
        """What captions and narratives name."""
        texts = [*(self.sample["captions"] or ())]
        texts += [told["text"] for told in self.sample["narratives"] or ()]
        return frozenset[str]().union(*(m.kinds for text in texts for m in read_mentions(text)))

    @cached_property
    def looked_for(self) -> frozenset[str]:
        """The kinds that annotators would have marked."""
        vocabulary = self.sample["vocabulary"]
        if vocabulary is not None:
            return frozenset(category.name for category in VOCABULARIES[vocabulary])
        return classes() - _NOT_LOOKED_FOR

    def is_unsupported(self, kinds: frozenset[str]) -> bool:
        """Whether annotators looked for what may be meant, and nothing hints at any of it."""
        sought = kinds & self.looked_for
        if self.sample["vocabulary"] is None and sought != kinds & classes():
            return False
        meant = kinds if self.sample["vocabulary"] is None else sought
        return bool(sought) and not any(self._is_hinted(kind) for kind in meant)

    def is_refuted(self, kinds: frozenset[str]) -> bool:
        """Whether verified labels say that it is absent, and no box or better word contradicts."""
        kept = [kind for kind in kinds if not self._refuting(kind)]
        if len(kept) == len(kinds):
            return False
        named = frozenset[str]().union(*map(kinds_of, self.named))
        below = frozenset[str]().union(*(narrower(kind) for kind in kinds))
        if kinds & named or below & named:
            return False
        return kinds.isdisjoint(self.told) and not any(
            least_said(kind, self.heard) for kind in kept
        )

    def _refuting(self, kind: str) -> bool:
        return kind in self._wide or not broader(kind).isdisjoint(self._wide)

    @cached_property
    def _wide(self) -> frozenset[str]:
        return frozenset[str]().union(*map(kinds_of, self.refuted))

    def _is_hinted(self, kind: str) -> bool:
        if kind in self.told or least_said(kind, self.heard):
            return True
        is_open = self.sample["vocabulary"] is None
        return any(_hints_at(name, kind, is_open) for name in self.named)


@lru_cache(maxsize=65536)
def _hints_at(name: str, kind: str, is_open: bool) -> bool:
    names = kinds_of(name)
    if kind in names or not names.isdisjoint(broader(kind) | narrower(kind)):
        return True
    if not names.isdisjoint(parts(kind)) or any(kind in parts(one) for one in names):
        return True
    if not names.isdisjoint(_PARTS_OF.get(kind, ())):
        return True
    if kind == "person" and any(_is_worn(one) for one in names):
        return True
    if is_open and kind in look_alikes(name):
        return True
    return are_kin(name, kind)


def _is_worn(name: str) -> bool:
    """Whether a thing hints at somebody who wears it; bags and umbrellas are clothing by name."""
    above = broader(name)
    return "clothing" in above and "luggage and bags" not in above and name != "umbrella"
