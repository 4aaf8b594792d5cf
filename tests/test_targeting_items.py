"""Targeted generation: how replies are read, and what becomes of an item."""

from __future__ import annotations

import json

import pytest

from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import RowError
from mmgen_datasets.targeting.items import exchanges, read_items
from mmgen_datasets.targeting.mode import load_mode


@pytest.mark.parametrize(
    "text",
    [
        '[{"question": "3 < 4 and 5 > 2?", "answer": "a\\nb \\"c\\""}]',
        '{"question": "3 < 4 and 5 > 2?", "answer": "a\\nb \\"c\\""}',
        '{"items": [{"question": "3 < 4 and 5 > 2?", "answer": "a\\nb \\"c\\""}]}',
        '```json\n[{"Q": "3 < 4 and 5 > 2?", "A": "a\\nb \\"c\\""}]\n```',
        'Here it is: [{"QUESTION": "3 < 4 and 5 > 2?", "Answer": "a\\nb \\"c\\""}] I hope so.',
    ],
    ids=["list", "single", "wrapped", "fenced", "words"],
)
def test_items_are_read_and_their_text_is_never_rewritten(text: str) -> None:
    [item] = read_items(load_mode("vqa_nr"), text)
    assert item == {"question": "3 < 4 and 5 > 2?", "answer": 'a\nb "c"'}


def test_broken_json_is_mended_and_numbers_become_text() -> None:
    [item] = read_items(load_mode("vqa_nr"), "[{'question': 'How many?', 'answer': 3,}]")
    assert item == {"question": "How many?", "answer": "3"}


def test_choices_go_behind_the_question() -> None:
    text = json.dumps({"question": "Which?", "answer": "A", "Choices": ["A. red", "B. blue"]})
    assert read_items(load_mode("vqa_nr"), text)[0]["question"] == "Which?\nA. red\nB. blue"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("The chart shows sales.", "no JSON"),
        ("[]", "holds no item"),
        ('[{"question": "How many?"}]', "no 'answer'"),
        ('[{"question": "How many?", "answer": " "}]', "no 'answer'"),
        ('{"sorry": "I cannot"}', "is no item with 'question', 'answer'"),
    ],
)
def test_what_is_no_item_is_refused(text: str, says: str) -> None:
    with pytest.raises(RowError, match=says):
        read_items(load_mode("vqa_nr"), text)


def test_reasoning_makes_two_records_of_an_item() -> None:
    item = {"question": "How many?", "reasoning": "One, two.", "answer": "2"}
    reasoned, short = exchanges(load_mode("vqa"), item)
    assert reasoned.question.startswith("How many?\n")
    assert reasoned.answer == "One, two.\n2"
    assert short.question.startswith("How many?\n")
    assert short.answer == "2"


@pytest.mark.parametrize("mode", ["descript", "descript_task_desc", "generic"])
def test_each_way_to_describe_has_a_question_of_its_own(mode: str) -> None:
    [made] = exchanges(load_mode(mode), {"answer": "Bars."})
    assert isinstance(made, Exchange)
    assert ("expert" in made.question) == (mode != "generic")
