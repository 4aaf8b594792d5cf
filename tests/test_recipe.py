"""Recipes of the library, and what is read from a file."""

from __future__ import annotations

import hashlib
from pathlib import Path

from mmgen_datasets.chat import Sampling
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.prompts.recipe import TEMPLATES, Recipe, load_recipe
from mmgen_datasets.prompts.task import Task
from tests.contracts.recipe import RecipeContract, TaskRecipeContract

SMALL = Path(__file__).parent / "fixtures" / "recipes" / "small.yaml"


class TestGrounded(RecipeContract):
    name = "grounded"

    def test_it_asks_no_model(self) -> None:
        recipe = load_recipe("grounded")
        assert recipe.tasks == ()
        assert recipe.grounded is not None
        assert recipe.grounded.families is None


class TestGiven(RecipeContract):
    name = "given"

    def test_it_asks_no_model(self) -> None:
        recipe = load_recipe("given")
        assert recipe.tasks == ()
        assert recipe.given is not None
        assert recipe.given.kind == "conversation"


class TestLlava(TaskRecipeContract):
    name = "llava"
    min_examples = 2
    max_tokens = 1500

    def test_an_example_of_a_conversation_has_four_exchanges_or_more(self) -> None:
        task = load_recipe("llava").tasks[0]
        replies = [example.model_dump()["exchanges"] for example in task.examples]
        assert min(map(len, replies)) >= 4


class TestLlavaSmall(TaskRecipeContract):
    name = "llava-small"
    max_tokens = 450


class TestLlavaVision(TaskRecipeContract):
    name = "llava-vision"
    max_tokens = 1000

    def test_every_task_shows_the_picture(self) -> None:
        assert all("image" in task.inputs for task in load_recipe("llava-vision").tasks)


class TestOpenImages(TaskRecipeContract):
    name = "open-images"
    max_tokens = 1500

    def test_every_task_reads_what_open_images_has(self) -> None:
        inputs = {task.inputs for task in load_recipe("open-images").tasks}
        assert inputs == {("captions", "boxes_openimages", "relations", "labels")}


class TestMotion(TaskRecipeContract):
    name = "motion"
    max_tokens = 1000

    def test_every_object_of_an_example_has_a_place_of_its_own(self, recipe: Recipe) -> None:
        """There are none: the examples are motions, with their facts."""
        for task in recipe.tasks:
            for example in task.examples:
                assert example.model_dump()["facts"]
                assert not example.model_dump()["objects"]


def test_every_row_has_a_contract() -> None:
    pictures = {TestLlava, TestLlavaSmall, TestLlavaVision, TestOpenImages}
    contracts = {TestGiven, TestGrounded, TestMotion, *pictures}
    assert {contract.name for contract in contracts} == set(RECIPES)


def test_every_template_has_a_row() -> None:
    files = {path.name for path in TEMPLATES.iterdir()}
    assert files == {template.file for template in RECIPES.values()}


def test_a_file_is_read_as_written() -> None:
    recipe = load_recipe(SMALL)
    [task] = recipe.tasks
    assert recipe.name == "small"
    assert recipe.sha256 == hashlib.sha256(SMALL.read_bytes()).hexdigest()
    assert task.inputs == ("captions", "boxes")
    assert task.sampling == Sampling(max_tokens=300, temperature=0.5)


def test_a_schema_of_the_reply_is_kept_as_json_in_its_own_order(tmp_path: Path) -> None:
    text = SMALL.read_text(encoding="utf-8")
    path = tmp_path / "schema.yaml"
    schema = "{type: object, properties: {b: {type: string}, a: {type: string}}}"
    path.write_text(
        text.replace("max_tokens: 300", f"max_tokens: 300\n      json_schema: {schema}")
    )
    [task] = load_recipe(path).tasks
    assert task.sampling.json_schema == (
        '{"type": "object", "properties": {"b": {"type": "string"}, "a": {"type": "string"}}}'
    )


def test_a_path_may_be_a_string() -> None:
    assert load_recipe(str(SMALL)) == load_recipe(SMALL)


def test_a_kind_follows_from_the_name() -> None:
    task = Task(name="detail", inputs=("captions",), system="Write.", reply="turns")
    assert task.kind == "detail"
