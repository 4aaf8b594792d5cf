"""Things of no known kind that are said to be there, and elsewhere not to be: fences, clouds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.contradiction.statement import is_doubted
from mmgen_datasets.quality.claims.contradiction.subjects import Words, singular
from mmgen_datasets.quality.reading.amounts import is_quantity
from mmgen_datasets.quality.reading.cues import (
    COMPARED,
    DETERMINERS,
    FUNCTION,
    GENERIC,
    NEGATIONS,
    POSSIBLE,
    PREPOSITIONS,
    VIEWS,
)
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.sentences import Sentence, worded

_THERE_IS = (("there", "is"), ("there", "are"), ("there", "'s"), ("has",), ("have",))
_SINGLE = frozenset({"single", "one", "sign", "trace", "hint"})
_MOST_ADJECTIVES = 3
_ABOUT = frozenset("in on at of around along within over above across".split())
"""Prepositions that one may use of the same place."""
_WHOLE = VIEWS | frozenset("sight view anywhere visible all seen here".split())
_NO_THINGS = frozenset(
    "way doubt need hint sign trace reason chance end wonder idea one thing lack clue text place "
    "room space time use problem question difference rush hurry movement sound danger kind more "
    "longer matter other else such".split()
)
_OTHERS = frozenset("other others another else more second further additional".split())


class _Said(NamedTuple):
    turn: int
    order: int
    noun: str
    words: str
    like: frozenset[str]
    """Adjectives, and nouns that are parts of its name."""
    places: frozenset[str]
    """Nouns of where it is, or is not."""
    is_whole: bool
    """Whether it is nowhere in the picture."""


def clashes(case: Case) -> Iterator[Fault]:
    """Find what is there and is not, in one place or in the picture."""
    said = [
        (turn, text, one)
        for turn, text in case.answers
        for one in worded(text)
        if not one.is_question and _OTHERS.isdisjoint(one.words)
    ]
    denials = [
        found for n, (turn, text, one) in enumerate(said) for found in _denied(turn, n, text, one)
    ]
    for denial in denials:
        for n, (turn, text, one) in enumerate(said):
            if n == denial.order or not (claim := _claimed(turn, n, text, one, denial.noun)):
                continue
            if denial.like <= claim.like and (denial.is_whole or denial.places & claim.places):
                early, late = sorted((denial, claim), key=lambda each: each.order)
                yield Fault(late.turn, late.words, f"says the contrary of {early.words!r}")
                break


def _denied(turn: int, order: int, text: str, sentence: Sentence) -> Iterator[_Said]:
    """Read "there is no fence around the yard", "with not a single cloud in the sky"."""
    words = sentence.words
    if not POSSIBLE.isdisjoint(words[: words.index("no") if "no" in words else len(words)]):
        return
    for n, word in enumerate(words):
        is_none = word == "no" and (words[max(0, n - 2) : n] in _THERE_IS or n == 0)
        is_single = word == "single" and words[max(0, n - 2) : n] == ("not", "a")
        at = _noun(words, n + 1) if is_none or is_single else None
        if at is None or not _is_unknown(words, at):
            continue
        places = _places(words, at + 1)
        rest = [w for w in words[at + 1 : at + 5] if w.isalpha()]
        is_whole = is_single or not rest or (not places and not _WHOLE.isdisjoint(rest))
        tokens = sentence.tokens
        quoted = text[tokens[n].start : tokens[at].end]
        like = frozenset(words[n + 1 : at])
        yield _Said(turn, order, singular(words[at]), quoted, like, places, is_whole)


def _claimed(turn: int, order: int, text: str, sentence: Sentence, noun: str) -> _Said | None:
    """Read "a wooden fence runs along the yard"."""
    words = sentence.words
    if not GENERIC.isdisjoint(words) or noun not in {singular(word) for word in words}:
        return None
    at = next(n for n, word in enumerate(words) if singular(word) == noun)
    first = at
    while first and at - first < _MOST_ADJECTIVES and words[first - 1] not in FUNCTION | {","}:
        first -= 1
    before = words[first - 1 : first]
    is_named = bool(before) and (before[0] in DETERMINERS or is_quantity(words[first]))
    is_bare = words[at] != noun and (not before or before[0] in ("of", "with", "and", "by"))
    if not _is_unknown(words, at) or not (is_named or is_bare or is_quantity(words[first])):
        return None
    if is_doubted(words, 0, at + 4) or not COMPARED.isdisjoint(words[max(0, first - 4) : first]):
        return None
    tokens = sentence.tokens
    quoted = text[tokens[max(0, first - 1) if is_named else first].start : tokens[at].end]
    like = frozenset(words[first:at])
    return _Said(turn, order, noun, quoted, like, _places(words, 0), is_whole=False)


def _noun(words: Words, at: int) -> int | None:
    """The last word of the noun phrase that begins at a word."""
    end = at
    while end < len(words) and words[end].isalpha() and words[end] not in FUNCTION:
        if end - at > _MOST_ADJECTIVES or words[end] in _WHOLE | NEGATIONS:
            break
        end += 1
    return end - 1 if end > at else None


def _is_unknown(words: Words, at: int) -> bool:
    """Whether a noun stands alone, and is none of those that other rules know."""
    after = words[at + 1] if at + 1 < len(words) else ","
    is_followed = after.isalpha() and after not in FUNCTION | _WHOLE
    is_part = is_followed and singular(words[at]) == words[at] and not after.endswith(_VERBAL)
    is_known = any(
        (m := look_up(words, n)) and n + m[0] > at for n in range(max(0, at - 3), at + 1)
    )
    return not (is_part or is_known or words[at] in _NO_THINGS | _SINGLE)


_VERBAL = ("s", "ing", "ed")


def _places(words: Words, begin: int) -> frozenset[str]:
    """The nouns that follow prepositions for where a thing is."""
    return frozenset(
        singular(noun)
        for n, word in enumerate(words[begin:], begin)
        if word in _ABOUT
        for noun in words[n + 1 : n + 4]
        if noun.isalpha() and noun not in FUNCTION | PREPOSITIONS | VIEWS
    )
