"""Which names speak of the same things, and which things are taken for one another.

A number of a category is open to doubt where its kin is annotated too ("person" beside "man"),
and nobody may say that it is absent. "Man" and "woman" are both kin of "person", and not of one
another. What counts as a kind of what is told by `mmgen_datasets.hierarchy`, by the words that
`mmgen_datasets.grounded.heard` knows for a category, and by the last word of a name.
"""

from __future__ import annotations

from functools import cache

from mmgen_datasets.grounded.heard import also_called
from mmgen_datasets.hierarchy import broader
from mmgen_datasets.nouns import head, plain

_LOOK_ALIKE = (
    frozenset({"cup", "wine glass", "bowl", "vase", "bottle"}),
    frozenset({"car", "truck", "bus"}),
    frozenset({"bicycle", "motorcycle"}),
    frozenset({"couch", "chair", "bench", "bed"}),
    frozenset({"handbag", "backpack", "suitcase"}),
    frozenset({"laptop", "keyboard", "tv", "mouse"}),
    frozenset({"microwave", "oven", "toaster"}),
    frozenset({"hot dog", "sandwich"}),
    frozenset({"potted plant", "vase"}),
    frozenset({"cake", "donut"}),
    frozenset({"man", "boy"}),
    frozenset({"woman", "girl"}),
    frozenset({"mug", "coffee cup", "teapot", "jug", "pitcher", "beaker"}),
    frozenset({"plate", "saucer", "platter"}),
    frozenset({"chair", "stool"}),
    frozenset({"couch", "sofa bed", "loveseat", "studio couch"}),
    frozenset({"table", "desk", "coffee table", "countertop", "nightstand"}),
    frozenset({"cupboard", "cabinetry", "wardrobe", "closet", "chest of drawers", "drawer"}),
    frozenset({"bookcase", "shelf"}),
    frozenset({"lamp", "lantern", "light bulb", "street light"}),
    frozenset({"car", "van", "taxi", "limousine", "truck"}),
    frozenset({"airplane", "helicopter", "aircraft"}),
    frozenset({"boat", "canoe", "barge", "gondola"}),
    frozenset({"rifle", "shotgun", "handgun"}),
    frozenset({"sword", "dagger", "knife", "kitchen knife"}),
    frozenset({"tower", "skyscraper", "office building", "house", "building", "castle"}),
    frozenset({"computer monitor", "television", "laptop", "tablet computer"}),
    frozenset({"handbag", "backpack", "suitcase", "briefcase"}),
    frozenset({"boot", "high heels", "sandal", "footwear"}),
    frozenset({"shirt", "jacket", "coat", "suit", "dress", "skirt"}),
    frozenset({"trousers", "jeans", "shorts"}),
    frozenset({"hat", "sun hat", "cowboy hat", "fedora", "sombrero", "helmet"}),
    frozenset({"glasses", "sunglasses", "goggles"}),
    frozenset({"violin", "cello"}),
    frozenset({"guitar", "banjo"}),
    frozenset({"horn", "trumpet", "trombone", "saxophone"}),
    frozenset({"piano", "harpsichord", "musical keyboard", "organ"}),
    frozenset({"cattle", "bull"}),
    frozenset({"horse", "mule"}),
    frozenset({"leopard", "jaguar", "cheetah"}),
    frozenset({"sea lion", "harbor seal"}),
    frozenset({"goose", "duck", "swan"}),
    frozenset({"eagle", "falcon"}),
    frozenset({"orange", "grapefruit", "lemon"}),
    frozenset({"muffin", "cookie", "pastry", "doughnut", "bagel", "bread"}),
    frozenset({"tree", "houseplant", "plant", "flower", "flowerpot"}),
)
"""Things mistaken for one another, or of which one is a part of another."""

VAGUE = frozenset({"dining table"})
"""Names that annotators apply to some things and not to others much like them (a desk, a
counter): never said to be absent."""


@cache
def covers(wide: str, name: str) -> bool:
    """Whether what has a name may also be called by another.

    Example:
        >>> covers("person", "Man"), covers("Man", "person"), covers("Animal", "Dog")
        (True, False, True)
    """
    return not _own(wide).isdisjoint(_own(name) | also_called(name) | broader(name))


def are_kin(a: str, b: str) -> bool:
    """Whether one of two names may stand for a thing that has the other.

    Example:
        >>> are_kin("Person", "Man"), are_kin("Man", "Woman"), are_kin("dog", "hot dog")
        (True, False, True)
    """
    return covers(a, b) or covers(b, a)


@cache
def look_alikes(category: str) -> frozenset[str]:
    """The names, lower case, of what one may take for a category; its own is among them."""
    name = plain(category)
    return frozenset({name}).union(*(names for names in _LOOK_ALIKE if name in names))


@cache
def _own(category: str) -> frozenset[str]:
    name = plain(category)
    return frozenset({name, head(name)})
