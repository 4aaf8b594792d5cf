"""What holds for every recipe that comes with the library."""

from __future__ import annotations

import re
from typing import ClassVar

import pytest

from mmgen_datasets.chat import Exchange
from mmgen_datasets.prompts.context import chat_for, reply_of
from mmgen_datasets.prompts.parse import read_reply
from mmgen_datasets.prompts.recipe import TEMPLATES, Recipe, load_recipe
from mmgen_datasets.prompts.task import Example, Task

GIVEAWAYS = re.compile(
    r"caption|bounding box|\bbox(es)?\b|coordinate|annotation|sentence|\bnotes?\b|\b[01]?\.\d",
    re.IGNORECASE,
)
"""Words that betray that an answer was written from annotations."""

EMPTY: dict[str, list[str]] = {"captions": [], "objects": []}


class RecipeContract:
    """Inherited by a class for each row of `mmgen_datasets.prompts.RECIPES`."""

    name: ClassVar[str]

    @pytest.fixture
    def recipe(self) -> Recipe:
        return load_recipe(self.name)

    def test_it_is_named_after_its_row(self, recipe: Recipe) -> None:
        assert recipe.name == self.name

    def test_its_digest_is_that_of_its_file(self, recipe: Recipe) -> None:
        assert re.fullmatch("[0-9a-f]{64}", recipe.sha256)

    def test_it_can_be_hashed(self, recipe: Recipe) -> None:
        assert hash(recipe) == hash(load_recipe(self.name))


class TaskRecipeContract(RecipeContract):
    """Inherited by the recipes that ask a model."""

    min_examples: ClassVar[int] = 1
    max_tokens: ClassVar[int]
    """The longest prompt before the query, in tokens of four characters."""

    def test_it_has_the_three_kinds_of_llava(self, recipe: Recipe) -> None:
        kinds = [task.kind for task in recipe.tasks]
        assert kinds == ["conversation", "detail", "complex_reasoning"]

    def test_every_task_has_examples(self, recipe: Recipe) -> None:
        assert all(len(task.examples) >= self.min_examples for task in recipe.tasks)

    def test_a_description_can_be_asked_for_in_ten_ways(self, recipe: Recipe) -> None:
        [detail] = (task for task in recipe.tasks if task.kind == "detail")
        assert len(set(detail.instructions)) >= 10

    def test_its_examples_are_read_back_by_their_own_parser(self, recipe: Recipe) -> None:
        for task, example in _examples(recipe):
            read = read_reply(task, reply_of(task, example), seed=0, sample_id="1")
            assert [exchange[:2] for exchange in read] == _expected(task, example)

    def test_no_example_betrays_where_it_comes_from(self, recipe: Recipe) -> None:
        for task, example in _examples(recipe):
            assert not GIVEAWAYS.search(reply_of(task, example))

    def test_every_object_of_an_example_has_a_place_of_its_own(self, recipe: Recipe) -> None:
        for _, example in _examples(recipe):
            boxes = [thing.bbox for thing in example.objects]
            assert len(set(boxes)) == len(boxes) > 0

    def test_the_size_of_its_prompts_is_as_its_file_says(self, recipe: Recipe) -> None:
        stated = dict(re.findall(r"(\w+) (\d+)[,\n]", _comment(self.name)))
        for task in recipe.tasks:
            assert _num_tokens(task) == pytest.approx(int(stated[task.name]), rel=0.05)
            assert _num_tokens(task) <= self.max_tokens

    def test_its_lines_are_kept_apart(self, recipe: Recipe) -> None:
        for task, example in _examples(recipe):
            query = chat_for(task, EMPTY)[1].text
            assert query.count("\n") >= len(example.captions)


def _examples(recipe: Recipe) -> list[tuple[Task, Example]]:
    pairs = [(task, example) for task in recipe.tasks for example in task.examples]
    return [(task, example) for task, example in pairs if isinstance(example, Example)]


def _expected(task: Task, example: Example) -> list[tuple[str, str]]:
    if example.answer is not None:
        [exchange] = read_reply(task, "?", seed=0, sample_id="1")
        return [Exchange(exchange.question, example.answer)[:2]]
    return [(exchange.question, exchange.answer) for exchange in example.exchanges]


def _comment(name: str) -> str:
    text = (TEMPLATES / f"{name}.yaml").read_text(encoding="utf-8")
    return text.partition("\ntasks:")[0] + "\n"


def _num_tokens(task: Task) -> float:
    return sum(len(turn.text) for turn in chat_for(task, EMPTY)[:-1]) / 4
