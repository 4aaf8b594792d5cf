"""Words for what a thing is like."""

from __future__ import annotations

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
