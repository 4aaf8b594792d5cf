"""Samples as text, and the chats around them."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.chat import Media, Sampling, Text, chat_digest
from mmgen_datasets.prompts.context import chat_for, render, render_tidy, reply_of
from mmgen_datasets.prompts.recipe import load_recipe
from mmgen_datasets.prompts.task import Example, Task, Written
from mmgen_datasets.schema import OBJECT, SAMPLE

CAT = {"category": "cat", "bbox": [0.1234, 0.2, 0.3, 0.98765]}
SAMPLE_ROW: dict[str, Any] = {"captions": ["A cat.", "A dog.\n"], "objects": [CAT]}
PICTURE = Media("image", b"\x89PNG", "image/png")


def _single(value: float) -> float:
    """The nearest float32, as a Python float."""
    return float(struct.unpack("f", struct.pack("f", value))[0])


def test_captions_stand_line_by_line_and_boxes_after_a_blank_line() -> None:
    text = render({"captions": ["A cat.", "A dog."], "objects": [CAT]}, ["captions", "boxes"])
    assert text == "A cat.\nA dog.\n\ncat: [0.123, 0.2, 0.3, 0.988]"


def test_captions_are_not_stripped() -> None:
    assert render({"captions": [" A cat. \n", "B"], "objects": []}, ["captions"]) == " A cat. \n\nB"


def test_boxes_without_captions_begin_with_two_newlines() -> None:
    assert render(SAMPLE_ROW, ["boxes"]) == "\n\ncat: [0.123, 0.2, 0.3, 0.988]"


def test_without_objects_there_is_no_blank_line() -> None:
    assert render({"captions": ["A cat."], "objects": []}, ["captions", "boxes"]) == "A cat."


def test_null_columns_are_like_empty_ones() -> None:
    assert render({"captions": None, "objects": None}, ["captions", "boxes"]) == ""


def test_whole_numbers_are_printed_as_floats() -> None:
    box = {"category": "sky", "bbox": [0, 0.0, 1, 1.0]}
    assert render({"captions": [], "objects": [box]}, ["boxes"]) == "\n\nsky: [0.0, 0.0, 1.0, 1.0]"


def test_flags_of_open_images_follow_the_box() -> None:
    flags = {
        "confidence": 1.0,
        "is_occluded": True,
        "is_truncated": False,
        "is_group_of": False,
        "is_depiction": False,
        "is_inside": True,
    }
    text = render({"captions": [], "objects": [CAT | flags]}, ["boxes_openimages"])
    box = "cat: [0.123, 0.2, 0.3, 0.988]"
    assert text == f"\n\n{box} [1.0, True, False, False, False, True]"


def test_unknown_flags_are_printed_as_none() -> None:
    text = render({"captions": [], "objects": [CAT]}, ["boxes_openimages"])
    assert text.endswith(" [None, None, None, None, None, None]")


def test_plain_boxes_win_over_boxes_with_flags() -> None:
    both = render(SAMPLE_ROW, ["boxes_openimages", "boxes"])
    assert both == render(SAMPLE_ROW, ["boxes"])


def test_a_row_of_a_dataset_is_printed_like_its_source() -> None:
    thing = {"category": "cat", "bbox": [0.2, 0.1235, 0.7, 0.6235], "confidence": 0.7}
    objects = [dict.fromkeys(OBJECT) | thing]
    row = dict.fromkeys(SAMPLE) | {"captions": ["A cat."], "objects": objects}
    [read] = Dataset.from_list([row], features=SAMPLE)
    inputs = ["captions", "boxes_openimages"]
    assert render(read, inputs) == render(row, inputs)
    assert "[0.2, 0.123, 0.7, 0.624] [0.7, None" in render(read, inputs)


@given(st.integers(0, 10_000))
def test_a_float32_prints_like_the_number_it_was_rounded_from(share: int) -> None:
    value = share / 10_000
    assert _line([_single(value)] * 4) == _line([value] * 4)


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_a_float64_prints_rounded_to_three_places(box: list[float]) -> None:
    doubles = [value for value in box if _single(value) != value]
    assert _line(doubles) == f"\n\nx: {[round(value, 3) for value in doubles]}"


def _line(box: list[float]) -> str:
    return render({"captions": [], "objects": [{"category": "x", "bbox": box}]}, ["boxes"])


def test_our_layout_strips_captions_and_drops_blank_ones() -> None:
    sample = {"captions": [" A cat. \n", "  ", "A dog."], "objects": []}
    assert render_tidy(sample, ["captions"]) == "A cat.\nA dog."


def test_our_layout_begins_with_its_first_line() -> None:
    assert render_tidy(SAMPLE_ROW, ["boxes"]) == "cat: [0.123, 0.2, 0.3, 0.988]"


@pytest.mark.parametrize("flag", ["is_crowd", "is_group_of"])
def test_our_layout_marks_what_stands_for_several(flag: str) -> None:
    text = render_tidy({"captions": [], "objects": [CAT | {flag: True}]}, ["boxes"])
    assert text.startswith("cat (several): [")


def test_a_chat_has_the_system_the_examples_and_the_query() -> None:
    task = load_recipe("llava").tasks[0]
    chat = chat_for(task, SAMPLE_ROW)
    assert [turn.role for turn in chat] == ["system", *["user", "assistant"] * 2, "user"]
    assert chat[-1].text == "A cat.\nA dog.\n\ncat: [0.123, 0.2, 0.3, 0.988]"


def test_an_example_is_put_into_text_like_a_sample() -> None:
    task = load_recipe("llava").tasks[0]
    example = task.examples[0]
    assert isinstance(example, Example)
    chat = chat_for(task, example.model_dump())
    assert chat[1] == chat[-1]


def test_a_written_example_is_sent_as_it_is() -> None:
    task = _task(examples=(Written(input=" in \n", output=" out \n"),))
    assert [turn.text for turn in chat_for(task, SAMPLE_ROW)[1:3]] == [" in \n", " out \n"]


def test_an_example_in_json_is_a_list_of_exchanges() -> None:
    exchanges = ({"question": "Was ist das?", "answer": "Äpfel."},)
    task = _task(reply="json", examples=(Example.model_validate({"exchanges": exchanges}),))
    reply = reply_of(task, task.examples[0])
    assert reply == '[\n {\n  "question": "Was ist das?",\n  "answer": "Äpfel."\n }\n]'


def test_the_picture_goes_before_the_text_of_the_query() -> None:
    chat = chat_for(_task(inputs=("image", "captions")), SAMPLE_ROW, [PICTURE])
    assert chat[-1].parts == (PICTURE, Text("A cat.\nA dog."))


def test_a_picture_not_given_leaves_its_placeholder() -> None:
    chat = chat_for(_task(inputs=("image", "captions")), SAMPLE_ROW)
    assert chat[-1].text == "<image>\nA cat.\nA dog."


def test_a_picture_that_is_not_asked_for_is_not_sent() -> None:
    assert chat_for(_task(), SAMPLE_ROW, [PICTURE]) == chat_for(_task(), SAMPLE_ROW)


def test_a_task_without_text_sends_the_picture_alone() -> None:
    assert chat_for(_task(inputs=("image",)), SAMPLE_ROW, [PICTURE])[-1].parts == (PICTURE,)


def test_a_chat_can_be_digested() -> None:
    digests = {
        chat_digest(chat_for(task, SAMPLE_ROW, [PICTURE]), Sampling())
        for name in ("llava", "llava-small", "llava-vision", "open-images")
        for task in load_recipe(name).tasks
    }
    assert len(digests) == 12


def _task(**changes: Any) -> Task:
    plain = {"name": "t", "inputs": ("captions",), "system": "Write.\n", "reply": "turns"}
    return Task.model_validate(plain | changes)
