"""Traits of one thing that exclude each other: "the car is red", "its blue paint"."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.contradiction.statement import Statement
from mmgen_datasets.quality.claims.contradiction.statements import statements
from mmgen_datasets.quality.claims.contradiction.subjects import Subject, is_of_sex, speaks_of
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.quality.reading.sentences import worded
from mmgen_datasets.quality.reading.traits import OF_BEINGS, exclude

_MORE = frozenset("other another second third different each various some others".split())


class _Known(NamedTuple):
    """What is known of a conversation as a whole."""

    said: list[Statement]
    several: frozenset[str]
    """Words that tell of more than one thing of a name."""
    topic: str
    """What it is about."""


def clashes(case: Case) -> Iterator[Fault]:
    """Find statements about a thing that an earlier one about the same thing excludes."""
    said = list(statements(case))
    known = _Known(said, _several(case), _topic(case))
    for n, late in enumerate(said):
        for early in said[:n]:
            if _are_same(early, late, known) and exclude(early.values, late.values):
                yield Fault(late.turn, late.words, f"says the contrary of {early.words!r}")
                break


def _topic(case: Case) -> str:
    """What the assistant names first."""
    named = (m.name for said in case.answers for m in read_mentions(said.text))
    return next(named, "")


def _several(case: Case) -> frozenset[str]:
    """Words that tell of more than one thing of a name."""
    found: set[str] = set()
    for answer in case.answers:
        for sentence in worded(answer.text):
            words = sentence.words
            found.update(b for a, b in pairwise(words) if a in _MORE)
            found.update(word.removesuffix("s") for word in words if word.endswith("s"))
            if ("the", "one") in pairwise(words):
                found.update(words)
    return frozenset(found | _doubtful_pronouns(case))


def _doubtful_pronouns(case: Case) -> set[str]:
    """Pronouns that may be of more than one of those who are named."""
    people = [
        m
        for said in (*case.questions, *case.answers)
        for m in read_mentions(said.text)
        if "person" in m.kinds
    ]
    if any(m.is_plural or m.amount for m in people):
        return {"he", "she"}
    named = {m.name for m in people}
    return {he for he in ("he", "she") if sum(speaks_of(he, name) for name in named) > 1}


def _may_be_people(*subjects: Subject) -> bool:
    if any(s.is_all and (is_of_sex(s.noun, "he") or is_of_sex(s.noun, "she")) for s in subjects):
        return False
    return all(subject.is_person or not subject.is_alive for subject in subjects)


def _is_same_noun(a: Subject, b: Subject, said: list[Statement]) -> bool:
    """Whether two nouns, or a noun and "he", are of the same thing, for want of another."""
    one, other = a.noun, b.noun
    if one == other:
        return True
    for pronoun in {"he", "she"} & {one, other} if not a.marks | b.marks else ():
        noun = other if one == pronoun else one
        named = {s.subject.noun for s in said if is_of_sex(s.subject.noun, pronoun)}
        return is_of_sex(noun, pronoun) and len(named) == 1
    return False


def _is_of_unnamed_owner(early: Statement, late: Statement) -> bool:
    """Whether "the suit" may be "his suit"; "a shirt" may be anybody's."""
    is_unowned = None in (early.subject.owner, late.subject.owner)
    return is_unowned and "introduced" not in (early.form, late.form)


def _are_same(early: Statement, late: Statement, known: _Known) -> bool:
    """Whether two statements are about the same trait of what must be the same thing."""
    one, other, said, several = early.subject, late.subject, known.said, known.several
    if early.family != late.family:
        return False
    if (one.is_all or other.is_all) and one.noun != other.noun and early.family in OF_BEINGS:
        is_of_people = one.is_person or other.is_person
        return {early.form, late.form} == {"said"} and is_of_people and _may_be_people(one, other)
    if not _is_same_noun(one, other, said):
        return False
    if one.noun == other.noun and one.noun in ("he", "she") and early.turn != late.turn:
        return False  # who knows of whom
    if not {"he", "she"}.isdisjoint({one.noun, other.noun, one.owner, other.owner} & several):
        return False
    if one.owner != other.owner and not _is_of_unnamed_owner(early, late):
        return False
    if one.is_all or other.is_all:
        return {early.form, late.form} == {"said"}
    if one.side != other.side or (one.side is None and one.noun in several):
        return False
    if one.marks and other.marks and one.marks.isdisjoint(other.marks):
        return False
    forms = {early.form, late.form}
    if "named" in forms and not (one.marks ^ other.marks) <= {known.topic}:
        return False  # "the top of the tower", where all is about something else
    named = {
        s.values
        for s in said
        if s.subject.noun == one.noun and s.form != "said" and s.family not in OF_BEINGS
    }
    if forms == {"introduced", "named"}:
        seen = {s.values for s in said if s.subject.noun == one.noun and s.form == "introduced"}
        return late.form == "named" and len(seen) == 1 and early.turn != late.turn
    if late.form == "introduced":
        return False
    return "said" in forms and (forms == {"said"} or len(named) <= 1)
