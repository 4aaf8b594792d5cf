"""What the assistant claims to be in the picture, turn by turn."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Exchanged, Said
from mmgen_datasets.quality.reading.clauses import clause
from mmgen_datasets.quality.reading.cues import POSSIBLE
from mmgen_datasets.quality.reading.elsewhere import is_elsewhere
from mmgen_datasets.quality.reading.mentions import Mention, read_mentions
from mmgen_datasets.quality.reading.questions import EXISTENTIAL, POLAR
from mmgen_datasets.quality.reading.sentences import worded
from mmgen_datasets.quality.reading.synonyms import IMPLIED

_YES = re.compile(r"(?:yes|yeah|yep|indeed|certainly|correct|right)\b", re.IGNORECASE)
_NO = re.compile(r"(?:no|nope)\b(?=\W|$)(?! (?:\w+))", re.IGNORECASE)
_SUPPOSING = frozenset(
    "could would should might may must if imagine missing need needs likely add added expect "
    "suppose suggest".split()
)
_ANCHORS = frozenset(
    "the this that these those he she it they his her its their here there visible present "
    "picture image photo you see seen shown".split()
)
_NATURE = frozenset(
    "do does grow grows eat eats live lives need needs used use called mean means invented weigh "
    "weighs cost costs made come comes protect protects keep keeps help helps usually often "
    "generally typically sleep drink produce belong good".split()
)
"""Verbs, mostly, of questions about a kind of things."""
_HIS_OWN = frozenset({"my", "our", "we", "me", "mine", "i"})
_WHOEVER = frozenset("somebody someone anybody anyone whoever".split())
_MOST_QUOTED = 60


class Claim(NamedTuple):
    """That a thing is in the picture."""

    turn: int
    words: str
    """By which it is claimed."""
    kinds: frozenset[str]
    mention: Mention


def claims(case: Case) -> tuple[Claim, ...]:
    """All that the assistant says is there, in order.

    What a question only supposes ("What could be added?") its answer does not claim, nor does
    the assistant claim what it spoke of as possible before ("They wait for a bus. The bus ..."),
    or what the user told of himself ("I have a dog.").
    """
    return _claims(case.exchanges)


@lru_cache(maxsize=4)
def _claims(exchanges: tuple[Exchanged, ...]) -> tuple[Claim, ...]:
    return tuple(_claimed(exchanges))


def _claimed(exchanges: tuple[Exchanged, ...]) -> Iterator[Claim]:
    open_kinds: set[frozenset[str]] = set()
    for question, answer in exchanges:
        yield from _affirmed(question, answer)
        supposes, is_at_large = _supposes(question.text), is_general_question(question.text)
        first = next(iter(worded(answer.text)), None)
        open_kinds |= set(_brought(question.text))
        speaks_of_people = _speaks_of_people(question.text, answer.text)
        for mention in read_mentions(answer.text):
            if mention.phrase.is_definite:
                is_only_supposed = any(mention.kinds & kinds for kinds in open_kinds) or (
                    "person" in mention.kinds and speaks_of_people
                )
            else:
                is_only_supposed = (supposes and _is_vague(mention)) or (
                    is_at_large and mention.sentence == first
                )
            if mention.stance == "open":
                open_kinds.add(mention.kinds)
            elif mention.stance == "there" and not is_only_supposed:
                open_kinds.discard(mention.kinds)
                yield Claim(answer.turn, mention.words, mention.kinds, mention)
                if implied := IMPLIED.get(mention.name):
                    yield Claim(answer.turn, mention.words, frozenset({implied}), mention)


def is_general_question(question: str) -> bool:
    """Whether a question is about things at large: "What do zebras eat?"."""
    asked = worded(question)[-1:]
    if not asked or not asked[0].is_question or not _ANCHORS.isdisjoint(asked[0].words):
        return False
    words = asked[0].words
    return not _NATURE.isdisjoint(words) and not any(word.endswith("ing") for word in words)


def _brought(question: str) -> Iterator[frozenset[str]]:
    """What the user speaks of that is his own, or that is known by what it does elsewhere."""
    for mention in read_mentions(question):
        words = mention.sentence.words
        is_his = not _HIS_OWN.isdisjoint(words) and not mention.sentence.is_question
        if is_his or is_elsewhere(clause(words, mention.phrase), mention.phrase):
            yield mention.kinds


def answer_sign(answer: str) -> bool | None:
    """Whether an answer begins with yes or no; None where it does with neither."""
    if _YES.match(answer):
        return True
    return False if _NO.match(answer) else None


def asks_for(exchanged: Exchanged) -> list[Mention]:
    """The things, not known before, that a yes to a question says are there."""
    question = exchanged.question.text
    asked = worded(question)
    if not asked or not asked[-1].is_question or " or " in question:
        return []
    last = asked[-1]
    text = question[last.tokens[0].start :]
    if not POLAR.match(text) or not (POSSIBLE | _SUPPOSING).isdisjoint(last.words):
        return []
    found = [m for m in read_mentions(question) if m.sentence == last]
    is_open = is_existential(question)
    return [
        m for m in found if (is_open or not m.phrase.is_definite) and "for" not in _just_before(m)
    ]


def is_existential(question: str) -> bool:
    """Whether a question asks for nothing but whether a thing is in the picture."""
    return EXISTENTIAL.search(question) is not None


def _just_before(mention: Mention) -> tuple[str, ...]:
    start = mention.phrase.start
    return mention.sentence.words[max(0, start - 1) : start]


def _affirmed(question: Said, answer: Said) -> Iterator[Claim]:
    if answer_sign(answer.text) is not True:
        return
    first = worded(answer.text)[0]
    words = answer.text[first.tokens[0].start : first.tokens[-1].end]
    if len(words) > _MOST_QUOTED:
        words = answer.text[first.tokens[0].start : first.tokens[0].end]
    for mention in asks_for(Exchanged(question, answer)):
        yield Claim(answer.turn, words, mention.kinds, mention)


def _supposes(question: str) -> bool:
    return any(not _SUPPOSING.isdisjoint(s.words) for s in worded(question)[-1:])


def _speaks_of_people(question: str, answer: str) -> bool:
    """Whether the user takes somebody for granted, or the answer speaks of whoever there may be."""
    if any("person" in m.kinds and m.phrase.is_definite for m in read_mentions(question)):
        return True
    return any(not _WHOEVER.isdisjoint(one.words) for one in worded(answer))


def _is_vague(mention: Mention) -> bool:
    if mention.phrase.is_bare:
        return True
    verbs = {"is", "are", "has", "have", "'s", "shows", "there", "sits", "stands", "was", "were"}
    return verbs.isdisjoint(mention.sentence.words)
