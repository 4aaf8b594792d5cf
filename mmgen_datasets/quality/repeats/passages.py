"""What of a conversation is compared with what of others.

* All that is said in it, with what is said about the same picture (or clip, or recording): there
  a second conversation that says the same adds nothing.
* Each answer of at least 20 words, with all others: a text of that length which fits two pictures
  describes neither. Short answers are left out, since many pictures have one dog, and two short
  honest conversations about them may agree word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Said
from mmgen_datasets.quality.repeats.similar_text import words

LONG_ANSWER = 20
"""Words from which on an answer is compared with answers about other pictures."""

_BEGINNING = re.compile(r"(?:\S+\s+){0,7}\S+")

ANYWHERE = -1
"""The scope of what is compared with all others."""


class Passage(NamedTuple):
    """A text that is compared with those of its scope."""

    row: int
    scope: int
    text: str
    turn: int | None
    """The message that it is; None where it is the whole conversation."""


def passages(row: int, messages: Sequence[Mapping[str, str]], subject: int) -> Iterator[Passage]:
    """The passages of a conversation, the whole of it first; none of an empty one.

    Args:
        row: its number.
        messages: rows of `mmgen_datasets.schema.MESSAGE`.
        subject: the number of what it is about.
    """
    case = Case(messages)
    said = sorted([*case.questions, *case.answers])
    if whole := "\n".join(one.text for one in said if one.text):
        yield Passage(row, subject, whole, None)
    for answer in case.answers:
        if is_long(answer):
            yield Passage(row, ANYWHERE, answer.text, answer.turn)


def beginning(text: str) -> str:
    """As much of a text as a detail quotes: its first eight words, as they stand.

    Example:
        >>> beginning("One two three four five six seven  eight nine")
        'One two three four five six seven  eight'
    """
    found = _BEGINNING.match(text)
    return found[0] if found else ""


def is_long(answer: Said) -> bool:
    """Whether an answer has so many words that it cannot fit two pictures by chance."""
    return len(words(answer.text)) >= LONG_ANSWER
