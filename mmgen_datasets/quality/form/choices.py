"""The options that a question offers."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_LETTERED = re.compile(
    r"(?:(?<=^)|(?<=[\s(\[,;:?]))[(\[*]*(?P<label>[A-Ha-h])[*]*[.):\]][*]*\s+(?=\S)"
)
_NUMBERED = re.compile(
    r"(?:(?<=^)|(?<=[\s(\[,;:?]))[(\[*]*(?P<label>[1-9])[*]*[.):\]][*]*\s+(?=\S)"
)
_CUE = re.compile(
    r"\b(?:choose|choices|options?|pick|select|which (?:one )?of (?:these|the following|them|those)"
    r"|from (?:these|the following)|one of (?:these|the following)|out of (?:these|the following)"
    r"|which of the (?:two|three|four|five|words|terms|colou?rs|options|answers)"
    r"|multiple[- ]choice|answer with one of|decide between|your choice)\b",
    re.IGNORECASE,
)
_LISTED = re.compile(
    r"[^,;:?.!()/\n]+(?:(?:,\s*|/)[^,;:?.!()/\n]+)*,?\s+or\s+[^,;:?.!()\n]+", re.IGNORECASE
)
_AFTER_COLON = re.compile(r":\s*(?P<list>[^:?.!\n]+(?:[,/;|]| or | and )[^:?.!\n]+)")
_IN_BRACKETS = re.compile(r"\((?P<list>[^()]+(?:/|,| or )[^()]+)\)")
_BETWEEN = re.compile(
    r"\b(?:between|from|among)\s+(?P<list>[^:?.!\n]+? (?:and|or) [^:?.!,\n]+)", re.IGNORECASE
)
_SPLIT = re.compile(r"\s*(?:[,;/|]\s*(?:or|and)\s+|[,;/|]\s*|\s+or\s+)\s*", re.IGNORECASE)
_LEAD = re.compile(
    r"^.*\b(?:is|are|was|were|does|do|as|best|look|looks|called|either|whether|between|would you"
    r" say)\s+(?:it |they |he |she |this |that |these |the \w+ |more like )?",
    re.IGNORECASE,
)
_MOST_WORDS = 12
"""Words of an option; what is longer is a sentence with an "or" in it."""


class Choices(NamedTuple):
    """Options that may be chosen from."""

    texts: dict[str, str]
    """By letter (upper case) or number; by their place where they have no labels."""
    is_labelled: bool


@lru_cache(1024)
def read_choices(question: str) -> Choices | None:
    """Read the options of a question: labelled ones, or a list that it bids to choose from.

    Example:
        >>> read_choices("What is it? A. a tram B. a bus").texts
        {'A': 'a tram', 'B': 'a bus'}
        >>> read_choices("Choose one: red, green or blue.").texts
        {'1': 'red', '2': 'green', '3': 'blue'}
    """
    for pattern in (_LETTERED, _NUMBERED):
        labelled = _labelled(question, pattern)
        if labelled:
            return Choices(labelled, is_labelled=True)
    if _CUE.search(question):
        listed = _listed(question)
        if listed:
            texts = {str(place): text for place, text in enumerate(listed, 1)}
            return Choices(texts, is_labelled=False)
    return None


def _labelled(question: str, pattern: re.Pattern[str]) -> dict[str, str]:
    """Texts behind labels that count up from the first; no other letters with a full stop."""
    found = list(pattern.finditer(question))
    begin = next((n for n, one in enumerate(found) if one["label"] in "Aa1"), None)
    if begin is None:
        return {}
    texts = {}
    due = ord(found[begin]["label"])
    row = [one for n, one in enumerate(found[begin:]) if ord(one["label"]) == due + n]
    for one, after in zip(row, [*row[1:], None], strict=True):
        text = question[one.end() : after.start() if after else len(question)]
        texts[one["label"].upper()] = _last_text(text) if after is None else _clean(text)
    return texts if len(texts) > 1 else {}


def _last_text(text: str) -> str:
    """Cut off what the question goes on to say behind its last option."""
    return _clean(re.split(r"\n|(?<=[.?!])\s", text.strip(), maxsplit=1)[0])


def _clean(text: str) -> str:
    return re.sub(r"[,;]?\s+(?:or|and)$", "", text.strip().strip("*")).strip(" ,;.?!)]([*\n")


def _listed(question: str) -> list[str]:
    for pattern in (_IN_BRACKETS, _AFTER_COLON, _BETWEEN):
        found = pattern.search(question)
        if found:
            return _parts(found["list"], splits_and=pattern is not _IN_BRACKETS)
    found = _LISTED.search(question)
    return _parts(_LEAD.sub("", found[0]), splits_and=False) if found else []


def _parts(listed: str, *, splits_and: bool) -> list[str]:
    parts = [part for one in _SPLIT.split(listed) if (part := _clean(one))]
    if splits_and:  # "choose between red and blue"; "and" within an option otherwise
        *first, last = parts
        if len(parts) == 1 or not re.search(r"\bor\b", listed):
            parts = [*first, *map(_clean, re.split(r"\s+and\s+", last))]
    is_list = len(parts) > 1 and all(len(part.split()) <= _MOST_WORDS for part in parts)
    return parts if is_list else []
