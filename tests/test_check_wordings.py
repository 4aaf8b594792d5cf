"""Many wordings of what is said to be in a picture, of what is only spoken of, and of numbers."""

from __future__ import annotations

from pathlib import Path

import yaml

from tests.test_check_grounding import faults, sample

CAFE = sample(
    "person",
    "dining table",
    "cup",
    "chair",
    captions=["A woman drinks coffee at a table."],
)
GARDEN = sample("person", "person", "person", "dog", "cat", "cat")

WORDINGS: dict[str, list[str]] = yaml.safe_load(
    Path(__file__).with_name("claimed_wordings.yaml").read_text(encoding="utf-8")
)


def found(check: str, known: dict[str, object], lines: list[str]) -> list[str]:
    return [line for line in lines if faults(check, known, "What is there?", line)]


def test_what_is_only_spoken_of_is_no_claim() -> None:
    assert not found("unsupported", CAFE, WORDINGS["spoken_of"])


def test_what_is_said_in_passing_is_a_claim() -> None:
    assert found("unsupported", CAFE, WORDINGS["said"]) == WORDINGS["said"]


def test_numbers_in_many_wordings() -> None:
    assert found("numbers", GARDEN, WORDINGS["wrong"]) == WORDINGS["wrong"]
    assert not found("numbers", GARDEN, WORDINGS["right"])
