"""Questions that offer two things ("Is it red or blue?"), and whether an answer takes one."""

from __future__ import annotations

import re

from mmgen_datasets.quality.form.at_large import DECIDED, is_at_large
from mmgen_datasets.quality.reading.sentences import sentences, singular, unquoted, words
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
    r"\b(?:neither|nor|both|either|none|nothing|all|everything|the (?:former|latter|first|second"
    r"|same|other)|equally|somewhere between|in between|a mix(?:ture)?|half|partly|some of each"
    r"|some \w+ and some|yes|no)\b"
)
_SUBJECT = re.compile(
    r"^\W*(?:is|are|was|were|do|does|did|has|have|had|can|could|will|would|should)(?:n't)?\s+"
    r"(?:the|this|that|his|her|its|their|these|those)\s+\w+\s+(?=\w)",
    re.IGNORECASE,
)
_HABIT = any_of(
    r"\b(?:(?:once|twice|\w+ times) (?:an?|per|each|every) \w+|every (?:day|night|year|morning"
    r"|evening|week|season|hour|now)|all (?:day|year)|can be|sometimes|from time to time)\b"
)
"""Of what now is one and now the other: the tide comes in and goes out twice a day."""

_FILLERS = frozenset(
    "a an the of in on at to is are was were be it its that this these those there here with "
    "and for by as from into he she they his her their what who where when why which how do "
    "does did can could some something someone somebody somewhere thing object item kind type "
    "sort certain way picture image photo scene shown seen visible see being has have had "
    "indeed one i you me your my so am will would please tell look like many much color "
    "colour".split()
)
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
    if (one | two) & has or len(words(said)) <= SHORT_ANSWER:
        return True
    return bool(has - content(asked) - _STEMS_BESIDE) and not is_at_large(asked, said)


def content(text: str) -> frozenset[str]:
    """The stems of the words of a text that say something, crude ones: "comes" is "com"."""
    found = (singular(word) for word in words(text))
    return frozenset(_stem(word) for word in found) - _STEMS_FILLERS


def _sides(asked: str) -> tuple[frozenset[str], frozenset[str]]:
    """What each alternative has that the other lacks."""
    found = _ALTERNATIVES.search(unquoted(asked))
    if not found:
        return frozenset(), frozenset()
    *others, tail = _SUBJECT.sub("", found["one"]).split(",")  # "a tram, a bus or a lorry"
    first, second = words(tail), words(re.split(r" (?:of|than) ", found["two"])[0])
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


def _stem(word: str) -> str:
    """A crude stem: "breeds" and "breed" have one, and so have "arriving" and "arrives"."""
    for ending in ("s", "ing", "ed", "e"):
        if len(word) - len(ending) > 1 and not word.endswith(("ss", "us")):
            word = word.removesuffix(ending)
    return word


_STEMS_FILLERS = frozenset(map(_stem, _FILLERS)) | _FILLERS
_STEMS_BESIDE = frozenset(map(_stem, _BESIDE))
