"""Batches of ``Dataset.map`` as they are stored: columns read undecoded, and columns added."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from mmgen_datasets.errors import UsageError


def cells(
    batch: Mapping[str, Any], column: str, read: Callable[[pa.ChunkedArray], Sequence[Any]]
) -> Sequence[Any]:
    """The cells of a column of samples.

    Args:
        batch: what ``Dataset.map`` hands over, or columns by name.
        column: its name.
        read: makes cells of a stored column, so that `datasets` decodes none. Not used on columns
            by name.

    Raises:
        UsageError: there is no such column.
    """
    table = _table(batch)
    names = batch.keys() if table is None else table.column_names
    if column not in names:
        raise UsageError(
            f"the samples have no column {column!r}",
            f"set column to one of theirs: {', '.join(names)}",
        )
    found: Sequence[Any] = batch[column] if table is None else read(table[column])
    return found


def with_columns(
    batch: Mapping[str, Any], columns: Mapping[str, list[Any]], types: Sequence[pa.DataType]
) -> pa.Table | dict[str, list[Any]]:
    """What to give back to ``Dataset.map``: columns, in place of those that are called the same.

    Args:
        batch: what was handed over, or columns by name.
        columns: to be added, by name.
        types: of each of them.

    Returns:
        The whole table, so that nothing in it is decoded or written anew, and a column is of the
        right type even where all its first values are null. Of columns by name, the new ones.
    """
    table = _table(batch)
    if table is None:
        return dict(columns)
    table = table.drop_columns([name for name in columns if name in table.column_names])
    for (name, values), of in zip(columns.items(), types, strict=True):
        table = table.append_column(name, pa.array(values, of))
    return table


def _table(batch: Mapping[str, Any]) -> pa.Table | None:
    """A batch as Arrow has it, where it comes from ``Dataset.map``."""
    return getattr(batch, "pa_table", None)
