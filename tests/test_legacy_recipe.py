"""Prompt files of multimodal-instruct, read unmodified."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import RecipeError, RowError
from mmgen_datasets.prompts.context import chat_for
from mmgen_datasets.prompts.parse import draw_instruction, read_reply
from mmgen_datasets.prompts.recipe import Recipe, load_recipe
from mmgen_datasets.prompts.task import Task

LEGACY = Path(__file__).parent / "fixtures" / "recipes" / "legacy.yaml"
GOAT = {
    "captions": ["A goat.\n", "On a wall."],
    "objects": [{"category": "goat", "bbox": [0.2, 0.3, 0.5, 1.0], "confidence": 1.0}],
}


@pytest.fixture
def recipe() -> Recipe:
    return load_recipe(LEGACY)


@pytest.fixture
def conversation(recipe: Recipe) -> Task:
    return recipe.tasks[0]


@pytest.fixture
def detail(recipe: Recipe) -> Task:
    return recipe.tasks[1]


def test_every_task_of_the_file_is_there_in_order(recipe: Recipe) -> None:
    names = [task.name for task in recipe.tasks]
    assert names == ["conversation", "detail_description", "complex_reasoning"]


def test_the_type_is_the_kind_and_by_default_the_name(recipe: Recipe) -> None:
    kinds = [task.kind for task in recipe.tasks]
    assert kinds == ["conversation", "detail_description", "reasoning"]


def test_a_separator_makes_turns_and_its_absence_a_single_answer(recipe: Recipe) -> None:
    assert [task.reply for task in recipe.tasks] == ["turns", "answer", "turns"]


def test_texts_are_sent_as_the_file_folds_them(conversation: Task) -> None:
    chat = chat_for(conversation, GOAT)
    assert chat[0].text == (
        "You see a single picture, described by several people.\nWrite a dialogue about it.\n"
    )
    assert chat[1].text == (
        "A goat stands on a wall. A white goat and a blue door.\ngoat: [ 0.2, 0.3, 0.5, 0.9 ]\n"
    )
    assert chat[2].text.startswith("Question: What colour is the goat? === Answer: It is white.")
    assert chat[2].text.endswith("On a wall.\n")


def test_a_query_is_put_into_text_as_multimodal_instruct_does(recipe: Recipe) -> None:
    queries = [chat_for(task, GOAT)[-1].text for task in recipe.tasks]
    box = "goat: [0.2, 0.3, 0.5, 1.0]"
    assert queries == [
        f"A goat.\n\nOn a wall.\n\n{box}",
        f"A goat.\n\nOn a wall.\n\n{box} [1.0, None, None, None, None, None]",
        "A goat.\n\nOn a wall.",
    ]


def test_a_comment_is_no_example(conversation: Task) -> None:
    assert len(conversation.examples) == 1


def test_its_examples_can_be_read_as_replies(conversation: Task) -> None:
    reply = chat_for(conversation, GOAT)[2].text
    assert read_reply(conversation, reply, seed=0, sample_id="1") == [
        Exchange("What colour is the goat?", "It is white."),
        Exchange("What does it stand on?", "On a wall."),
    ]


def test_a_stop_word_goes_only_where_a_turn_begins_with_it(conversation: Task) -> None:
    reply = "Question: What is written?\n===\nAnswer: It says Answer: no Question: yes"
    [exchange] = read_reply(conversation, reply, seed=0, sample_id="1")
    assert exchange == Exchange("What is written?", "It says Answer: no Question: yes")


def test_words_that_are_no_stop_words_stay(recipe: Recipe) -> None:
    [exchange] = read_reply(recipe.tasks[2], "Question: a\n===\nAnswer: b", seed=0, sample_id="1")
    assert exchange == Exchange("a", "Answer: b")


def test_an_odd_number_of_turns_is_refused(conversation: Task) -> None:
    with pytest.raises(RowError, match="odd number"):
        read_reply(conversation, "a\n===\nb\n===\nc", seed=0, sample_id="1")


def test_variations_are_drawn_from_with_the_instructions(detail: Task) -> None:
    drawn = {draw_instruction(detail, seed=0, sample_id=str(n)) for n in range(100)}
    assert drawn == {
        "What is this?",
        "Describe it.",
        "Describe the picture at length",
        "Say all that can be seen",
    }


def test_single_answers_keep_words_that_look_like_labels(detail: Task) -> None:
    [exchange] = read_reply(detail, " Answer: a goat \n", seed=0, sample_id="1")
    assert exchange.answer == "Answer: a goat"


FAULTS = {
    "unknown key": ("  stopwords: [", "  stopword: [", 11, "unknown key 'stopword'", "stopwords"),
    "unknown input": ("    - boxes\n", "    - boxen\n", 14, "'boxen'", "boxes_openimages"),
    "unknown key of an example": ("    - input: |", "    - in: |", 50, "key 'in'", "input, output"),
    "a task that is none": (
        "complex_reasoning:\n",
        "extra: 3\nreason:\n",
        56,
        "extra: 3",
        "mapping",
    ),
    "a number for a text": ("    - What is this?", "    - 7", 44, "7 does not fit", "quotes"),
    "no prompt": ("  system_prompt: Ask a hard question.\n", "", 56, "system_prompt", "add it"),
    "no way to ask": ('  split_user_assistant: "==="\n', "", 56, "needs instructions", "split"),
}


@pytest.mark.parametrize(("old", "new", "line", "problem", "hint"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_reported_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, problem: str, hint: str
) -> None:
    path = tmp_path / "faulty.yaml"
    text = LEGACY.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RecipeError) as refused:
        load_recipe(path)
    assert f"{path}, line {line}:" in refused.value.problem
    assert problem in refused.value.problem
    assert hint in refused.value.hint


def test_a_prompt_file_for_open_images_is_read_like_the_others() -> None:
    tasks = load_recipe(LEGACY.with_name("legacy_openimages.yaml")).tasks
    assert [task.kind for task in tasks] == ["conversation", "detail_description"]
    assert {task.inputs for task in tasks} == {("captions", "boxes_openimages")}
    row = {
        "captions": [],
        "narratives": [{"text": "In this image there is a goat.", "words": []}],
        "objects": [
            {
                "category": "Mountain Goat",
                "bbox": [0.2, 0.3, 0.5, 1.0],
                "confidence": 1.0,
                "is_occluded": True,
                "is_truncated": None,
            }
        ],
    }
    chat = chat_for(tasks[0], row)
    assert chat[1].text.splitlines()[2].startswith("goat: [0.326, 0.612, 0.426, 0.72] [1.0, True")
    assert chat[-1].text == (
        "In this image there is a goat.\n\n"
        "mountain goat: [0.2, 0.3, 0.5, 1.0] [1.0, True, None, None, None, None]"
    )
    [exchange] = read_reply(tasks[0], chat[2].text, seed=0, sample_id="1")
    assert exchange.answer == "A goat. \n\n1. It is white.\n- Or nearly so."
