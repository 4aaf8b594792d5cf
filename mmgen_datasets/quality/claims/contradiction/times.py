"""The time that a clock shows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Fault

_HOURS = "one two three four five six seven eight nine ten eleven twelve".split()
_MINUTES = {"five": 5, "ten": 10, "quarter": 15, "a quarter": 15, "twenty": 20, "twenty-five": 25}
_HOUR = "|".join(_HOURS)
_TIME = re.compile(
    rf"(?P<figures>\b\d{{1,2}}[:.]\d\d\b)|\bhalf past (?P<half>{_HOUR})\b"
    rf"|\b(?P<minutes>{'|'.join(sorted(_MINUTES, key=len, reverse=True))})(?: minutes)? "
    rf"(?P<way>past|to) (?P<hour>{_HOUR})\b|\b(?P<full>{_HOUR}) o['’]clock\b",
    re.IGNORECASE,
)
_CLOCK = re.compile(
    r"\b(?:clock|watch|hands|dial)\b[^.?!]*\b(?:shows?|says?|reads?|points?|at|is|stand)\b[^.?!]*$",
    re.IGNORECASE,
)
_ASKED = re.compile(r"\bwhat time\b", re.IGNORECASE)
_DOUBT = re.compile(r"\b(?:may|might|could|would|perhaps|if|until|not|other)\b", re.IGNORECASE)


class _Told(NamedTuple):
    turn: int
    words: str
    minutes: int


def clashes(case: Case) -> Iterator[Fault]:
    """Find two times that one clock shows."""
    told: list[_Told] = []
    for question, answer in case.exchanges:
        for late in _told(answer.turn, answer.text, _ASKED.search(question.text) is not None):
            early = next((one for one in told if (one.minutes - late.minutes) % 720), None)
            if early:
                yield Fault(late.turn, late.words, f"says the contrary of {early.words!r}")
            told.append(late)


def _told(turn: int, text: str, is_asked: bool) -> Iterator[_Told]:
    for found in _TIME.finditer(text):
        before = re.split(r"[.?!]\s", text[: found.start()])[-1]
        is_short = is_asked and len(before.split()) < 5
        if (is_short or _CLOCK.search(before)) and not _DOUBT.search(before):
            yield _Told(turn, found[0], _minutes(found))
            return


def _minutes(found: re.Match[str]) -> int:
    if figures := found["figures"]:
        hour, minute = re.split("[:.]", figures)
        return int(hour) * 60 + int(minute)
    if found["half"]:
        return _hour(found["half"]) * 60 + 30
    if found["full"]:
        return _hour(found["full"]) * 60
    minutes = _MINUTES[found["minutes"].lower()]
    return _hour(found["hour"]) * 60 + (minutes if found["way"].lower() == "past" else -minutes)


def _hour(word: str) -> int:
    return _HOURS.index(word.lower()) + 1
