"""Keep a part of a data file of MM-Gen, or of LLaVA's list."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from datasets import Dataset, Features, Image, List, Value

from mmgen_datasets.conversion.data_file import picture_names, place_pictures, read_bytes
from mmgen_datasets.conversion.turns import ROLES, read_turns
from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.files import whole_file
from mmgen_datasets.schema import MESSAGE
from mmgen_datasets.targeting.clip import Clip, Vectors, embed_texts
from mmgen_datasets.targeting.embeddings import embed, vectors_of
from mmgen_datasets.targeting.task import Task, read_task

_ROW = Features(
    {
        "id": Value("string"),
        "record": Value("int64"),  # place in the file
        "messages": List(MESSAGE),
        "images": List(Image()),
    }
)
_TEXTS_AT_ONCE = 256


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
        UsageError: it is a task file; its references are given, and not to be filtered.
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


class RowVectors(NamedTuple):
    """Vectors of rows, and the rows without one."""

    places: list[int]
    vectors: Vectors
    """Of each place, ``(N, D)``."""
    bad: dict[str, str]
    """Path of a picture to what is wrong with it."""


def vectors_of_rows(
    rows: Dataset, clip: Clip, index: Path, on_progress: Callable[[int], None] | None = None
) -> RowVectors:
    """A vector for each conversation: what its pictures show, and what is said, in equal parts.

    Args:
        rows: with ``messages`` and ``images``, of `read_records`.
        clip: the model; it cuts long texts.
        index: folder of the vectors of pictures.
        on_progress: called with the number of pictures that were looked at, now and then.
    """
    plain = list(rows.cast_column("images", List(Image(decode=False))))
    paths = [[picture["path"] for picture in row["images"]] for row in plain]
    distinct = dict.fromkeys(path for several in paths for path in several)
    found = embed([Path(path) for path in distinct], clip, index, on_progress)
    of_path = dict(zip(found.rows["path"], vectors_of(found.rows), strict=True))
    places = [n for n, several in enumerate(paths) if all(path in of_path for path in several)]
    said = _said([plain[place] for place in places], clip)
    for text, place in zip(said, places, strict=True):
        if seen := [of_path[path] for path in paths[place]]:
            mean = np.mean(seen, axis=0)
            text += mean / np.linalg.norm(mean)
    lengths = np.linalg.norm(said, axis=1, keepdims=True)
    return RowVectors(places, said / np.maximum(lengths, 1e-12), found.bad)


def _said(rows: Sequence[Mapping[str, Any]], clip: Clip) -> Vectors:
    texts = [
        " ".join(turn["content"].replace("<image>", "").strip() for turn in row["messages"])
        for row in rows
    ]
    batches = range(0, len(texts), _TEXTS_AT_ONCE)
    found = [embed_texts(clip, texts[start : start + _TEXTS_AT_ONCE]) for start in batches]
    return np.concatenate(found) if found else np.zeros((0, 1), np.float32)


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
