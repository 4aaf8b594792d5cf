"""Conversations of several tables as one: those that are known, then those that are checked."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
from datasets import Dataset, Image, concatenate_datasets

from mmgen_datasets.quality.check import Checked, put_checks

_SAMPLE = ("source", "split", "sample_id")
_ROWS_A_BATCH = 1000
NOT_JUDGED = "not judged: "


@dataclass(frozen=True)
class Together:
    """Rows of several tables, counted through."""

    rows: Dataset
    """Columns id, messages, source, split, sample_id, and image where a table has it, undecoded."""
    begins: tuple[int, ...]
    """The first row of each table; those of the last are checked."""
    names: tuple[str, ...]
    """Of the tables, as details tell them."""

    @property
    def own(self) -> range:
        """The rows that are checked."""
        return range(self.begins[-1], len(self.rows))

    def batches(self, *columns: str) -> Iterator[tuple[int, dict[str, list[Any]]]]:
        """The rows, many at a time, with the number of the first."""
        rows = self.rows.select_columns(list(columns))
        for start in range(0, len(rows), _ROWS_A_BATCH):
            yield start, rows[start : start + _ROWS_A_BATCH]

    def messages(self, rows: Iterable[int]) -> Iterator[tuple[int, list[Any]]]:
        """Some rows with their messages."""
        chosen = sorted(rows)
        some = self.rows.select_columns(["messages"]).select(chosen)
        for start in range(0, len(chosen), _ROWS_A_BATCH):
            of_rows = some[start : start + _ROWS_A_BATCH]["messages"]
            yield from zip(chosen[start : start + _ROWS_A_BATCH], of_rows, strict=True)

    @cached_property
    def samples(self) -> npt.NDArray[np.int64]:
        """For each row the first that is about the same sample."""
        first: dict[tuple[str, ...], int] = {}
        found = np.empty(len(self.rows), np.int64)
        for start, batch in self.batches(*_SAMPLE):
            for row, key in enumerate(zip(*batch.values(), strict=True), start):
                found[row] = first.setdefault(key, row)
        return found

    def tell(self, row: int) -> str:
        """Name a conversation."""
        return f"{self._names[row]['id']}{self._of_table(row)}"

    def tell_sample(self, row: int) -> str:
        """Name the sample of a conversation."""
        return f"sample {self._names[row]['sample_id']}{self._of_table(row)}"

    @cached_property
    def _names(self) -> Dataset:
        return self.rows.select_columns(["id", "sample_id"])  # which copies all features, so once

    def _of_table(self, row: int) -> str:
        name = self.names[bisect_right(self.begins, row) - 1]
        return f" of {name}" if name else ""


def together(conversations: Dataset, known: Mapping[str, Dataset] | None = None) -> Together:
    """Put tables one after the other; nothing is copied.

    Args:
        conversations: those that are checked.
        known: others, by name.
    """
    tables = [*(known or {}).values(), conversations]
    has_image = any("image" in table.column_names for table in tables)
    lengths = [0, *(len(table) for table in tables[:-1])]
    return Together(
        concatenate_datasets([_needed(table, has_image) for table in tables]),
        tuple(np.cumsum(lengths).tolist()),
        (*(known or {}), ""),
    )


def put_findings(
    conversations: Dataset, found: Mapping[str, Mapping[int, str]], *, desc: str
) -> Dataset:
    """Write what was found about a table as a whole into the column ``checks``.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        found: check to row to detail; rows that are not named passed, and those whose detail
            begins with `NOT_JUDGED` are neither.
        desc: what the progress bar says.
    """

    def find(_: object, rows: Sequence[int]) -> Iterable[list[Checked]]:
        return [
            [verdict(name, details.get(row)) for name, details in found.items()] for row in rows
        ]

    return put_checks(conversations, find, desc=desc)


def verdict(name: str, detail: str | None) -> Checked:
    """A row of `mmgen_datasets.schema.CHECK`; passed where there is nothing to tell."""
    judged = detail is None or not detail.startswith(NOT_JUDGED)
    return {"name": name, "passed": detail is None if judged else None, "detail": detail}


def _needed(table: Dataset, has_image: bool) -> Dataset:
    table = table.with_format(None)
    columns = ["id", "messages", *_SAMPLE]
    if has_image and "image" not in table.column_names:
        table = table.add_column("image", [None] * len(table), feature=Image(decode=False))
    elif has_image:
        table = table.cast_column("image", Image(decode=False))
    return table.select_columns([*columns, "image"] if has_image else columns)
