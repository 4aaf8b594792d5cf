"""The recipe file: what is asked about every sample.

A recipe puts ``tasks`` to a model, has ``grounded`` questions computed from the annotations, or
takes the conversations that samples are ``given`` with::

    tasks:
      - name: detail
        inputs: [captions, boxes]
        reply: answer
        system: |
          Describe the picture ...
        instructions:
          - What can be seen here?
        examples:
          - captions: [A dog catches a ball.]
            objects:
              - {category: dog, bbox: [0.1, 0.3, 0.5, 0.9]}
            answer: A dog leaps ...
        sampling: {max_tokens: 800, temperature: 0.7}

Prompt files of multimodal-instruct are read as well, see `mmgen_datasets.prompts.legacy`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, Field, model_validator

from mmgen_datasets.errors import UsageError
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.prompts.document import FileModel, Place, find_template, read_document, refusal
from mmgen_datasets.prompts.legacy import is_legacy, read_legacy
from mmgen_datasets.prompts.task import Prose, Task
from mmgen_datasets.registry import is_own

TEMPLATES = Path(__file__).with_name("templates")


def _family(name: str) -> str:
    if name not in FAMILIES and not is_own(name):
        hint = f"use one of: {', '.join(FAMILIES)}; or 'module:attribute' for one of your own"
        raise refusal(f"no question family is called {name!r}", hint)
    return name


Family = Annotated[Prose, AfterValidator(_family)]


class Grounded(FileModel):
    """Questions whose answers follow from the annotations."""

    families: Annotated[tuple[Family, ...], Field(min_length=1)] | None = None
    """Names of `mmgen_datasets.families.FAMILIES`, or ``"module:attribute"``; all where None.

    Each sample draws their order.
    """
    max_exchanges: Annotated[int, Field(ge=1)] = 6
    """The longest conversation about a sample, in questions."""


class Given(FileModel):
    """Conversations that samples have already, as they stand."""

    kind: Prose = "conversation"
    """Of those that tell none."""


class RecipeFile(FileModel):
    """What a recipe file holds: ``tasks`` for a model, ``grounded``, or ``given``."""

    tasks: tuple[Task, ...] = ()
    grounded: Grounded | None = None
    given: Given | None = None

    @model_validator(mode="after")
    def _one_way(self) -> RecipeFile:
        ways = {"tasks": self.tasks, "grounded": self.grounded, "given": self.given}
        found = [f"`{name}`" for name, way in ways.items() if way]
        if len(found) != 1:
            what = f"both {' and '.join(found)}" if found else "no task"
            raise refusal(f"{what} in the recipe", "give one of `tasks`, `grounded` and `given`")
        return self

    @model_validator(mode="after")
    def _names_differ(self) -> RecipeFile:
        names: dict[str, int] = {}
        for index, task in enumerate(self.tasks):
            if names.setdefault(task.name, index) != index:
                at: Place = ("tasks", index, "name")
                raise refusal(f"two tasks are called {task.name!r}", "rename one of them", at)
        return self


class Recipe(RecipeFile):
    """What is asked about every sample, and the file that says so."""

    name: str
    """The library's name for it, or the name of its file without the ending."""
    sha256: str
    """Digest of the file's bytes, in hexadecimal."""


def load_recipe(name_or_path: str | Path) -> Recipe:
    """Read a recipe of the library or of a file.

    Args:
        name_or_path: a name in `mmgen_datasets.prompts.RECIPES`, or the path of a YAML file.

    Raises:
        UnknownNameError: neither a name of the table nor the path of a YAML file.
        RecipeError: the file is missing or does not say what a recipe must say.

    Example:
        >>> [task.kind for task in load_recipe("llava").tasks]
        ['conversation', 'detail', 'complex_reasoning']
    """
    path = find_template("recipe", name_or_path, RECIPES, TEMPLATES)
    document = read_document(path)
    if is_legacy(document.value):
        return Recipe(name=path.stem, sha256=document.sha256, tasks=read_legacy(document))
    content = document.validate(RecipeFile, document.value)
    return Recipe(name=path.stem, sha256=document.sha256, **dict(content))


def limit_pictures(recipe: Recipe, max_side: int | None) -> Recipe:
    """The same recipe with another limit on the pictures that it sends.

    Args:
        recipe: one that sends pictures.
        max_side: in place of each task's `max_image_side`; None leaves those as they are.

    Raises:
        UsageError: no size of a picture, or the recipe sends none.
    """
    if max_side is None:
        return recipe
    if max_side < 1:
        raise UsageError(f"max_image_side is {max_side}", "give a number of pixels from 1 on")
    limit = {"max_image_side": max_side}
    tasks = [t.model_copy(update=limit) if "image" in t.inputs else t for t in recipe.tasks]
    if not any(task.max_image_side for task in tasks):
        raise UsageError(
            f"max_image_side is {max_side}, and the recipe {recipe.name!r} sends no pictures",
            "leave it out, or use a recipe with `image` among its inputs, such as 'llava-vision'",
        )
    return recipe.model_copy(update={"tasks": tuple(tasks)})
