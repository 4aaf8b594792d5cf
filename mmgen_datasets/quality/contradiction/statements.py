"""What answers say that things are like: "the car is red", "his dripping wetsuit".

A statement is read only from forms that leave little doubt about whose trait it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, NamedTuple, TypeAlias

from mmgen_datasets.quality.case import Case, Exchanged
from mmgen_datasets.quality.contradiction.subjects import (
    OWNERS,
    Subject,
    Words,
    phrase_head,
    singular,
    subjects_before,
    to_subject,
)
from mmgen_datasets.quality.contradiction.traits import DEGREES, SURFACES, trait
from mmgen_datasets.quality.reading.cues import FUNCTION, NEGATIONS, POSSIBLE
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.quality.reading.tokens import Sentence, sentences

Form: TypeAlias = Literal["said", "named", "introduced"]
"""Said of a known thing ("the car is red", "its red paint"), used to name it ("the red car"), or
said where it is first spoken of ("a red car")."""
_Found: TypeAlias = "tuple[Subject, Form, _Traits]"

_COPULAS = frozenset("is are was were look looks appear appears stay stays remain remains".split())
_POSTURES = frozenset("stands sits kneels".split())
_ASKED = re.compile(
    r"(?:what|which) (?:colou?rs?|shade) (?:is|are) (.+)"
    r"|(?:where|(?:on )?(?:which|what) side) (?:is|are) (.+)"
)
_LEAD = frozenset("it is the they are 's a on to at in of its colour color both all".split())
_DOUBT = (
    NEGATIONS | POSSIBLE | frozenset("turns becomes became once before when used most some".split())
)
_MOST_WORDS = 8
_ADJECTIVES = frozenset("big small large little old new wooden leather knitted".split())


class Statement(NamedTuple):
    """A trait of a thing, by an answer."""

    turn: int
    words: str
    subject: Subject
    form: Form
    family: str
    values: frozenset[str]


class _Traits(NamedTuple):
    family: str
    values: frozenset[str]
    start: int
    end: int


def statements(case: Case) -> Iterator[Statement]:
    """All statements of the assistant, in order."""
    before, sided = "", None
    for exchanged in case.exchanges:
        question, answer = exchanged
        asked = _which(question.text) or sided
        for found in _answered(exchanged):
            sided = found.subject.noun if found.subject.side else sided
            yield found
        for n, sentence in enumerate(sentences(answer.text)):
            if sentence.is_question:
                break  # what follows may be the answer to it
            until = answer.text[: sentence.tokens[0].start]
            it = _topic(question.text) if n == 0 else None
            one = asked or _several(f"{before}\n{question.text}\n{until}")
            for subject, form, found_traits in _read(sentence.words, it, one):
                sided = subject.noun if subject.side else sided
                words = _quote(answer.text, sentence, found_traits)
                family, values = found_traits[:2]
                yield Statement(answer.turn, words, subject, form, family, values)
        before = f"{before}\n{question.text}\n{answer.text}"


def _topic(question: str) -> str | None:
    """What "it" in the answer stands for."""
    mentions = read_mentions(question)
    return mentions[0].name if len({m.name for m in mentions}) == 1 else None


def _which(question: str) -> str | None:
    """What "the one on the left" stands for after "Which dog ...?"."""
    for mention in read_mentions(question):
        if mention.sentence.words[mention.phrase.name - 1 : mention.phrase.name] == ("which",):
            return mention.name
    return None


def _several(text: str) -> str | None:
    mentions = [m for m in read_mentions(text) if m.is_plural]
    return mentions[-1].name if mentions else None


def _quote(text: str, sentence: Sentence, found: _Traits) -> str:
    return text[sentence.tokens[found.start].start : sentence.tokens[found.end - 1].end]


def _answered(exchanged: Exchanged) -> Iterator[Statement]:
    """Read "Black." as the colour that was asked for."""
    asked = sentences(exchanged.question.text)[-1:]
    match = _ASKED.fullmatch(" ".join(asked[0].words)) if asked else None
    first = next(iter(sentences(exchanged.answer.text)), None)
    if not match or not first:
        return
    subject = to_subject(tuple((match[1] or match[2]).split()), None, None)
    found = _traits(first.words, 0, len(first.words), "colour" if match[1] else "side")
    if not subject or not found or _is_doubted(first.words, 0, found.end):
        return
    if set(first.words[: found.start]) <= _LEAD | DEGREES | {subject.noun}:
        words = _quote(exchanged.answer.text, first, found)
        yield Statement(exchanged.answer.turn, words, subject, "said", found.family, found.values)


def _is_doubted(words: Words, start: int, end: int) -> bool:
    near = words[max(0, start) : end]
    return any(w in _DOUBT and near[n + 1 : n + 2] != (",",) for n, w in enumerate(near))


def _read(words: Words, it: str | None, one: str | None) -> Iterator[_Found]:
    for at, word in enumerate(words):
        if word in _COPULAS:
            yield from _said(words, at, it, one)
        elif word in _POSTURES:
            yield from _postured(words, at)
        elif word in OWNERS:
            yield from _named(words, at, "said", OWNERS[word], it, one)
        elif word in ("has", "have") and at and words[at - 1] in ("he", "she", "it"):
            yield from _named(words, at, "said", words[at - 1])
        elif word == "the":
            yield from _of_the(words, at) or _named(words, at, "named", None)
        elif word in ("a", "an"):
            yield from _named(words, at, "introduced", None)


def _said(words: Words, copula: int, it: str | None, one: str | None) -> Iterator[_Found]:
    """Read "the car is bright red", "the vase is made of blue glass"."""
    found = _traits(words, copula + 1, min(len(words), copula + _MOST_WORDS))
    if not found or found.family == "side":
        return
    between = words[copula + 1 : found.start]
    is_made = between[:2] == ("made", "of") and found.family == "colour"
    if not set(between[2:] if is_made else between) <= DEGREES:
        return
    after = words[found.end] if found.end < len(words) else ","
    if after[0].isalpha() and after not in FUNCTION and not is_made:
        return
    if _is_doubted(words, copula - _MOST_WORDS, found.end):
        return
    is_all = not {"both", "all"}.isdisjoint(between)
    for subject in subjects_before(words, copula, it, one):
        yield subject._replace(is_all=is_all or subject.is_all), "said", found


def _postured(words: Words, verb: int) -> Iterator[_Found]:
    """Read "the man kneels"."""
    found = _traits(words, verb, verb + 1)
    if found and not _is_doubted(words, verb - _MOST_WORDS, verb):
        for subject in subjects_before(words, verb, None, None):
            if subject.is_alive:
                yield subject, "said", found


def _named(
    words: Words,
    at: int,
    form: Form,
    owner: str | None,
    it: str | None = None,
    one: str | None = None,
) -> Iterator[_Found]:
    """Read "his dripping wetsuit", "a long red scarf"; a coat of paint is the thing itself."""
    end = at + 1
    while end < len(words) and (
        words[end] in DEGREES | _ADJECTIVES | {",", "and"} or trait(words[end])
    ):
        end += 1
    noun = phrase_head(words[end : end + 3])
    if noun is None or noun in FUNCTION or end == at + 1 or _is_doubted(words, at - 4, end):
        return
    subject = Subject(singular(noun), owner)
    if noun in SURFACES and owner:
        subject = to_subject(words[:at], None, one) or (Subject(it) if it else subject)
    for family in dict.fromkeys(t[0] for w in words[at + 1 : end] if (t := trait(w))):
        found = _traits(words, at + 1, end, family)
        if found and family != "side":
            yield subject, form, found._replace(start=at, end=end + 1)


def _of_the(words: Words, at: int) -> list[_Found]:
    """Read "the navy blue of the suit"."""
    found = _traits(words, at + 1, min(len(words), at + 4), "colour")
    if not found or words[found.end : found.end + 2] != ("of", "the"):
        return []
    noun = phrase_head(words[found.end + 2 : found.end + 5])
    return [(Subject(singular(noun)), "said", found._replace(start=at))] if noun else []


def _traits(words: Words, start: int, end: int, only: str = "") -> _Traits | None:
    """The first run of words for traits of one family: "red, white and blue"."""
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
        return _Traits(known[0], frozenset(values), at, last)
    return None
