"""Facts of a clip in words, for questions and for prompts.

What is given is a row of `mmgen_datasets.schema.FACTS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_DIRECTIONS = (
    "ahead",
    "ahead and to the left",
    "to the left",
    "behind and to the left",
    "behind",
    "behind and to the right",
    "to the right",
    "ahead and to the right",
)
_EDGE = 6.0  # degrees beside the border of two directions in which neither is said
_HARDLY_M, _SURELY_M = 0.15, 0.5
_HARDLY_DEG, _SURELY_DEG = 15.0, 45.0


def distance(path: float) -> str | None:
    """A way to the nearest half metre; null where it is short of one, but not nothing.

    Example:
        >>> distance(0.1), distance(0.3), distance(0.9), distance(3.4)
        ('hardly at all', None, 'about one metre', 'about 3.5 metres')
    """
    if path < _HARDLY_M:
        return "hardly at all"
    if path < _SURELY_M:
        return None
    halves = round(2 * path)
    if halves <= 2:
        return ("about half a metre", "about one metre")[halves - 1]
    return f"about {halves / 2:g} metres"


def direction(bearing: float) -> str | None:
    """One of eight directions; null where two are as good.

    Args:
        bearing: degrees, 0 ahead, more to the left.

    Example:
        >>> direction(3.0), direction(22.0), direction(-90.0), direction(178.0)
        ('ahead', None, 'to the right', 'behind')
    """
    number = round(bearing / 45)
    if abs(bearing - 45 * number) > 22.5 - _EDGE:
        return None
    return _DIRECTIONS[number % 8]


def turn(turned: float) -> str | None:
    """All turns together, to the nearest 45 degrees; null where it is little, but not nothing.

    Example:
        >>> turn(5.0), turn(30.0), turn(100.0), turn(-200.0)
        ('hardly at all', None, 'about 90 degrees to the left', 'about 180 degrees to the right')
    """
    if abs(turned) < _HARDLY_DEG:
        return "hardly at all"
    if abs(turned) < _SURELY_DEG:
        return None
    side = "left" if turned > 0 else "right"
    return f"about {45 * round(abs(turned) / 45)} degrees to the {side}"


def times(count: int) -> str:
    """How often, in words.

    Example:
        >>> times(0), times(1), times(4), times(12)
        ('not once', 'once', 'four times', '12 times')
    """
    if count < len(_TIMES):
        return _TIMES[count]
    return f"{count} times"


_TIMES = (
    *("not once", "once", "twice"),
    *(f"{word} times" for word in ("three", "four", "five", "six", "seven", "eight", "nine")),
)


def fact_lines(facts: Mapping[str, Any] | None) -> list[str]:
    """The facts of a clip, a sentence each, for a model that does not see the motion."""
    if not facts:
        return []
    way = distance(facts["path"])
    where = direction(facts["bearing"]) if facts["bearing"] is not None else None
    turned = turn(facts["turned"])
    lines = [
        f"The clip lasts {facts['seconds']:.1f} seconds.",
        way
        and f"The person covers {_of_way(way)} over the ground"
        f" ({facts['path'] / facts['seconds']:.1f} metres a second on average).",
        where and f"They end {where} of where they began, seen from how they faced then.",
        turned and f"They turn {turned} in all.",
        facts["first_foot"] and f"The {facts['first_foot']} foot steps first.",
        f"Both feet leave the ground {times(facts['jumps'])}.",
    ]
    return [line for line in lines if line]


def _of_way(way: str) -> str:
    return "hardly any way" if way == "hardly at all" else way
