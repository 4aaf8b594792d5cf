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
    "sleep": {"asleep": "asleep sleeping sleeps dozing napping", "awake": "awake"},
    "wetness": {"wet": "wet soaked soaking dripping damp drenched", "dry": "dry"},
    "openness": {"open": "open opened ajar unfolded", "closed": "closed shut folded locked"},
    "fullness": {"empty": "empty deserted", "full": "full filled crowded packed occupied busy"},
    "light": {"lit": "lit burning glowing", "unlit": "unlit extinguished"},
    "power": {"on": "switched-on", "off": "switched-off"},
    "motion": {
        "moving": "moving driving driven rolling speeding racing",
        "still": "parked stationary motionless stopped halted",
    },
    "wholeness": {
        "whole": "intact unbroken undamaged unharmed",
        "broken": "broken cracked shattered smashed damaged",
    },
    "age": {"old": "old elderly aged", "young": "young", "new": "new brand-new"},
    "size": {"large": "large big huge enormous gigantic", "small": "small tiny little"},
    "mood": {
        "glad": "happy cheerful smiling smiles laughing laughs grinning grins",
        "sad": "crying cries weeping frowning frowns sad",
        "serious": "serious stern expressionless",
    },
    "shape": {"round": "round circular", "angular": "square rectangular triangular"},
    "curl": {"straight": "straight", "curly": "curly wavy frizzy"},
    "made of": {
        "wood": "wooden wood",
        "metal": "metal steel iron aluminium",
        "plastic": "plastic",
        "glass": "glass",
        "stone": "stone marble brick concrete granite",
        "leather": "leather",
        "cloth": "cotton denim wool woollen knitted",
    },
    "sky": {"clear": "clear cloudless", "overcast": "overcast cloudy"},
    "weather": {"rain": "raining pouring drizzling rainy", "snow": "snowing", "sun": "sunny"},
    "hour": {"day": "daytime daylight midday", "night": "nighttime night"},
    "place": {"inside": "indoors", "outside": "outdoors"},
    "length": {"long": "long", "short": "short cropped"},
    "cleanness": {"clean": "clean spotless", "dirty": "dirty muddy filthy"},
    "pattern": {"striped": "striped", "spotted": "spotted", "checked": "checked checkered plaid"},
    "posture": {
        "standing": "standing upright stands stand",
        "sitting": "sitting seated sits sit",
        "lying": "lying lies",
        "kneeling": "kneeling kneels",
        "crouching": "crouching crouches squatting squats",
        "walking": "walking walks running runs",
    },
    "side": {"left": "left", "right": "right"},
}
"""By family, its values, each with the words for it."""

OF_SCENE = frozenset({"weather", "hour", "place"})
"""Families whose words are of the scene, whatever they stand with."""
OF_BEINGS = frozenset({"posture", "sleep", "mood"})
"""Families of people and animals only."""
_EITHER_OR = frozenset(
    {"sleep", "wetness", "openness", "light", "power", "motion", "place", "wholeness"}
)
"""Families of which everything has one value or the other: what is not full may not be empty."""
_NEAR = frozenset(
    frozenset(pair.split("-"))
    for pair in "red-pink red-orange orange-yellow red-brown brown-orange brown-yellow blue-purple "
    "blue-teal green-teal white-grey grey-black pink-purple white-yellow brown-black "
    "standing-walking kneeling-crouching crouching-sitting young-new rain-snow glad-serious "
    "metal-glass".split()
)
"""Colours that two viewers may call the same thing by."""
SURFACES = frozenset("paint paintwork colour color coat fur plumage feathers body".split())
"""What of a thing its colour is the colour of."""
DEGREES = frozenset(
    "very quite completely fully fast wide bright dark light pale deep all both entirely "
    "mostly rather still plain vivid rich soft clearly almost now currently also just wide "
    "tightly firmly painted coloured colored".split()
)
"""Words that may stand before one for a trait."""


def trait(word: str) -> tuple[str, str] | None:
    """Find the family and the value that a word stands for.

    Example:
        >>> trait("crimson"), trait("dripping"), trait("dog")
        (('colour', 'red'), ('wetness', 'wet'), None)
    """
    return _by_word().get(word)


@cache
def _by_word() -> dict[str, tuple[str, str]]:
    return {
        word: (family, value)
        for family, values in FAMILIES.items()
        for value, words in values.items()
        for word in words.split()
    }


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
