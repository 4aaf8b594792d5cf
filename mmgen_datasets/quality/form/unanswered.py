"""Whether an answer leaves its question open: no stance, no number, no colour, no choice.

Saying that a picture does not tell is an answer. So is a stance without the word yes, and a
statement of what is there instead; only what plainly passes by the question is a fault.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Exchanged, Fault
from mmgen_datasets.quality.form.alternatives import SHORT_ANSWER, is_chosen, offers
from mmgen_datasets.quality.form.answering import cannot_tell, has_colour_of, has_number
from mmgen_datasets.quality.form.at_large import DECIDED, is_at_large
from mmgen_datasets.quality.form.choices import read_choices
from mmgen_datasets.quality.form.content import content
from mmgen_datasets.quality.form.language import other_language
from mmgen_datasets.quality.form.passing_by import only_describes, passes_by
from mmgen_datasets.quality.reading.questions import HOW_MANY, OPEN, POLAR, WHAT_COLOUR
from mmgen_datasets.quality.reading.sentences import HIDDEN, sentences, unquoted, worded, words
from mmgen_datasets.quality.reading.wordings import any_of

_PRAISE = any_of(
    r"^(?:(?:oh|ah|wow|well|hm+|sure|certainly|of course|absolutely|okay|ok|great|thanks?(?:"
    r" you)?)\W+)*(?:(?:what|that'?s|that is|this is|that was|you ask|you've asked|you raise|it's"
    r"|it is|such|quite) )?(?:(?:an?|the|really|very|such|quite|truly|always|indeed) )*(?:great"
    r"|good|interesting|lovely|excellent|wonderful|thoughtful|fascinating|nice|fine|clever"
    r"|insightful|important|fair|delightful|intriguing|tricky|keen|sharp|curious|perceptive|fun"
    r"|charming|natural|worthwhile) (?:\w+ )?(?:question|thing to (?:ask|wonder|notice)"
    r"|observation|point|query|topic|inquiry)\b[^.!?]*[.!]*$",
    r"^(?:(?:oh|well|hm+|sure|certainly|of course|absolutely|okay|ok|thanks?(?: you)?(?: for"
    r" [^.!?]*)?|I(?:'ll| will| can| would) (?:gladly|happily|love to|be (?:happy|glad)"
    r" to)[^.!?]*|happy to help|glad you asked|with pleasure|my pleasure|gladly|I(?:'d| would| am"
    r"|'m) (?:be )?(?:happy|glad|delighted) to[^.!?]*|let me (?:see|look|think|check|take)[^.!?]*"
    r"|thank you for[^.!?]*|(?:you have|what) (?:a|an) (?:\w+ )?eye[^.!?]*)[\s,.!]*)+$",
    r"^(?:it|that|this|that question)(?:'s| is| was) (?:\w+ )?(?:worth|a pleasure|interesting"
    r"|good|great|important|natural|nice) (?:\w+ )?(?:asking|thinking|wondering|considering|to"
    r" (?:ask|wonder|consider|think|know))[^.!?]*[.!]*$",
    r"^(?:many|some|most|lots of) (?:people|viewers|visitors) (?:would )?(?:ask|wonder|want to"
    r" know)[^.!?]*[.!]*$",
    r"^(?:please )?(?:(?:just )?(?:take|have) a (?:\w+ )?look|look (?:closely|carefully|again|for "
    r"yourself|closer)|see for yourself|you (?:can|should|could|may|might) (?:see|look|check|find"
    r"|judge|decide)[^.!?]* yourself|I(?:'ll| will) leave (?:that|it|this) (?:up )?to you|(?:that"
    r"|this|it)(?:'s| is) (?:all )?(?:up to|for|left to) (?:you|the viewer)|(?:let me know|tell "
    r"me) if|feel free to|don't hesitate to|I can tell you (?:more|all))[^.!?]*[.!]*$",
)
"""Sentences that praise a question, promise an answer or hand it back, and give none."""

_YES = any_of(r"\b(?:sure|gladly|with pleasure|certainly|of course|absolutely)\b")
_NOT_OF_WHAT = any_of(
    r"\b(?:say|says|read|reads|written|writing|text|caption|title|word|sign|ask|asks|asked)\b"
)
"""Questions that a question may answer: "What does the sign say?" "Where to?"."""
_WISH = any_of(
    r"\b(?:describe|tell|explain|give|name|list|say|count|write|show|discuss|identify|provide)\b"
)

_LIST = re.compile(r"^[\w -]+(?:, [\w -]+)*,? and [\w -]+\W*$")
_SHORT_LIST = 8
"""Words of a list that counts by naming: "blue, white and red"."""
_VACUOUS = content(
    "person particular specific activity action engaged busy location place position spot reason "
    "because hand"
)
"""Words that name nothing: "he is engaged in an activity"."""
_LEAST_SHARED = 0.7
"""The share of a question's words that an answer has which only says it again."""


class _Need(NamedTuple):
    """What a question asks for, and whether an answer has it."""

    problem: str
    applies: Callable[[str], object]
    is_met: Callable[[str, str], bool]


def find(case: Case) -> Iterator[Fault]:
    """Find answers that leave the question open."""
    if case.language != "en":
        return
    for exchange in case.exchanges:
        problem = _problem(exchange)
        if problem and not other_language(exchange.answer.text, case.language):
            yield Fault(exchange.answer.turn, exchange.answer.text, problem)


def _problem(exchange: Exchanged) -> str | None:
    question, answer = (said.text.replace("’", "'") for said in exchange)
    asked = _last_asked(question)
    if not answer or not words(asked):
        return None
    parts = [one for one in sentences(answer) if not _PRAISE.match(one.text)]
    if not parts:
        return (
            None
            if _answers_politely(asked, answer)
            else "only praises the question or promises an answer"
        )
    if all(one.is_question for one in parts):
        may_ask = _NOT_OF_WHAT.search(question) or not (_WISH.search(question) or "?" in question)
        return None if may_ask else "answers with a question"
    if HIDDEN in unquoted(answer) or cannot_tell(answer) or read_choices(question):
        return None  # what is quoted may be the answer; options have a check of their own
    said = answer[parts[0].start :]
    if not worded(said):
        return None
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
    return OPEN.match(asked) is None and _YES.search(answer) is not None


def _is_counted(asked: str, said: str) -> bool:
    is_list = len(words(said)) <= _SHORT_LIST and _LIST.search(said) is not None
    return is_list or has_number(asked, said)


def _takes_stance(asked: str, said: str) -> bool:
    if DECIDED.search(said) or len(words(said)) <= SHORT_ANSWER:
        return True
    if is_at_large(asked, said):
        return False
    return not (passes_by(asked, said) and only_describes(asked, said))


def _says_again(asked: str, said: str) -> bool:
    """Whether an answer to "what" has nothing but the words of the question."""
    if not OPEN.match(asked) or offers(asked):
        return False
    question, answer = content(asked) - _VACUOUS, content(said) - _VACUOUS
    return (
        not answer - question
        and bool(question)
        and len(answer) >= _LEAST_SHARED * len(question)
        and len(words(said)) > 2
    )


_NEEDS = (
    _Need("gives no number", HOW_MANY.search, _is_counted),
    _Need("names no colour", WHAT_COLOUR.search, has_colour_of),
    _Need("chooses none of what is asked", offers, is_chosen),
    _Need("takes no stance", POLAR.match, _takes_stance),
)
"""What answers must have; the first that applies decides."""
