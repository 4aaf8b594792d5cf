"""How many of a thing a text speaks of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, NamedTuple, TypeAlias

from mmgen_datasets.nouns import NUMBERS

Bound: TypeAlias = Literal["exactly", "at least", "about"]

_TEENS = (
    "eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty".split()
)
_VALUES = {word: n for n, word in enumerate((*NUMBERS, *_TEENS)) if n} | {
    "single": 1,
    "lone": 1,
    "sole": 1,
    "solitary": 1,
    "both": 2,
    "dozen": 12,
    "zero": 0,
}
_SOME = {
    "several": 2,
    "multiple": 2,
    "numerous": 3,
    "many": 3,
    "various": 2,
    "dozens": 12,
    "hundreds": 100,
    "few": 2,
}
"""The least that a vague word allows."""
_ABOUT = frozenset("about around approximately roughly nearly almost some maybe perhaps".split())
_MOST = frozenset({"most", "to", "than", "under", "over", "or"})
_ONLY = frozenset("only just exactly precisely merely solely".split())
ORDINALS = {
    word: n for n, word in enumerate("second third fourth fifth sixth seventh eighth".split(), 2)
}
"""Ordinal to the least number of things of which one can be counted so."""
_OVER = (("more", "than"),)
_NO_FEWER = (("fewer", "than"), ("less", "than"))
_MOST_COUNTED = 200
_SETS = {"pair": 2, "couple": 2, "duo": 2, "trio": 3, "quartet": 4, "dozen": 12}
GROUPS = frozenset(
    "group groups herd flock row rows line bunch pile stack collection lot lots set crowd number "
    "pack team family series plenty variety handful dozens hundreds".split()
)


class Amount(NamedTuple):
    """A number that stands with a name."""

    number: int
    bound: Bound
    start: int
    """Index of the first word that says it."""
    is_only: bool = False
    """Whether "only", "exactly" or "a single" says that there are no more."""
    is_part: bool = False
    """Whether it counts some of a greater number: "two of the dogs", "two other dogs"."""


def value(word: str) -> int | None:
    """Read a number in figures or letters, up to 200.

    Example:
        >>> value("three"), value("12"), value("many")
        (3, 12, None)
    """
    if word.isdecimal() and word.isascii():
        return int(word) if len(word) < 4 and int(word) <= _MOST_COUNTED else None
    return _VALUES.get(word)


def is_quantity(word: str) -> bool:
    """Whether a word says how many."""
    return word in _SOME or value(word) is not None


def amount(words: Sequence[str], start: int, name: int) -> Amount | None:
    """Find the number that stands with a name.

    Args:
        words: of the sentence.
        start: where the noun phrase begins.
        name: where the name in it begins.

    Example:
        >>> amount("there are at least two big dogs".split(), 4, 6)
        Amount(number=2, bound='at least', start=2, is_only=False, is_part=False)
    """
    given = next((n for at in range(start, name) if (n := value(words[at])) is not None), None)
    if found := _of_set(words, start):
        is_more = given is not None and given >= found.number
        return Amount(given or 0, "exactly", found.start) if is_more else found
    for at in range(start, name):
        if words[at - 1 : at] == ("how",):
            return None
        if words[at] in _SOME:
            return Amount(_SOME[words[at]], "at least", start)
        if words[at] in ORDINALS and at > start:
            return Amount(ORDINALS[words[at]], "at least", start, is_part=True)
        if words[at] == "only" and at == start + 1 and at + 1 == name and words[start] == "the":
            return Amount(1, "exactly", start, is_only=True)
        number = value(words[at])
        if number is not None:
            return _bounded(words, start, at, number, words[start:name])
    return None


def _bounded(
    words: Sequence[str], start: int, at: int, number: int, phrase: Sequence[str]
) -> Amount:
    before = words[max(0, start - 3) : start]
    if words[at] == "dozen" and "half" in words[max(0, at - 2) : at]:
        number = 6
    if tuple(before[-2:]) in _OVER or before[-1:] == ("over",):
        return Amount(number + 1, "at least", start - 1)
    if tuple(before[-2:]) in _NO_FEWER:
        return Amount(number, "at least", start - 2)
    if words[at] == "one" and words[at + 1 : at + 2] == ("single",):
        at += 1
    is_part = not {"other", "more", "another", "additional", "further"}.isdisjoint(phrase)
    is_only = words[at] in ("single", "lone", "sole", "solitary") or not _ONLY.isdisjoint(
        [*before[-1:], *words[start:at]]
    )
    if tuple(before[-2:]) == ("at", "least"):
        return Amount(number, "at least", start - 2, is_part=is_part)
    if {*before[-1:], *words[start:at]} & (_ABOUT | _MOST):
        return Amount(number, "about", start, is_part=is_part)
    if at and number == 1 and words[at] == "one":
        is_part = is_part or words[start] == "the"
    return Amount(number, "exactly", start, is_only, is_part)


def _of_set(words: Sequence[str], start: int) -> Amount | None:
    """Read "a pair of", "a group of", "two of the"."""
    if start < 2 or words[start - 1] != "of":
        if start >= 1 and words[start - 1] == "both":
            return Amount(2, "exactly", start - 1)
        return None
    head, before = words[start - 2], words[start - 3] if start > 2 else ""
    if head in _SETS and before in ("a", "the", "one", "this", "single"):
        is_only = start > 3 and words[start - 4] in _ONLY
        bound: Bound = "exactly" if head != "dozen" else "about"
        return Amount(_SETS[head], bound, start - 3, is_only)
    if head in GROUPS:
        return Amount(_SOME.get(head, 2), "at least", start - 2)
    number = value(head)
    if number is not None:
        is_both = head == "both"
        return Amount(number, "exactly", start - 2, is_part=not is_both)
    return None
