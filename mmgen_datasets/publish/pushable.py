"""What is to be published: the rows of a run or of a table, and what is known of their making."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.result import split_word
from mmgen_datasets.generation.run import load_run, read_run
from mmgen_datasets.licence import Use
from mmgen_datasets.publish.licence import keep, refuse_empty
from mmgen_datasets.publish.making import Making, making_of

_NEEDED = ("id", "sample_id", "source", "messages", "error")


@dataclass(frozen=True)
class Pushable:
    """Conversations without errors, and where they come from."""

    rows: Dataset
    split: str
    own_split: str
    """What the rows themselves call it."""
    folder: Path | None
    """Of the run; None for a table."""
    making: Making | None
    not_allowed: Counter[str]
    """Licence to number of conversations that it kept out."""


def pushable(
    run_or_dataset: str | Path | Dataset, *, split: str | None = None, licence: Use = "any"
) -> Pushable:
    """Take the folder of a run, or a table of conversations.

    Args:
        run_or_dataset: a folder, or rows of `mmgen_datasets.schema.CONVERSATION`.
        split: what it is to be called; by default as the run or the table says.
        licence: keep only what its licence allows for this.

    Raises:
        RunError: the folder is not that of a finished run.
        UsageError: it holds no conversations, or none that is allowed.
    """
    if isinstance(run_or_dataset, str | Path):
        folder = Path(run_or_dataset)
        shards = [manifest for _, manifest in read_run(folder)]
        rows, named = load_run(folder), split_word(shards[0].plan.split)
        making = making_of(folder.resolve().name, shards)
    else:
        folder, making, rows = None, None, run_or_dataset
        _refuse_others(rows)
        named = split_word(str(rows.split or "train"))
    called = split or named
    if not re.fullmatch(r"\w+(\.\w+)*", called):
        raise UsageError(f"{called!r} cannot be the name of a split", "use letters and digits")
    kept = keep(_without_errors(rows), licence)
    refuse_empty(kept, licence)
    if not len(kept.rows):
        raise UsageError("there is no conversation to push", "see why with: mmgen status RUN")
    return Pushable(kept.rows, called, named, folder, making, kept.left_out)


def _refuse_others(rows: object) -> None:
    if not isinstance(rows, Dataset):
        raise UsageError(
            f"what is to be pushed is a {type(rows).__name__}, not a Dataset",
            "give the folder of a run, or one split at a time: push_to_hub(splits['train'], ...)",
        )
    if missing := [name for name in _NEEDED if name not in rows.column_names]:
        raise UsageError(
            f"what is to be pushed has no column {missing[0]!r}",
            "give a table of conversations, as generate() and load_run() return it",
        )


def _without_errors(rows: Dataset) -> Dataset:
    errors = rows.select_columns(["error"]).with_format("arrow")[:]["error"]
    if errors.null_count == len(rows):
        return rows
    return rows.select(pc.indices_nonzero(pc.is_null(errors)).to_pylist())
