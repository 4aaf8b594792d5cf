"""Whether turns are as long as their kind asks for, in words."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault, Said

LEAST = {"detail": 20, "complex_reasoning": 10}
"""The fewest words of an answer, by the kind of conversation; other kinds may answer in one."""

MOST = {"assistant": 600, "user": 200}
"""The most words of a turn. Longer answers come of loops and of essays that leave the picture,
longer questions of prompts that were taken for one."""

_WORDS = re.compile(r"\S*\w\S*")


def find(case: Case) -> Iterator[Fault]:
    """Find answers that are too short, and turns that are too long."""
    for said in case.answers:
        number = len(_WORDS.findall(said.text))
        least = LEAST.get(case.kind, 0)
        if 0 < number < least:
            problem = f"has {number} words, where the kind {case.kind!r} asks for {least} or more"
            yield Fault(said.turn, said.text, problem)
        yield from _too_long(said, "an answer", MOST["assistant"])
    for said in case.questions:
        yield from _too_long(said, "a question", MOST["user"])


def _too_long(said: Said, what: str, most: int) -> Iterator[Fault]:
    found = list(_WORDS.finditer(said.text))
    if len(found) > most:
        words = said.text[found[most - 1].start() : found[most].end()]  # where it should have ended
        yield Fault(said.turn, words, f"stands {most} words in: {what} of {len(found)} words")
