"""The form of a statement about a thing, and the words that make it one."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias

from mmgen_datasets.quality.claims.contradiction.subjects import Subject, Words
from mmgen_datasets.quality.reading.cues import NEGATIONS, POSSIBLE
from mmgen_datasets.quality.reading.sentences import Sentence
from mmgen_datasets.quality.reading.traits import DEGREES, trait

Form: TypeAlias = Literal["said", "named", "introduced"]
"""Said of a known thing ("the car is red", "its red paint"), used to name it ("the red car"), or
said where it is first spoken of ("a red car")."""

COPULAS = frozenset(
    "is are was were been look looks stay stays remain remains stand stands hang hangs "
    "shows show".split()
)
"""Verbs that join a thing with what it is like: "the door stands open"."""
_DOUBT = (
    NEGATIONS
    | POSSIBLE
    | frozenset("ago earlier turns becomes became once before when used most some".split())
)


class Statement(NamedTuple):
    """A trait of a thing, by an answer."""

    turn: int
    words: str
    subject: Subject
    form: Form
    family: str
    values: frozenset[str]


class Traits(NamedTuple):
    """Words of one family that stand together."""

    family: str
    values: frozenset[str]
    start: int
    end: int


def is_doubted(words: Words, start: int, end: int) -> bool:
    """Whether words near by deny a statement, or leave it open."""
    near = words[max(0, start) : end]
    return any(w in _DOUBT and near[n + 1 : n + 2] != (",",) for n, w in enumerate(near))


def quote(text: str, sentence: Sentence, found: Traits) -> str:
    """The words of a trait as they stand in the text."""
    return text[sentence.tokens[found.start].start : sentence.tokens[found.end - 1].end]


def find_traits(words: Words, start: int, end: int, only: str = "") -> Traits | None:
    """Find the first run of words for traits of one family: "red, white and blue"."""
    for at in range(start, end):
        known = trait(words[at])
        if not known or (only and known[0] != only):
            continue
        values, last, n = {known[1]}, at + 1, at + 1
        while n < end and (words[n] in ("and", ",") or words[n] in DEGREES or trait(words[n])):
            more = trait(words[n])
            if more and more[0] == known[0]:
                values.add(more[1])
                last = n + 1
            n += 1
        return Traits(known[0], frozenset(values), at, last)
    return None
