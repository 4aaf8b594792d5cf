"""The task file of MM-Gen: references of a task by keyword, and candidates for each keyword.

It is a data file (see `mmgen_datasets.conversion.data_file`) with subgroups::

    {"image_folder": "charts", "dataset_description": "Questions about charts ...",
     "subgroups": [{"keyword": "bar chart", "reference_sample_idx": [0, 2],
                    "candidate_image_paths": ["pool/a.png", "pool/b.png"]}],
     "samples": [{"image_1": "7.png", "conversations": [...]}, ...]}

Pictures of references are in `image_folder`; that folder and the candidates are relative to an
input folder which the file does not name. What is read is written again unchanged, keys that
nobody here knows with it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path, PurePosixPath
from typing import Any, TypeVar

import msgspec

from mmgen_datasets.conversion.data_file import picture_names, read_bytes
from mmgen_datasets.conversion.turns import GPT, HUMAN, read_turns
from mmgen_datasets.errors import RowError, SourceError, UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.json_errors import NO_JSON

T = TypeVar("T")


@dataclass(frozen=True)
class Subgroup:
    """The references of a keyword, and the pictures that new samples of it are made from."""

    keyword: str
    reference_sample_idx: tuple[int, ...]
    """Places in `Task.samples`."""
    candidate_image_paths: tuple[str, ...] | None = None
    """Relative to the input folder; None in a file that has not got any yet."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Other keys of the file."""

    @property
    def candidates(self) -> tuple[str, ...]:
        """The paths of its candidates; none where there are none yet."""
        return self.candidate_image_paths or ()


@dataclass(frozen=True)
class Reference:
    """A reference sample, as prompts show it."""

    images: tuple[str, ...]
    """Relative to the input folder."""
    question: str
    """The first turn of the user, placeholders of pictures and all."""
    answer: str
    """The turn after it."""


@dataclass(frozen=True)
class Task:
    """A task file, or a data file, which has no subgroups yet."""

    image_folder: str
    dataset_description: str
    """What the task is; prompts tell it to the model."""
    subgroups: tuple[Subgroup, ...]
    samples: tuple[dict[str, Any], ...]
    """The records of the references as the file has them."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """Other keys of the file."""

    def image_paths(self, index: int) -> tuple[str, ...]:
        """The pictures of a sample, relative to the input folder.

        Raises:
            RowError: a name of a picture is no text.
        """
        folder = PurePosixPath(self.image_folder)
        return tuple(str(folder / name) for name in picture_names(self.samples[index]))

    def reference(self, index: int) -> Reference:
        """A sample as prompts show it; turns after the first answer are left out.

        Raises:
            RowError: it has no question with an answer, or a name of a picture is no text.
        """
        turns, _ = read_turns(self.samples[index].get("conversations"))
        spoken = [turn["value"] for turn in turns if turn["from"] in (HUMAN, GPT)]
        if len(spoken) < 2:
            raise RowError(
                f"sample {index} has no question with an answer",
                "give each reference two turns, of human and gpt",
            )
        return Reference(self.image_paths(index), spoken[0], spoken[1])


def read_task(path: str | Path) -> Task:
    """Read a task file, or a data file: MM-Gen's object or LLaVA's list.

    Raises:
        SourceError: it is neither, or a subgroup refers to a sample that is not there.
    """
    path = Path(path)
    try:
        found = msgspec.json.decode(read_bytes(path))
    except NO_JSON as error:
        raise SourceError(f"{path}: no JSON: {error}", "give a task file of MM-Gen") from error
    if isinstance(found, list):
        found = {"samples": found}
    defaults = {"image_folder": "", "dataset_description": "", "subgroups": []}
    given = defaults | found if isinstance(found, dict) else found
    try:
        task = _read(given, Task)
        subgroups = tuple(_read(raw, Subgroup) for raw in given["subgroups"])
    except msgspec.ValidationError as error:
        raise SourceError(
            f"{path}: {error}", "give a task file of MM-Gen, or a list of LLaVA's records"
        ) from error
    task = Task(task.image_folder, task.dataset_description, subgroups, task.samples, task.extra)
    _check_references(task, path)
    return task


def write_task(task: Task, path: str | Path) -> None:
    """Write a task file, whole or not at all.

    Raises:
        UsageError: a keyword stands in it twice.
    """
    keywords = [group.keyword for group in task.subgroups]
    if repeated := {word for word in keywords if keywords.count(word) > 1}:
        raise UsageError(
            f"the keywords {', '.join(sorted(repeated))} stand in the task more than once",
            "give each keyword once",
        )
    groups = [_written(group) for group in task.subgroups]
    for group in groups:
        if group["candidate_image_paths"] is None:
            del group["candidate_image_paths"]
    content = {**_written(task), "subgroups": groups}
    with whole_file(Path(path)) as file:
        json.dump(content, file, ensure_ascii=False, indent=2)
        file.write("\n")


def _read(raw: Any, kind: type[T]) -> T:
    """A record of a kind, and the keys that it does not have, as `extra`."""
    if not isinstance(raw, dict):
        raise msgspec.ValidationError(f"Expected `object`, got `{type(raw).__name__}`")
    known = {each.name for each in fields(kind)} - {"extra"}  # type: ignore[arg-type]
    own = {key: value for key, value in raw.items() if key in known}
    others = {key: value for key, value in raw.items() if key not in known}
    return msgspec.convert({**own, "extra": others}, kind)


def _written(record: Any) -> dict[str, Any]:
    names = [each.name for each in fields(record) if each.name != "extra"]
    return {**{name: getattr(record, name) for name in names}, **record.extra}


def _check_references(task: Task, path: Path) -> None:
    for group in task.subgroups:
        for index in group.reference_sample_idx:
            if not 0 <= index < len(task.samples):
                raise SourceError(
                    f"{path}: the keyword {group.keyword!r} refers to sample {index}, and there"
                    f" are {len(task.samples):,}, counted from 0",
                    "correct 'reference_sample_idx' of that subgroup",
                )
