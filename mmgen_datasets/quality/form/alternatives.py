"""Questions that offer two things ("Is it red or blue?"), and whether an answer takes one."""

from __future__ import annotations

import re

from mmgen_datasets.quality.form.at_large import DECIDED, is_at_large
from mmgen_datasets.quality.form.content import content, stem
from mmgen_datasets.quality.form.passing_by import passes_by, takes_up
from mmgen_datasets.quality.reading.cues import PREPOSITIONS
from mmgen_datasets.quality.reading.sentences import sentences, unquoted, words
from mmgen_datasets.quality.reading.wordings import any_of

_ALTERNATIVES = re.compile(
    r"(?P<one>[^,;:?.!]+?(?:, [^,;:?.!]+?)*),? or (?:an? |the |rather |is it |are they"
    r" )?(?P<two>[^,;:?.!]+)",
    re.IGNORECASE,
)
_NO_CHOICE = any_of(
    r"\bor (?:not|something|anything|else|other|any|even)\b|\bor (?:so|more|less)\b(?! \w)"
    r"|\bone or (?:two|more)\b"
)
_TAKEN = any_of(
    r"\b(?:neither|nor|both(?! (?:of )?(?:the|these|those|his|her|their)\b)|either|none|nothing|all"
    r"|everything|the (?:former|latter|first|second|same|other)|equally|somewhere between"
    r"|in between|a mix(?:ture)?|half|partly|some of each|some \w+ and some|yes|no)\b"
)
_SUBJECT = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)(?:n't)?\s+"
    r"(?:the|this|that|his|her|its|their|these|those)\s+\w+\s+(?=\w)",
    re.IGNORECASE,
)
_PLACED = any_of(
    r"\b(?:left|right|between|middle|cent(?:er|re)|front|behind|above|below|top|bottom|upper|lower"
    r"|ahead|foreground|background|side by side|same side|level)\b(?!-handed)"
)
"""Words for places of which one excludes another, so that "at the table" is no answer."""
_HABIT = any_of(
    r"\b(?:(?:once|twice|\w+ times) (?:an?|per|each|every) \w+|every (?:day|night|year|morning"
    r"|evening|week|season|hour|now)|all (?:day|year)|can be|sometimes|from time to time)\b"
)
"""Of what now is one and now the other: the tide comes in and goes out twice a day."""

_BESIDE = frozenset(
    "next near beside together close each other around both standing located".split()
)
"""Words of a place that is on neither side."""
_SIDES = frozenset("on under in inside outside above below behind before over".split())
SHORT_ANSWER = 4
"""Words of an answer that can be nothing but one."""


def offers(asked: str) -> bool:
    """Whether a question offers alternatives.

    Example:
        >>> offers("Is it red or blue?"), offers("Is it red or not?")
        (True, False)
    """
    plain = unquoted(asked)
    return bool(_ALTERNATIVES.search(plain)) and not _NO_CHOICE.search(plain)


def is_chosen(asked: str, said: str) -> bool:
    """Whether an answer takes one of two, or says something else that may decide.

    Example:
        >>> is_chosen("Is it left or right of her?", "It is on her right.")
        True
        >>> is_chosen("Is it left or right of her?", "It is right there, to the left or the right.")
        False
    """
    one, two = _sides(asked)
    has = content(said) | ((one | two) & _SIDES & set(words(said)))
    if _leaves_open(one, two, said) or _is_of_both_at_times(one & has, two & has, said):
        return False
    if _TAKEN.search(re.sub(r"\beither\b(?=[^.]* or )", " ", said)) or DECIDED.search(said):
        return True
    if len(words(said)) <= SHORT_ANSWER:
        return True
    if _is_of_places(asked) and takes_up(asked, said):
        return _PLACED.search(said) is not None
    if (one | two) & has:
        return True
    is_other = bool(has - content(asked) - _STEMS_BESIDE) and not is_at_large(asked, said)
    return is_other and (_may_be_elsewhere(asked) or not passes_by(asked, said))


def _is_of_places(asked: str) -> bool:
    """Whether what is offered are places: "or on the right of them"."""
    found = _ALTERNATIVES.search(unquoted(asked))
    return found is not None and bool(_PLACED.search(" ".join(words(found["two"])[:3])))


def _may_be_elsewhere(asked: str) -> bool:
    """Whether what is offered are places of which a thing may be in a third: "or on the floor"."""
    found = _ALTERNATIVES.search(unquoted(asked))
    return found is not None and words(found["two"])[0] in PREPOSITIONS | {"indoors", "outdoors"}


def _sides(asked: str) -> tuple[frozenset[str], frozenset[str]]:
    """What each alternative has that the other lacks."""
    found = _ALTERNATIVES.search(unquoted(asked))
    if not found:
        return frozenset(), frozenset()
    *others, tail = _SUBJECT.sub("", found["one"]).split(",")  # "a tram, a bus or a lorry"
    first, second = words(tail), words(re.split(r" (?:of|than|to) ", found["two"])[0])
    if first and second and first[-1] in _SIDES and second[0] in _SIDES:  # "on or under it"
        return frozenset(first[-1:]), frozenset(second[:1])
    if second and second[0] in first:  # "with his right hand or with his left"
        first = first[len(first) - first[::-1].index(second[0]) :]
    else:
        first = first[-max(1, min(3, len(second))) :]
    one, two = content(" ".join([*first, *others])) or content(tail), content(" ".join(second))
    return one - two, two - one


def _leaves_open(one: frozenset[str], two: frozenset[str], said: str) -> bool:
    """Whether all that is said of the alternatives is "one or the other"."""
    parts = sentences(said)
    joined = re.split(r"\bor\b", parts[0].text)
    if len(parts) > 1 or len(joined) < 2:
        return False
    has_both = one & content(joined[0]) and two & content(joined[-1])
    return bool(has_both) and not DECIDED.search(said)


def _is_of_both_at_times(one: frozenset[str], two: frozenset[str], said: str) -> bool:
    """Whether both are said of a thing, as what it is at times or what there is at all."""
    if not (one and two):
        return False
    head = words(said)[:4]
    is_of_both = head[1:2] == ["and"] and head[3:] in (["are"], ["can"], ["have"], ["follow"])
    return is_of_both or _HABIT.search(said) is not None


_STEMS_BESIDE = frozenset(map(stem, _BESIDE))
