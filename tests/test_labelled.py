"""What the documents say of the checks' precision and recall is what is measured."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from tests.labelled import read_labelled
from tests.labelled.measure import Measured, measure, total

PAGE = Path(__file__).resolve().parent.parent / "docs" / "quality.md"
ROW = re.compile(
    r"^\| `?(\w+)`? \| (\d+) \| (\d+) \| (\d+) \| (\d+) % \| (\d+) % \|$", re.MULTILINE
)


@cache
def measured() -> dict[str, Measured]:
    found = measure(read_labelled("held_out"))
    return {**found, "all": total(found)}


@cache
def told() -> dict[str, tuple[int, ...]]:
    rows = ROW.findall(PAGE.read_text(encoding="utf-8"))
    return {name: tuple(map(int, numbers)) for name, *numbers in rows}


def test_each_check_is_told_of() -> None:
    assert list(told()) == list(measured())


@pytest.mark.parametrize("name", told())
def test_what_is_told_is_measured(name: str) -> None:
    m = measured()[name]
    shares = (round(100 * m.precision), round(100 * m.recall))
    assert (m.right, m.wrong, m.missed, *shares) == told()[name]


def test_hundreds_of_conversations_were_labelled_and_half_of_them_are_clean() -> None:
    labelled = read_labelled("held_out")
    assert len(labelled) == 382
    assert sum(not one.faults for one in labelled) == 189


@pytest.mark.parametrize("folder", ["development", "once_held_out", "held_out"])
def test_the_words_at_fault_stand_in_the_conversation(folder: str) -> None:
    for one in read_labelled(folder):
        said = [message["content"] for message in one.case.messages]
        for words in one.faults.values():
            assert all(any(w in text for text in said) for w in words), one.name
