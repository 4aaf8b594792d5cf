"""The numbers of things that answers state, and whether they are of all that the picture shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise, takewhile
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Exchanged
from mmgen_datasets.quality.claims.grounding import Claim, answer_sign, asks_for, claims
from mmgen_datasets.quality.reading.amounts import GROUPS, value
from mmgen_datasets.quality.reading.cues import PREPOSITIONS, VIEWS
from mmgen_datasets.quality.reading.mentions import Mention, read_mentions
from mmgen_datasets.quality.reading.sentences import Sentence, worded

_VIEW = (
    "(?:in|on|within|of) (?:the|this|that) (?:whole |entire )?"
    "(?:picture|image|photo|photograph|scene|shot|view|room|kitchen|bathroom|bedroom|camp|street)"
)
_TOTAL = "in total|in all|altogether|overall|at all"
_SEEN = "visible|shown|present|pictured|depicted|seen|featured|here|there"
_WHOLE = re.compile(
    rf"(?:(?:are|is)(?: there| here)?)?(?: ?(?:{_SEEN}))?(?: ?(?:are|is) (?:{_SEEN}))?(?:(?:can|do"
    rf"|could|would) (?:you|we|one|i) (?:see|count|spot|make out|find|notice))?(?:does (?:the"
    rf"|this) \w+ (?:show|contain|have))?(?: ?(?:{_TOTAL}))?(?: ?{_VIEW})?(?: ?(?:{_TOTAL}))?"
)
_HOW_MANY = ("how", "many")
_ELLIPTIC = frozenset("and how about what the of many".split())
_EXCEPT = frozenset({"apart", "from"})
_THERE_ARE = ("is", "are", "'s", "there", "only", "just", "exactly")
_NONE = frozenset({"none", "zero", "no"})


class Count(NamedTuple):
    """A number of things, as an answer states it."""

    turn: int
    words: str
    mention: Mention
    """The name that is counted, here or in the question."""
    least: int
    """The number, or the least that is meant."""
    is_whole: bool
    """Whether exactly so many are said to be in the picture in all."""


class Asked(NamedTuple):
    """What a question asks the number of."""

    mention: Mention
    is_whole: bool
    """Whether all in the picture are meant."""


def counts(case: Case) -> tuple[Count, ...]:
    """All numbers of things in answers, in order."""
    return _stated(case.exchanges, claims(case))


@lru_cache(maxsize=4)
def _stated(exchanges: tuple[Exchanged, ...], made: tuple[Claim, ...]) -> tuple[Count, ...]:
    return tuple(_all_counts(exchanges, {(claim.turn, claim.mention.start) for claim in made}))


def _all_counts(exchanges: tuple[Exchanged, ...], claimed: set[tuple[int, int]]) -> Iterator[Count]:
    asked: Asked | None = None
    for exchanged in exchanges:
        asked = asked_number(exchanged.question.text, asked)
        yield from _counts(exchanged, asked, claimed)


def asked_number(question: str, before: Asked | None) -> Asked | None:
    """The thing of which a question wants to know how many there are.

    Args:
        question: "How many dogs can you see?" or, of a part, "How many dogs wear a collar?".
        before: what the question before asked for, that "And cats?" goes on with.
    """
    mentions = read_mentions(question)
    for mention in mentions:
        words, phrase = mention.sentence.words, mention.phrase
        if _HOW_MANY in pairwise(words[max(0, phrase.start - 2) : phrase.name]):
            rest = " ".join(word for word in words[phrase.end :] if word[0].isalpha())
            return Asked(mention, _WHOLE.fullmatch(rest) is not None)
    if before and len(mentions) == 1:
        [only] = mentions
        others = [w for n, w in enumerate(only.sentence.words) if n not in _span(only)]
        if _ELLIPTIC.issuperset(word for word in others if word[0].isalpha()):
            return Asked(only, before.is_whole)
    return None


def _span(mention: Mention) -> range:
    return range(mention.phrase.name, mention.phrase.end)


def _counts(
    exchanged: Exchanged, asked: Asked | None, claimed: set[tuple[int, int]]
) -> Iterator[Count]:
    turn, text = exchanged.answer
    counted = [
        m for m in read_mentions(text) if m.amount and ((turn, m.start) in claimed or _is_given(m))
    ]
    for mention in counted:
        amount = mention.amount
        assert amount is not None
        if amount.bound == "about":
            continue
        others = [m for m in counted if m != mention and _are_same(m, mention)]
        is_asked = asked is not None and asked.is_whole and _are_same(mention, asked.mention)
        is_whole = amount.bound == "exactly" and not amount.is_part and not others
        is_whole = is_whole and (is_asked or _is_existential(mention))
        yield Count(turn, mention.words, mention, amount.number, is_whole)
    if asked and not any(_are_same(m, asked.mention) for m in counted):
        yield from _bare(turn, text, asked)
    if answer_sign(text):
        for mention in asks_for(exchanged):
            if mention.amount and mention.amount.bound != "about":
                is_whole = mention.amount.bound == "exactly" and _is_existential(mention)
                yield Count(turn, text[:3], mention, mention.amount.number, is_whole)


def _bare(turn: int, text: str, asked: Asked) -> Iterator[Count]:
    """Read an answer that says the number alone: "Two.", "There are none"."""
    first = next(iter(worded(text)), None)
    if first is None or first.is_question:
        return
    rest = [m for m in read_mentions(text) if m.sentence == first and _are_same(m, asked.mention)]
    if rest and rest[0].stance != "absent":
        return
    numbers = [word for word in first.words if value(word) is not None or word in _NONE]
    if len(numbers) != 1 or not _is_short(first):
        return
    number = 0 if numbers[0] in _NONE else value(numbers[0]) or 0
    words = text[first.tokens[0].start : first.tokens[-1].end]
    yield Count(turn, words, asked.mention, number, asked.is_whole)


def _is_short(sentence: Sentence) -> bool:
    plain = {"there", "are", "is", "i", "can", "see", "count", "exactly", "only", "just", "of"}
    plain |= {"them", "in", "the", "this", "total", "all", "any", "here", "visible", "'s", "a"}
    plain |= VIEWS
    others = [w for w in sentence.words if w[0].isalpha() and w not in plain and value(w) is None]
    return len([w for w in others if w not in _NONE]) <= 1


def _is_given(mention: Mention) -> bool:
    """Whether a number is taken for granted, whatever may be told: "the two dogs may ..."."""
    words, phrase = mention.sentence.words, mention.phrase
    amount = mention.amount
    if amount is None or amount.number < 2 or mention.sentence.is_question:
        return False
    is_set = words[amount.start] == "the" and amount.start < phrase.start
    is_both = words[amount.start] == "both"
    is_definite = phrase.determiner in ("the", "these") and amount.bound == "exactly"
    return (is_set or is_both or is_definite) and not amount.is_part and "if" not in words


def _are_same(a: Mention, b: Mention) -> bool:
    return bool(a.kinds & b.kinds)


def _is_unlimited(after: tuple[str, ...]) -> bool:
    """Whether "the only dog" is not narrowed down to that of a place."""
    rest = " ".join(takewhile(str.isalpha, after))
    is_verb = bool(after) and after[0].endswith("s") and PREPOSITIONS.isdisjoint(after)
    if not after or after[0] == "," or is_verb or _WHOLE.fullmatch(rest):
        return True
    return re.fullmatch(_VIEW, " ".join(after[:3])) is not None


def _is_existential(mention: Mention) -> bool:
    """Whether "there are two dogs" stands alone, without a place other than the picture."""
    words, phrase = mention.sentence.words, mention.phrase
    first = min(phrase.start, mention.amount.start if mention.amount else phrase.start)
    before = words[max(0, first - 4) : first]
    is_only = mention.amount is not None and mention.amount.is_only
    rest = " ".join(takewhile(_goes_on, words[phrase.end :]))
    if re.match(rf"(?:{_TOTAL})\b", rest) or _is_of_known_group(words[:first]):
        return True
    if is_only and words[phrase.start : phrase.start + 2] == ("the", "only"):
        return _is_unlimited(words[phrase.end :])
    is_there = "there" in before and before[-1] in _THERE_ARE
    is_told = is_there or (is_only and (words[: len(before)] == before or {*before} >= _EXCEPT))
    return bool(is_told) and (not rest or _WHOLE.fullmatch(rest) is not None)


def _goes_on(word: str) -> bool:
    return word.isalpha() and word not in ("and", "but", "while")


def _is_of_known_group(before: tuple[str, ...]) -> bool:
    """Whether those are counted of whom a known group is: "the herd of only two zebras"."""
    *_, article, group, of = ("", "", "", *(w for w in before if w not in _THERE_ARE))
    return article in ("the", "this") and group in GROUPS and of == "of"
