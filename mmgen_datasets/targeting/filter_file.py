"""Keep a part of a data file of MM-Gen, or of LLaVA's list."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Image, List, Value

from mmgen_datasets.conversion.data_file import picture_names, place_pictures, read_bytes
from mmgen_datasets.conversion.turns import ROLES, read_turns
from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.quantity import quantity
from mmgen_datasets.schema import MESSAGE
from mmgen_datasets.targeting.task import Task, read_task

_ROW = Features(
    {
        "id": Value("string"),
        "record": Value("int64"),  # place in the file
        "messages": List(MESSAGE),
        "images": List(Image()),
    }
)


@dataclass(frozen=True)
class Records:
    """The conversations of a file."""

    task: Task
    is_list: bool
    """Whether the file is LLaVA's list."""
    rows: Dataset
    """Those that can be read, with the columns ``id``, ``record``, ``messages`` and ``images``."""
    bad: dict[str, str] = field(default_factory=dict)
    """The others by the number of their record, and why."""


def read_records(path: Path, input_folder: Path) -> Records:
    """Read a file of conversations.

    Args:
        path: a data file of MM-Gen, or LLaVA's list.
        input_folder: what the paths of pictures are relative to.

    Raises:
        SourceError: it is neither.
        UsageError: it has no conversation, or is a task file; its references are given, and not
            to be filtered.
    """
    task = read_task(path)
    if task.subgroups:
        raise UsageError(
            f"{path} is a task file: it has subgroups", "give the data that were generated"
        )
    rows, bad = [], {}
    for number, sample in enumerate(task.samples):
        try:
            turns, _ = read_turns(sample.get("conversations"))
            names = place_pictures(turns, picture_names(sample))
        except RowError as error:
            bad[f"record {number}"] = error.problem
            continue
        paths = [str((input_folder / task.image_folder / name).absolute()) for name in names]
        messages = [{"role": ROLES[turn["from"]], "content": turn["value"]} for turn in turns]
        id = str(sample.get("id", number))
        rows.append({"id": id, "record": number, "messages": messages, "images": paths})
    if not rows:
        raise UsageError(
            f"{path} has no conversation among its {quantity(len(task.samples), 'record')}",
            "give the data that were generated",
        )
    is_list = read_bytes(path).lstrip()[:1] == b"["
    return Records(task, is_list, Dataset.from_list(rows, features=_ROW), bad)


def write_kept(
    records: Records, places: Sequence[int], path: Path, losses: Sequence[float | None] | None
) -> None:
    """Write the records that are kept, in the form of the file that they come from.

    Args:
        records: the whole file.
        places: rows that are kept.
        path: the file to write.
        losses: of all rows; each record kept gets its own as ``loss``. None: there are none.
    """
    numbers = records.rows["record"]
    samples = [
        records.task.samples[numbers[place]] | ({} if losses is None else {"loss": losses[place]})
        for place in places
    ]
    with whole_file(path) as file:
        json.dump(_content(records, samples), file, ensure_ascii=False, indent=1)
        file.write("\n")


def _content(records: Records, samples: list[dict[str, Any]]) -> Any:
    if records.is_list:
        return samples
    task = records.task
    content = {
        "image_folder": task.image_folder,
        "dataset_description": task.dataset_description,
        **task.extra,
        "samples": samples,
    }
    return content | ({"len_samples": len(samples)} if "len_samples" in content else {})
