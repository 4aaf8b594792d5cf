"""The columns of conversations that a selection looks at, batch by batch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.quality.selection.categories import Categories
from mmgen_datasets.quality.selection.fields import CATEGORIES, Field, Rows

_ROWS_A_BATCH = 10_000


@dataclass(frozen=True)
class Reading:
    """Conversations, and the categories of what they are about."""

    conversations: Dataset
    categories: Categories | None = None

    def batches(self, fields: Iterable[Field], *also: str) -> Iterator[tuple[int, pa.Table]]:
        """The columns that fields are read from, and others; no medium is read.

        Yields:
            The number of the first row, and a batch.

        Raises:
            UsageError: a column is not there.
        """
        asked = dict.fromkeys([*also, *(name for field in fields for name in field.columns)])
        wanted = [name for name in asked if name != CATEGORIES]
        if missing := [name for name in wanted if name not in self.conversations.column_names]:
            raise UsageError(
                f"what is to be chosen from has no column {missing[0]!r}",
                "give a table of conversations, as generate() and load_run() return it",
            )
        wanted += [
            name
            for name in dict.fromkeys(name for field in fields for name in field.if_there)
            if name in self.conversations.column_names
        ]
        start = 0
        columns = self.conversations.select_columns(wanted).with_format("arrow")
        for table in columns.iter(_ROWS_A_BATCH):
            if CATEGORIES in asked and self.categories is not None:
                table = self.categories.beside(table)
            yield start, table
            start += table.num_rows


class Members(NamedTuple):
    """Which rows belong to which groups."""

    rows: Rows
    groups: Rows
    """Of each membership; places among the names."""
    names: list[str]
    """Sorted."""


class Memberships:
    """Gathers the groups of rows from batches; a number each, not a string, stays in memory."""

    def __init__(self) -> None:
        self._rows: list[Rows] = []
        self._codes: list[Rows] = []
        self._places: dict[str, int] = {}

    def add(self, rows: Rows, values: pa.Array) -> None:
        """Add the groups of some rows."""
        encoded = values.dictionary_encode()
        names = encoded.dictionary.to_pylist()
        places = [self._places.setdefault(name, len(self._places)) for name in names]
        self._rows.append(rows.astype(np.int32))
        self._codes.append(np.array(places, np.int32)[np.asarray(encoded.indices)])

    def of(self, kept: npt.NDArray[np.bool_]) -> Members:
        """The groups of the rows that are kept, which are counted anew from 0.

        Args:
            kept: whether each row is.
        """
        rows = np.concatenate([np.zeros(0, np.int32), *self._rows])
        codes = np.concatenate([np.zeros(0, np.int32), *self._codes])
        wanted = kept[rows]
        names = sorted(self._places)
        ranks = np.zeros(max(len(names), 1), np.int64)
        ranks[[self._places[name] for name in names]] = np.arange(len(names))
        renumbered = np.cumsum(kept) - 1
        return Members(renumbered[rows[wanted]], ranks[codes[wanted]], names)
