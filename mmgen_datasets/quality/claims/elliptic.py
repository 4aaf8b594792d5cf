"""Numbers that stand without a name, for what was named before: "all three", "the third one"."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Exchanged
from mmgen_datasets.quality.reading.amounts import ORDINALS, value
from mmgen_datasets.quality.reading.cues import NEGATIONS, POSSIBLE
from mmgen_datasets.quality.reading.mentions import Mention, read_mentions
from mmgen_datasets.quality.reading.sentences import Sentence, worded

_ENDS = frozenset(", . ; : and are of have were stand sit lie look wear but".split())
_OF_THEM = (("of", "them"), ("of", "these"), ("of", "those"))


class Stated(NamedTuple):
    """A number of things that are named elsewhere, or otherwise."""

    words: str
    mention: Mention
    """Of what: where they were named last in the plural, or "people"."""
    number: int
    is_all: bool
    """Whether there are said to be no more."""


def elliptics(exchanged: Exchanged, before: Mention | None) -> Iterator[Stated]:
    """Read them in an answer.

    Args:
        exchanged: the answer, and the question that may name the things.
        before: what was named last in the plural in the exchanges before.
    """
    topic = last_named(exchanged.question.text) or before
    text = exchanged.answer.text
    for sentence in worded(text):
        named = [m for m in read_mentions(text) if m.sentence == sentence and m.is_plural]
        for n in range(len(sentence.words)):
            earlier = [m for m in named if m.phrase.end <= n]
            meant = earlier[-1] if earlier else topic
            found = _number(sentence, n)
            if meant and found and not sentence.is_question and not _is_doubted(sentence, n):
                number, end, is_all = found
                words = text[sentence.tokens[n].start : sentence.tokens[end - 1].end]
                yield Stated(words, meant, number, is_all)
        topic = named[-1] if named else topic


def last_named(text: str) -> Mention | None:
    """The last things that a text names in the plural."""
    named = [m for m in read_mentions(text) if m.is_plural]
    return named[-1] if named else None


def _number(sentence: Sentence, at: int) -> tuple[int, int, bool] | None:
    """The number that begins at a word, where it ends, and whether it is of all."""
    words = (*sentence.words, ".")
    word, follows = words[at], words[at + 1]
    if word in ("the", "a") and follows in ORDINALS and words[at + 2] == "one":
        return ORDINALS[follows], at + 3, False
    if word == "all" and (number := value(follows)):
        is_of = words[at + 2 : at + 4] in _OF_THEM
        if is_of or words[at + 2] in _ENDS:
            return number, at + (4 if is_of else 2), True
    number = value(word)
    if number and number > 1 and words[at + 1 : at + 3] in _OF_THEM:
        is_all = words[at - 1] in ("all", "the") if at else False
        return None if is_all and words[at - 1] == "all" else (number, at + 3, is_all)
    return None


def _is_doubted(sentence: Sentence, at: int) -> bool:
    return not (POSSIBLE | NEGATIONS).isdisjoint(sentence.words[:at])
