"""Whether an answer leaves its question open: no stance, no number, no colour, no choice.

Saying that a picture does not tell is an answer. So is a stance without the word yes, and a
statement of what is there instead; only what plainly passes by the question is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Exchanged, Fault
from mmgen_datasets.quality.choices import read_choices
from mmgen_datasets.quality.phrases import any_of
from mmgen_datasets.quality.sentences import HIDDEN, sentences, unquoted, words
from mmgen_datasets.quality.stance import COLOUR, NO_NUMBER, NUMBER, STANCE, cannot_tell

_PRAISE = any_of(
    r"^(?:(?:oh|ah|wow|well|hm+|sure|certainly|of course|absolutely|okay|ok|great|thanks?(?: you)?)\W+)*"
    r"(?:(?:what|that['’]?s|that is|this is|that was|you ask|you['’]ve asked|you raise|it['’]s|it is|such|quite)"
    r" )?(?:(?:an?|the|really|very|such|quite|truly|always|indeed) )*"
    r"(?:great|good|interesting|lovely|excellent|wonderful|thoughtful|fascinating|nice|fine|clever|insightful"
    r"|important|fair|delightful|intriguing|tricky|keen|sharp|curious|perceptive|fun|charming|natural"
    r"|worthwhile) (?:\w+ )?(?:question|thing to (?:ask|wonder|notice)|observation|point|query|topic|inquiry)"
    r"\b[^.!?]*[.!]*$",
    r"^(?:(?:oh|well|hm+|sure|certainly|of course|absolutely|okay|ok|thanks?(?: you)?(?: for [^.!?]*)?"
    r"|happy to help|glad you asked|with pleasure|my pleasure|gladly|I(?:['’]d| would| am|['’]m) (?:be )?"
    r"(?:happy|glad|delighted) to[^.!?]*|let me (?:see|look|think|check|take)[^.!?]*|thank you for[^.!?]*"
    r"|(?:you have|what) (?:a|an) (?:\w+ )?eye[^.!?]*)[\s,.!]*)+$",
    r"^(?:it|that|this|that question)(?:['’]s| is| was) (?:\w+ )?(?:worth|a pleasure|interesting|good|great"
    r"|important|natural|nice) (?:\w+ )?(?:asking|thinking|wondering|considering|to (?:ask|wonder|consider|think"
    r"|know))[^.!?]*[.!]*$",
    r"^(?:many|some|most|lots of) (?:people|viewers|visitors) (?:would )?(?:ask|wonder|want to know)[^.!?]*[.!]*$",
)
"""Sentences that thank for a question, praise it or promise an answer, and give none."""

_AUXILIARY = (
    r"(?:is|are|was|were|does|do|did|has|have|had|can|could|will|would|should|might|must|isn't|aren't|wasn't"
    r"|doesn't|don't|didn't|hasn't|haven't|can't|couldn't|won't|wouldn't)"
)
_LEAD_IN = (
    r"^(?:(?:and|so|but|also|then|now|well|ok|okay|hm+|please tell me|tell me|in your opinion|by the way|overall"
    r"|in (?:this|the) (?:picture|image|photo|scene|clip|video)|looking at [^,]+|here)[,:]? )*"
)
_POLAR = any_of(
    rf"{_LEAD_IN}{_AUXILIARY} (?!we say|you (?:describe|tell|explain|give|list|name|point|say|show))"
)
_WH = any_of(
    rf"{_LEAD_IN}(?:\w+ )?(?:what|who|whom|whose|where|when|why|which|how)\b",
)
_HOW_MANY = any_of(
    r"\bhow many\b|\bcount (?:the|all|how)\b|\bwhat (?:is )?the (?:total )?number of\b"
)
_WHAT_COLOUR = any_of(
    r"\b(?:what|which) (?:\w+ )?colou?rs?\b|\bwhat is the colou?r\b|\bname the colou?r"
    r"|\bin (?:what|which) (?:colou?r|shade)\b"
)
_NOT_OF_WHAT = any_of(
    r"\b(?:say|says|read|reads|written|writing|text|caption|title|word|sign|ask|asks|asked)\b"
)
"""Questions that a question may answer: "What does the sign say?" "Where to?"."""

_ALTERNATIVES = re.compile(
    r"(?P<one>[^,;:?.!]+?(?:, [^,;:?.!]+?)*),? or (?:an? |the |rather |is it |are they )?(?P<two>[^,;:?.!]+)",
    re.IGNORECASE,
)
_NO_CHOICE = any_of(
    r"\bor (?:so|more|less|not|something|anything|else|other|any\b|even)\b|\bone or two\b"
)
_TAKEN = any_of(
    r"\b(?:neither|nor|both|either|none|nothing|all|everything|the (?:former|latter|first|second|same|other)"
    r"|equally|somewhere between|in between|a mix(?:ture)?|half|partly|some of each|yes|no)\b"
)
_EITHER_OR = any_of(r"\b(?:either|whether)? ?[\w' -]+ or [\w' -]+")

_GENERIC = any_of(
    r"^(?:(?:in general|generally|often|usually|typically)[,]? )?(?:[a-z-]+ )?[a-z]+s (?:are|can|have|come|tend"
    r"|need|love|like|make|often|usually|sleep|rest|eat|use|may|live|were|spend|vary)\b",
    r"^(?:the|this) (?:picture|image|photo|photograph|scene) (?:shows|features|depicts|is (?:of|a|an|very|quite"
    r"|full)|captures|presents|portrays|contains)\b",
    r"^(?:many|most|some) (?:people|owners|dogs|cats|visitors|viewers|cities|streets)\b",
    r"^(?:whether|if) [^.!?]* (?:is|are|matters?|has|depends?)\b(?! (?:not|un|hard|difficult|impossible))",
    r"^[a-z]+(?:ing)? (?:is|are) (?:an? )?(?:\w+ )?(?:important|popular|common|healthy|pleasant|essential|fun"
    r"|way|activity|hobby|pastime|part|question|matter|sport|tradition|skill|art)\b",
    r"^(?:there is|there are) (?:a lot|lots|much|plenty) (?:to (?:see|look at|like|say|discover))\b",
)
"""Statements at large, or about the picture as such, that answer no question of yes or no."""

_FILLERS = frozenset(
    "a an the of in on at to is are was were be it its that this these those there here with and for by as from "
    "into he she they his her their what who where when why which how do does did can could some something "
    "someone somebody somewhere thing things object objects item items kind type sort certain way picture image "
    "photo scene shown seen visible see being has have had indeed one i you me your my so am will would you "
    "please tell doing does look looks like many much color colour".split()
)
_LEAST_SHARED = 0.7
"""The share of a question's words that an answer has which only says it again."""


class _Need(NamedTuple):
    """What a question asks for, and whether an answer has it."""

    problem: str
    applies: Callable[[str], bool]
    is_met: Callable[[str, str], bool]


def find(case: Case) -> Iterator[Fault]:
    """Find answers that leave the question open."""
    if case.language != "en":
        return
    for exchange in case.exchanges:
        problem = _problem(exchange)
        if problem:
            yield Fault(exchange.answer.turn, exchange.answer.text, problem)


def _problem(exchange: Exchanged) -> str | None:
    question, answer = exchange.question.text, exchange.answer.text
    asked = _last_asked(question)
    if not answer or not words(asked):
        return None
    parts = [one for one in sentences(answer) if not _PRAISE.search(one.text)]
    if not parts:
        return (
            None
            if _answers_politely(asked, answer)
            else "only praises the question or promises an answer"
        )
    if all(one.is_question for one in parts):
        return None if _NOT_OF_WHAT.search(question) else "answers with a question"
    if HIDDEN in unquoted(answer) or cannot_tell(answer) or read_choices(question):
        return None  # what is quoted may be the answer; options have a check of their own
    said = answer[parts[0].start :]
    for need in _NEEDS:
        if need.applies(asked):
            return None if need.is_met(asked, said) else need.problem
    return "only says the question again" if _says_again(asked, said) else None


def _last_asked(question: str) -> str:
    """The last sentence that asks, else the last of all: a question may be put as a wish."""
    found = sentences(question)
    asking = [one.text for one in found if one.is_question]
    return (asking or [one.text for one in found] or [""])[-1]


def _answers_politely(asked: str, answer: str) -> bool:
    """Whether "Certainly." or "Of course!" is the yes that was asked for."""
    return _POLAR.search(asked) is not None and STANCE.search(answer) is not None


def _is_counted(asked: str, said: str) -> bool:
    return NUMBER.search(NO_NUMBER.sub(" ", said)) is not None


def _is_coloured(asked: str, said: str) -> bool:
    return COLOUR.search(said) is not None


def _offers(asked: str) -> bool:
    plain = unquoted(asked)
    return bool(_ALTERNATIVES.search(plain)) and not _NO_CHOICE.search(plain)


def _is_chosen(asked: str, said: str) -> bool:
    """Whether an answer has words of one alternative, and does not just leave both standing."""
    found = _ALTERNATIVES.search(unquoted(asked))
    if found is None:
        return True
    lower = said.lower()
    one, two = (_content(found[name]) for name in ("one", "two"))
    has = _content(said)
    only_one, only_two = (one - two) & has, (two - one) & has
    if _TAKEN.search(re.sub(r"\beither\b(?=[^.]* or )", " ", lower)):
        return True
    if only_two and (one - two) and _last_of(found["one"]) & has and " or " in lower:
        return len(sentences(said)) > 1
    return bool(only_one or only_two) or len(words(said)) <= 6 or STANCE.search(said) is not None


def _last_of(part: str) -> frozenset[str]:
    """The last word of an alternative: in "is the train green", green."""
    return frozenset(words(part)[-1:])


def _takes_stance(asked: str, said: str) -> bool:
    first = sentences(said)[0].text
    if STANCE.search(said) or len(words(said)) <= 4:
        return True
    predicate = _content(asked)
    if len(predicate & _content(said)) >= max(2, len(predicate)):
        return True
    return _GENERIC.search(first) is None


def _says_again(asked: str, said: str) -> bool:
    """Whether an answer to "what" has nothing but the words of the question."""
    if not _WH.search(asked) or _offers(asked) or NUMBER.search(said):
        return False
    question, answer = _content(asked), _content(said)
    new = answer - question
    return (
        not new
        and bool(question)
        and len(answer) >= _LEAST_SHARED * len(question)
        and len(words(said)) > 2
    )


def _content(text: str) -> frozenset[str]:
    return frozenset(words(text)) - _FILLERS


_NEEDS = (
    _Need("gives no number", lambda asked: _HOW_MANY.search(asked) is not None, _is_counted),
    _Need("names no colour", lambda asked: _WHAT_COLOUR.search(asked) is not None, _is_coloured),
    _Need("chooses none of what is asked", _offers, _is_chosen),
    _Need("takes no stance", lambda asked: _POLAR.search(asked) is not None, _takes_stance),
)
