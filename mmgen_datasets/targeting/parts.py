"""Rows that long work makes, kept a part at a time: what is there is not made again.

A part is an Arrow stream that `datasets` maps into memory, and is whole or not there. A kill costs
the rows that were not in a part yet.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset, Features, concatenate_datasets

from mmgen_datasets.errors import RunError
from mmgen_datasets.files import whole_file, write_bytes_whole

_SECONDS = 30.0
"""A part is written at least so often."""

Row = Mapping[str, Any]
Progress = Callable[[int], None]


def keep_parts(folder: Path, about: Mapping[str, Any]) -> None:
    """Make a folder for parts, or see that it holds parts of the same kind.

    Args:
        folder: where to.
        about: what the rows depend on besides their keys, such as the model.

    Raises:
        RunError: the rows there depend on something else.
    """
    path = folder / "about.json"
    if path.exists():
        there = json.loads(path.read_text("utf-8"))
        for name, value in about.items():
            if there.get(name) != value:
                raise RunError(
                    f"{folder}: holds rows with {name} {there.get(name)!r}, not {value!r}",
                    "choose another folder",
                )
        return
    with whole_file(path) as file:
        json.dump(about, file, indent=2)


def fill_parts(
    folder: Path,
    features: Features,
    rows: Iterable[Sequence[Row]],
    on_progress: Progress | None = None,
    *,
    rows_per_part: int = 1024,
) -> None:
    """Write rows as they come, given in batches.

    Args:
        folder: of `keep_parts`.
        features: the columns; one is ``key``.
        rows: batches of rows.
        on_progress: called with the number of rows that each part adds.
        rows_per_part: when a part is written; it is after `_SECONDS` too.
    """
    waiting: list[Row] = []
    since = time.monotonic()
    for batch in rows:
        waiting += batch
        if len(waiting) >= rows_per_part or time.monotonic() - since >= _SECONDS:
            _write(folder, features, waiting, on_progress)
            waiting, since = [], time.monotonic()
    if waiting:
        _write(folder, features, waiting, on_progress)


def read_parts(folder: Path, keys: Sequence[str]) -> Dataset:
    """The rows of keys, in their order.

    Raises:
        KeyError: there is none of a key.
    """
    parts = [Dataset.from_file(str(path)) for path in _parts(folder)]
    whole = concatenate_datasets(parts)
    place = {key: index for index, key in enumerate(whole.with_format(None)["key"])}
    return whole.select([place[key] for key in keys])


def kept_keys(folder: Path) -> set[str]:
    """The keys that there are rows of."""
    found: set[str] = set()
    for path in _parts(folder):
        found.update(Dataset.from_file(str(path))["key"])
    return found


def batches_of(rows: Iterable[Any], size: int) -> Iterable[list[Any]]:
    """Rows in lists of a size; the last may be shorter.

    Example:
        >>> list(batches_of("abcde", 2))
        [['a', 'b'], ['c', 'd'], ['e']]
    """
    left = iter(rows)
    return iter(lambda: list(islice(left, size)), [])


def _parts(folder: Path) -> list[Path]:
    return sorted(folder.glob("part-*.arrow"))


def _write(
    folder: Path, features: Features, rows: Sequence[Row], on_progress: Progress | None
) -> None:
    table = pa.Table.from_pylist(list(rows), features.arrow_schema)
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    # Named after its keys: two processes never write different parts under one name.
    name = hashlib.sha256(json.dumps([row["key"] for row in rows]).encode()).hexdigest()[:16]
    write_bytes_whole(folder / f"part-{name}.arrow", sink.getvalue().to_pybytes())
    if on_progress:
        on_progress(len(rows))
