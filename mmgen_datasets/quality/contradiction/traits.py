"""Words for what a thing is like, and which of them one thing cannot bear at once."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

FAMILIES = {
    "colour": {
        "red": "red crimson scarlet maroon burgundy",
        "pink": "pink",
        "orange": "orange",
        "yellow": "yellow golden gold blonde blond",
        "green": "green",
        "blue": "blue navy azure",
        "purple": "purple violet lilac",
        "brown": "brown tan beige chestnut",
        "black": "black",
        "white": "white cream ivory",
        "grey": "grey gray silver",
        "teal": "teal turquoise",
    },
    "sleep": {"asleep": "asleep sleeping", "awake": "awake"},
    "wetness": {"wet": "wet soaked soaking dripping damp", "dry": "dry"},
    "openness": {"open": "open opened", "closed": "closed shut folded"},
    "fullness": {"empty": "empty deserted", "full": "full filled crowded packed"},
    "light": {"lit": "lit burning", "unlit": "unlit extinguished"},
    "length": {"long": "long", "short": "short cropped"},
    "cleanness": {"clean": "clean spotless", "dirty": "dirty muddy filthy"},
    "pattern": {"striped": "striped", "spotted": "spotted", "checked": "checked checkered plaid"},
    "posture": {
        "standing": "standing upright stands",
        "sitting": "sitting seated sits",
        "lying": "lying",
        "kneeling": "kneeling kneels",
    },
    "side": {"left": "left", "right": "right"},
}
"""By family, its values, each with the words for it."""

_EITHER_OR = frozenset({"sleep", "wetness", "openness", "light"})
"""Families of which everything has one value or the other: what is not full may not be empty."""
_NEAR = frozenset(
    frozenset(pair.split("-"))
    for pair in "red-pink red-orange orange-yellow red-brown brown-orange brown-yellow blue-purple "
    "blue-teal green-teal white-grey grey-black pink-purple white-yellow brown-black".split()
)
"""Colours that two viewers may call the same thing by."""
SURFACES = frozenset("paint paintwork colour color coat fur plumage feathers body".split())
"""What of a thing its colour is the colour of."""
DEGREES = frozenset(
    "very quite completely fully fast wide bright dark light pale deep all both entirely "
    "mostly rather still plain vivid rich soft clearly almost".split()
)
"""Words that may stand before one for a trait."""


@cache
def trait(word: str) -> tuple[str, str] | None:
    """Find the family and the value that a word stands for.

    Example:
        >>> trait("crimson"), trait("dripping"), trait("dog")
        (('colour', 'red'), ('wetness', 'wet'), None)
    """
    for family, values in FAMILIES.items():
        for value, words in values.items():
            if word in words.split():
                return family, value
    return None


def opposite(family: str, values: Iterable[str]) -> frozenset[str]:
    """What a thing is that is not so; nothing where there is more than one way.

    Example:
        >>> opposite("sleep", {"asleep"}), opposite("colour", {"red"})
        (frozenset({'awake'}), frozenset())
    """
    return frozenset(FAMILIES[family].keys() - set(values) if family in _EITHER_OR else ())


def exclude(one: Iterable[str], other: Iterable[str]) -> bool:
    """Whether no value of one set goes with any of another.

    Example:
        >>> exclude({"red", "white"}, {"blue"}), exclude({"red"}, {"pink"}), exclude("a", "a")
        (True, False, False)
    """
    return all(a != b and frozenset({a, b}) not in _NEAR for a in one for b in other)
