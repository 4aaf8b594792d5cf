"""Whether a recipe can ask about samples, told before it asks about any of them.

What it needs follows from its inputs: boxes are drawn in pictures, and only a motion has turns and
steps to tell of. A question family of `grounded` has its medium in the table of families.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache, partial
from typing import NamedTuple, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset
from pyarrow import types

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import UsageError
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.prompts.recipe import Grounded, Recipe, load_recipe
from mmgen_datasets.prompts.task import Task
from mmgen_datasets.quantity import quantity

_COLUMNS = {
    "captions": ("captions", "narratives"),
    "boxes": ("objects",),
    "boxes_openimages": ("objects",),
    "relations": ("relations",),
    "labels": ("labels",),
    "vocabulary": ("vocabulary",),
    "motion": ("motion", "facts"),
    "conversation": ("messages",),
    "image": ("image",),
}
"""What of a sample the inputs of tasks and `grounded` questions are read from."""
_GROUNDED: dict[MediaKind, tuple[str, ...]] = {
    "image": ("boxes", "labels", "relations", "vocabulary"),
    "motion": ("motion",),
}
"""What questions about a medium are computed from. Any of it shows of what medium a sample is."""
_SHOWN: dict[MediaKind, tuple[str, ...]] = {"image": ("image",), "motion": ("motion", "joints")}
"""Columns that samples of a medium have, be they filled or not."""
_MEDIA: dict[str, MediaKind] = {
    **dict.fromkeys(("boxes", "boxes_openimages", "relations", "labels", "image"), "image"),
    "motion": "motion",
}
"""The medium that an input of a task tells of; captions and conversations are of any."""
_PLURALS: dict[MediaKind, str] = {"image": "pictures", "motion": "motions"}
_ROWS_A_BATCH = 256

Has: TypeAlias = Callable[[str], bool]
"""Whether any sample has anything of a row of `_COLUMNS`."""


class _Need(NamedTuple):
    """What a part of a recipe cannot do without."""

    who: str
    media: tuple[MediaKind, ...]
    """One of them, where there are any."""
    why: str
    """Of the media."""
    inputs: tuple[str, ...]
    """One of them, and ``image`` where it is among them."""


def refuse_unsuited(samples: Dataset, recipe: Recipe) -> None:
    """See that samples have what a recipe asks about.

    Args:
        samples: rows of `mmgen_datasets.schema.SAMPLE`, all that there are of a source; where
            there are none, nothing is refused.
        recipe: what is to be asked.

    Raises:
        UsageError: they have not; it names the recipes of the library that fit.
    """
    if not len(samples):
        return
    has = cache(partial(_has, samples))
    fault = _fault(samples, recipe, has)
    if fault is not None:
        fitting = [name for name in RECIPES if not _fault(samples, load_recipe(name), has)]
        raise UsageError(fault, _hint(fitting, has))


def _fault(samples: Dataset, recipe: Recipe, has: Has) -> str | None:
    source = repr(samples.select_columns("source")[0]["source"])
    for need in _needs(recipe):
        if need.media and not any(_is_of(samples, medium, has) for medium in need.media):
            about = " or ".join(_PLURALS[medium] for medium in need.media)
            return f"{need.who} is about {about}{need.why}, and the samples of {source} have none"
        none = f"none of the {quantity(len(samples), 'sample')} of {source} has"
        if "image" in need.inputs and not has("image"):
            return f"{need.who} shows pictures, and {none} one on disk"
        if need.inputs and not any(map(has, need.inputs)):
            return f"{need.who} reads {', '.join(need.inputs)}, and {none} any"
    return None


def _needs(recipe: Recipe) -> Iterator[_Need]:
    who = f"the recipe {recipe.name!r}"
    if recipe.grounded is not None:
        media = _media_of(recipe.grounded)
        inputs = [name for medium in media for name in _GROUNDED[medium]]
        yield _Need(who, media, "", tuple(inputs))
    if recipe.given is not None:
        yield _Need(who, (), "", ("conversation",))
    for task in recipe.tasks:
        by = who if len({task.inputs for task in recipe.tasks}) == 1 else _task_of(task, who)
        for medium in _PLURALS:
            if asked := [name for name in task.inputs if _MEDIA.get(name) == medium]:
                yield _Need(by, (medium,), f" ({', '.join(asked)})", ())
        yield _Need(by, (), "", task.inputs)


def _task_of(task: Task, who: str) -> str:
    return f"the task {task.name!r} of {who}"


def _media_of(grounded: Grounded) -> tuple[MediaKind, ...]:
    """What its families are about; nothing where one is the user's own, which may ask of all."""
    families = grounded.families or tuple(FAMILIES)
    if not all(name in FAMILIES for name in families):
        return ()
    return tuple(dict.fromkeys(FAMILIES[name].about for name in families))


def _is_of(samples: Dataset, medium: MediaKind, has: Has) -> bool:
    shown = any(column in samples.features for column in _SHOWN[medium])
    return shown or any(map(has, _GROUNDED[medium]))


def _has(samples: Dataset, name: str) -> bool:
    columns = [column for column in _COLUMNS[name] if column in samples.features]
    stored = samples.select_columns(columns).with_format("arrow")
    return any(
        _is_filled(batch[column])
        for column in columns
        for batch in stored.select_columns(column).iter(_ROWS_A_BATCH)
    )


def _is_filled(values: pa.ChunkedArray) -> bool:
    """Whether anything but nulls, empty lists and records of nulls is there."""
    if types.is_struct(values.type):
        return any(map(_is_filled, values.flatten()))
    if types.is_list(values.type) or types.is_large_list(values.type):
        return bool(pc.any(pc.greater(pc.list_value_length(values), 0)).as_py())
    return bool(values.null_count < len(values))


def _hint(fitting: list[str], has: Has) -> str:
    if fitting:
        return f"use one that fits them: {', '.join(map(repr, fitting))}"
    found = [name for name in _COLUMNS if name != "vocabulary" and has(name)]
    if found:
        return (
            "write a recipe whose inputs are among what they have: "
            f"{', '.join(found)}; see docs/recipes.md"
        )
    return "choose other samples: these have nothing that a recipe reads"
