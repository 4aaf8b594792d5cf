"""Where things are to one another: left or right of, before or behind, above or below."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.contradiction.statement import is_doubted
from mmgen_datasets.quality.reading.mentions import Mention, read_mentions
from mmgen_datasets.quality.reading.sentences import Sentence, worded

_PLACES: dict[tuple[str, ...], tuple[str, int]] = {
    ("left", "of"): ("side", 1),
    ("right", "of"): ("side", -1),
    ("in", "front", "of"): ("depth", 1),
    ("behind",): ("depth", -1),
    ("above",): ("height", 1),
    ("below",): ("height", -1),
    ("underneath",): ("height", -1),
    ("beneath",): ("height", -1),
}
"""Words, the axis they tell of, and the way along it."""
_HANDS: dict[tuple[str, ...], int] = {("left", "hand"): 1, ("right", "hand"): -1}
_HOLDING = frozenset("holds hold holding swings swinging grips carries carrying lifts".split())
_MORE = frozenset({"other", "another", "both", "second", "each", "or", "neither", "one"})


class _Relation(NamedTuple):
    turn: int
    words: str
    thing: str
    other: str
    axis: str
    way: int


def clashes(case: Case) -> Iterator[Fault]:
    """Find a place of one thing to another that an earlier statement turns round."""
    said: list[_Relation] = []
    for turn, text in case.answers:
        several = {m.name for _, t in case.answers for m in read_mentions(t) if m.is_plural}
        for sentence in worded(text):
            for late in _relations(turn, text, sentence):
                if {late.thing, late.other} & several:
                    continue
                if early := next((one for one in said if _is_contrary(one, late)), None):
                    yield Fault(turn, late.words, f"says the contrary of {early.words!r}")
                said.append(late)


def _relations(turn: int, text: str, sentence: Sentence) -> Iterator[_Relation]:
    words = sentence.words
    if sentence.is_question or is_doubted(words, 0, len(words)) or not _MORE.isdisjoint(words):
        return
    mentions = [m for m in read_mentions(text) if m.sentence == sentence]
    for n in range(len(words)):
        for form, way in _HANDS.items():
            held = [m for m in mentions if m.phrase.end <= n]
            if words[n : n + 2] == form and held and _is_held(words[: n - 1]):
                said = _quote(text, sentence, held[-1].phrase.start, n + 2)
                yield _Relation(turn, said, held[-1].name, words[n - 1], "hand", way)
        for form, (axis, way) in _PLACES.items():
            if words[n : n + len(form)] != form:
                continue
            pair = _around(mentions, words, n, n + len(form))
            if pair:
                thing, other = pair
                said = _quote(text, sentence, n, other.phrase.end)
                yield _Relation(turn, said, thing.name, other.name, axis, way)


def _is_held(before: tuple[str, ...]) -> bool:
    """Whether a hand holds a thing: "in", or "holds it with", and not "cuts it with"."""
    return before[-1:] == ("in",) or (
        before[-1:] == ("with",) and not _HOLDING.isdisjoint(before[-6:])
    )


def _around(
    mentions: list[Mention], words: tuple[str, ...], start: int, end: int
) -> tuple[Mention, Mention] | None:
    """The two things, where no third stands between and the first is what the sentence tells of."""
    before = [m for m in mentions if m.phrase.end <= start]
    after = [m for m in mentions if m.phrase.start in (end, end + 1) and m.phrase.start >= end]
    if len(before) != 1 or not after or "," in words[before[0].phrase.end : start]:
        return None
    pair = before[0], after[0]
    return (
        None
        if pair[0].name == pair[1].name or words[after[0].phrase.end :][:1] == ("'s",)
        else pair
    )


def _is_contrary(one: _Relation, other: _Relation) -> bool:
    if one.axis != other.axis:
        return False
    if (one.thing, one.other) == (other.thing, other.other):
        return one.way != other.way
    turned = (one.thing, one.other) == (other.other, other.thing)
    return turned and one.axis != "hand" and one.way == other.way


def _quote(text: str, sentence: Sentence, start: int, end: int) -> str:
    return text[sentence.tokens[start].start : sentence.tokens[end - 1].end]
