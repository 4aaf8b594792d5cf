"""Whether a clause speaks of a kind of things, not of those in the picture."""

from __future__ import annotations

from itertools import pairwise

from mmgen_datasets.nouns import noun
from mmgen_datasets.quality.reading.amounts import is_quantity
from mmgen_datasets.quality.reading.clauses import Clause, Words, is_subject
from mmgen_datasets.quality.reading.cues import (
    ANCHORS,
    AUXILIARIES,
    CUSTOMS,
    DETERMINERS,
    FINITE,
    GENERIC,
    HABITS,
    NEGATIONS,
    POPULATIONS,
    PREPOSITIONS,
    SEEING,
)
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase, is_one_form

_FRAGMENT = 5
"""Words up to which a clause without an auxiliary may well have no verb."""
_MOST_BETWEEN = 4
"""Words up to which a name may stand behind its article: "a bright red racing bike"."""
_ANY_ONE = frozenset({"a", "an", "any", "every", "each"})
_OF_KINDS = frozenset({("contains",), ("contain",), ("weighs",), ("weigh",)})
_BY_THE_DAY = frozenset({("a", "day"), ("is", "used"), ("is", "needed")})
_OF_ANY = (("all",), ("any",), ("every",), ("most",))
_MANY_OF = frozenset({"some", "many", "most", "few", "every", "each", "certain", "all"})


def is_general(around: Clause, phrase: Phrase) -> bool:
    """Whether a kind is spoken of: "dogs are loyal", "a dog needs company"."""
    if not phrase.is_definite and (_is_of_world(around, phrase) or _is_no_one(around, phrase)):
        return True
    if phrase.is_bare and phrase.sense.is_plural:
        return _is_kind(around, phrase)
    after = around.after
    if phrase.determiner == "the" and after[:2] in (("is", "a"), ("is", "an")):
        return not GENERIC.isdisjoint(after[2:4])
    if phrase.determiner not in _ANY_ONE or not is_subject(around) or after[:2] == ("can", "be"):
        return False
    is_told = not GENERIC.isdisjoint(after[:4]) or not HABITS.isdisjoint(after[:2])
    is_told = is_told or after[:1] in _OF_KINDS or after[:2] in _BY_THE_DAY
    return is_told or after[:2] in (("is", "a"), ("is", "an")) or _is_compared(after)


def _is_no_one(around: Clause, phrase: Phrase) -> bool:
    """Whether a name stands for none in particular: "old hat", "some gardener's", "Visitors: "."""
    words, sense = around.words, phrase.sense
    is_first = not any(word[0].isalpha() for word in words[: phrase.start])
    if is_first and words[phrase.end : phrase.end + 1] == (":",):
        return True
    if sense.is_plural or is_one_form(sense) or not noun(sense.name).is_counted:
        return False
    if words[phrase.start] == "some":
        return "person" in sense.kinds
    if not phrase.is_bare or not NEGATIONS.isdisjoint(words) or FINITE.isdisjoint(words):
        return False
    return DETERMINERS.isdisjoint(words[max(0, phrase.name - _MOST_BETWEEN) : phrase.name])


def _is_utmost(after: Words) -> bool:
    """Whether a kind is told to be the most of all: "are the largest"."""
    is_told = after[:2] in (("are", "the"), ("is", "the"))
    return is_told and any(word == "most" or word.endswith("est") for word in after[2:4])


def _is_compared(after: Words) -> bool:
    """Whether a kind is told to be more than another: "is sharper than"."""
    return after[:1] in (("is",), ("has",)) and "than" in after[1:5]


def _is_of_world(around: Clause, phrase: Phrase) -> bool:
    """Whether a clause begins with many of those who are in no picture: "most families"."""
    before = around.before
    if "typical" in before or (before[:1] and before[0] in POPULATIONS):
        return True
    if any(a in _MANY_OF and b in POPULATIONS for a, b in pairwise(around.words)):
        return True
    if len(before) > 1 and before[0] in _MANY_OF and not POPULATIONS.isdisjoint(before[1:4]):
        return True
    return not CUSTOMS.isdisjoint(around.after) and {"is", "are"}.isdisjoint(before)


def _is_kind(around: Clause, phrase: Phrase) -> bool:
    """Whether a bare plural is tied to nothing in the picture."""
    span, after = around.span, around.after
    if after[:1] == ("of",) and after[1:2] in _OF_ANY:
        after = after[3:]  # "boats of all sizes"
    if "can" in span:
        if not SEEING.isdisjoint(span):
            return False
    elif not GENERIC.isdisjoint(span):
        return True
    if is_subject(around):
        has_verb = _has_predicate(around.words, phrase.end, around.last)
    else:
        has_verb = len(span) > _FRAGMENT or not AUXILIARIES.isdisjoint(span)
    if not HABITS.isdisjoint(after[:2]) or after[:1] in _OF_KINDS or _is_utmost(after):
        return True
    is_tied = not ANCHORS.isdisjoint(span) or any(word.endswith("ing") for word in after[:3])
    return has_verb and not is_tied and not _names_one(around.before)


def _names_one(words: Words) -> bool:
    """Whether the clause speaks of some one thing before: "a man feeds birds"."""
    return any(word in ("a", "an", "each", "including") or is_quantity(word) for word in words)


def _has_predicate(words: Words, at: int, last: int) -> bool:
    """Whether a verb may follow a subject, of which more names may be a part."""
    while at < last and words[at] in (",", "and", "or", "nor"):
        names = [n for n in range(at + 1, min(at + 4, last)) if look_up(words, n)]
        if not names:
            return False
        at = names[0] + (look_up(words, names[0]) or (1,))[0]
    return at < last and words[at][0].isalpha() and words[at] not in PREPOSITIONS
