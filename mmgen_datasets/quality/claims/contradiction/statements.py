"""What answers say that things are like: "the car is red", "his dripping wetsuit".

A statement is read only from forms that leave little doubt about whose trait it is.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TypeAlias

from mmgen_datasets.quality.case import Case
from mmgen_datasets.quality.claims.contradiction.asked import affirmed, answered
from mmgen_datasets.quality.claims.contradiction.power import joined, switched
from mmgen_datasets.quality.claims.contradiction.scene import of_scene
from mmgen_datasets.quality.claims.contradiction.statement import (
    COPULAS,
    Form,
    Statement,
    Traits,
    find_traits,
    is_doubted,
    quote,
)
from mmgen_datasets.quality.claims.contradiction.subjects import (
    OWNERS,
    Subject,
    Words,
    phrase_head,
    singular,
    subjects_before,
    to_subject,
    wearer,
)
from mmgen_datasets.quality.reading.cues import FUNCTION, PREPOSITIONS, VIEWS
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.quality.reading.sentences import worded
from mmgen_datasets.quality.reading.traits import DEGREES, SURFACES, opposite, trait

_Found: TypeAlias = "tuple[Subject, Form, Traits]"

_ACTS = frozenset(
    "stands sits kneels stand sit sleeps walks runs crouches squats smiles laughs grins cries "
    "frowns".split()
)
_GROUNDS = (("background",), ("foreground",), ("picture",), ("middle",))
"""Places that do not tell a thing from another."""
_TO_A_SIDE = frozenset("on to at in the far".split())
_PLACING = PREPOSITIONS - {"of"}
_MOST_WORDS = 8
_ADJECTIVES = frozenset("big small large little old new wooden leather knitted".split())


def statements(case: Case) -> Iterator[Statement]:
    """All statements of the assistant, in order."""
    sided = topic = several = None
    for exchanged in case.exchanges:
        question, answer = exchanged
        asked = _which(question.text) or sided
        topic = _topic(question.text) if read_mentions(question.text) else topic
        several = _several(question.text) or several
        for found in (*answered(exchanged), *affirmed(exchanged)):
            sided = found.subject.noun if found.subject.side else sided
            yield found
        for n, sentence in enumerate(worded(answer.text)):
            if sentence.is_question:
                break  # what follows may be the answer to it
            it = topic if n == 0 else None
            one = asked or _several(answer.text, sentence.start) or several
            for subject, form, found_traits in _read(sentence.words, it, one):
                sided = subject.noun if subject.side else sided
                words = quote(answer.text, sentence, found_traits)
                family, values = found_traits[:2]
                yield Statement(answer.turn, words, subject, form, family, values)
        several = _several(answer.text) or several


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


def _several(text: str, until: int = sys.maxsize) -> str | None:
    """What a text names last in the plural, before a place in it."""
    mentions = [m for m in read_mentions(text) if m.is_plural and m.start < until]
    return mentions[-1].name if mentions else None


def _read(words: Words, it: str | None, one: str | None) -> Iterator[_Found]:
    words = joined(words)
    yield from _led_by(words)
    yield from of_scene(words)
    yield from switched(words)
    for at, word in enumerate(words):
        if word in COPULAS:
            yield from _said(words, at, it, one)
        if word in _ACTS:
            yield from _postured(words, at)
        elif word in OWNERS:
            yield from _named(words, at, "said", OWNERS[word], it, one)
        elif word in ("has", "have") and at and words[at - 1] in ("he", "she", "it"):
            yield from _named(words, at, "said", words[at - 1])
        elif word == "the":
            yield from _of_the(words, at) or _named(words, at, "named", None)
        elif word in ("a", "an"):
            owner = wearer(words[:at])
            yield from _named(words, at, "said" if owner else "introduced", owner)


def _said(words: Words, copula: int, it: str | None, one: str | None) -> Iterator[_Found]:
    """Read "the car is bright red", "the vase is made of blue glass"."""
    found = find_traits(words, copula + 1, min(len(words), copula + _MOST_WORDS))
    if not found:
        return
    between = words[copula + 1 : found.start]
    if between[:1] in (("not",), ("n't",)):
        values = opposite(found.family, found.values)
        if not values or between[1:]:
            return
        found, between = found._replace(values=values, start=copula + 1), ()
    if found.family == "side":
        if not _is_side_of_picture(words, copula, found):
            return
        between = ()
    is_stuff = between[-2:] in (("made", "of"), ("made", "from")) or "wooden" in words
    if found.family == "made of" and not is_stuff:
        return
    between = tuple(w for w in between if w not in ("of", "the", "same", "a"))
    is_made = between[:1] == ("made",) and found.family in ("colour", "made of")
    if not set(between[1:] if is_made else between) <= DEGREES:
        return
    after = words[found.end] if found.end < len(words) else ","
    is_side = found.family == "side"
    if after == "with" and (more := find_traits(words, found.end, len(words), found.family)):
        found = found._replace(values=found.values | more.values)
    is_free = is_made or is_side or words[found.end - 1].endswith(("ing", "ed"))
    if (
        after[0].isalpha()
        and after not in FUNCTION | DEGREES
        and not (is_free or after.endswith("ly"))
    ):
        return
    lead = words[max(0, copula - _MOST_WORDS) : copula]
    if "none" in lead:
        values = opposite(found.family, found.values)
        found = found._replace(values=values)
        lead = tuple(w for w in lead if w != "none")
    if "ago" in words or not found.values or is_doubted(lead, 0, len(lead)):
        return
    is_all = found.family != "side" and not {"both", "all"}.isdisjoint(between)
    verb = copula - 1 if words[copula] == "been" else copula
    for subject in subjects_before(words, verb, it, one):
        form: Form = "introduced" if subject.is_new else "said"
        yield subject._replace(is_all=is_all or subject.is_all), form, found


def _is_side_of_picture(words: Words, copula: int, found: Traits) -> bool:
    """Whether "on the left" is not followed by of what else."""
    of = words[found.end : found.end + 4]
    is_of_another = "of" in of and VIEWS.isdisjoint(of)
    return set(words[copula + 1 : found.start]) <= _TO_A_SIDE and not is_of_another


def _postured(words: Words, verb: int) -> Iterator[_Found]:
    """Read "the man kneels"."""
    found = find_traits(words, verb, verb + 1)
    if found and not is_doubted(words, verb - _MOST_WORDS, verb):
        for subject in subjects_before(words, verb, None, None):
            if subject.is_alive:
                yield subject, "introduced" if subject.is_new else "said", found


def _led_by(words: Words) -> Iterator[_Found]:
    """Read "Standing at the window, the man looks out"."""
    found = find_traits(words, 0, min(2, len(words)), "posture")
    if found and "," in words:
        rest = words[words.index(",") + 1 :]
        subject = to_subject(rest[:3], None, None) if rest[:1] == ("the",) else None
        if subject and subject.is_alive:
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
    if noun is None or noun in FUNCTION or end == at + 1 or is_doubted(words, at - 4, end):
        return
    at_noun = words.index(noun, end)
    is_placed = not _PLACING.isdisjoint(words[at_noun + 1 : at_noun + 2])
    if form == "named" and is_placed and words[at_noun + 3 : at_noun + 4] not in _GROUNDS:
        return  # "the plate on the shelf" may be another
    subject = Subject(singular(noun), owner)
    if form == "named" and words[at_noun + 1 : at_noun + 3] == ("of", "the"):
        subject = subject._replace(marks=frozenset(map(singular, words[at_noun + 3 : at_noun + 4])))
    if noun in SURFACES and owner:
        subject = to_subject(words[:at], it, one) or (Subject(it) if it else subject)
    for family in dict.fromkeys(t[0] for w in words[at + 1 : end] if (t := trait(w))):
        found = find_traits(words, at + 1, end, family)
        if found and family != "side":
            yield subject, form, found._replace(start=at, end=end + 1)


def _of_the(words: Words, at: int) -> list[_Found]:
    """Read "the navy blue of the suit"."""
    found = find_traits(words, at + 1, min(len(words), at + 4), "colour")
    if not found or words[found.end : found.end + 2] != ("of", "the"):
        return []
    noun = phrase_head(words[found.end + 2 : found.end + 5])
    return [(Subject(singular(noun)), "said", found._replace(start=at))] if noun else []
