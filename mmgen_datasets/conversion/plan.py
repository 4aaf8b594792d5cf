"""What is to be done, cut into units that are done whole or again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq
from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem
from httpx2 import HTTPError

from mmgen_datasets.conversion.columns import Columns, find_columns
from mmgen_datasets.conversion.source import Part
from mmgen_datasets.errors import SourceError

_UNIT_BYTES = 64 << 20
"""Before compression: what a kill costs at most, in each process."""
_READ_BYTES = 1 << 20
_FOOTERS_AT_ONCE = 16
_FORMAT = 1
"""Raised when the same plan would be written otherwise."""


@dataclass(frozen=True)
class Unit:
    """Some row groups of a file, one after another."""

    number: int
    file: str
    groups: tuple[int, int]
    """The first, and the one behind the last."""
    first_row: int
    """Its number in the part."""
    rows: int
    columns: Columns


@dataclass(frozen=True)
class PartPlan:
    """The units of a part, in the order of its rows."""

    units: tuple[Unit, ...]
    data: str
    """The folder or address that its files are below."""
    digest: str
    """Of everything that decides what is written."""


def make_plan(
    part: Part, data: str, named: Mapping[str, Sequence[str]], **settings: Any
) -> PartPlan:
    """Read the footers of a part's files and cut them into units.

    Args:
        part: what is to be converted.
        data: the folder or address that its files are below.
        named: as for `find_columns`.
        settings: what else decides what is written; it goes into the digest.

    Raises:
        SourceError: a file is no parquet, or not whole.
        UsageError: a file lacks a column.
    """
    with ThreadPoolExecutor(_FOOTERS_AT_ONCE) as pool:
        footers = list(pool.map(_read_footer, part.files))
    units: list[Unit] = []
    row = 0
    for file, (footer, _) in zip(part.files, footers, strict=True):
        columns = find_columns(footer.schema.to_arrow_schema(), named, file)
        for groups in _cut(footer):
            rows = sum(footer.row_group(group).num_rows for group in range(*groups))
            units.append(Unit(len(units), file, groups, row, rows, columns))
            row += rows
    states = [state for _, state in footers]
    digest = hashlib.sha256(
        msgspec.json.encode([_FORMAT, states, [asdict(unit) for unit in units], settings])
    )
    return PartPlan(tuple(units), data, digest.hexdigest())


@contextmanager
def opened(path: str) -> Iterator[pq.ParquetFile]:
    """Open a parquet file of the disk or of a server, so that little of it is in memory.

    Raises:
        SourceError: it is none, is not whole, or cannot be read.
    """
    system, name = url_to_fs(path)
    try:
        if isinstance(system, LocalFileSystem):  # a piece of a column at a time
            with pq.ParquetFile(name, buffer_size=_READ_BYTES) as file:
                yield file
        else:  # a row group in few requests
            with system.open(name, "rb") as remote, pq.ParquetFile(remote, pre_buffer=True) as file:
                yield file
    except pa.ArrowException as error:
        raise SourceError(
            f"{path} is not a whole parquet file: {error}", "put the whole file in its place"
        ) from error
    except (OSError, HTTPError) as error:  # Arrow raises the former at damage, too
        raise SourceError(
            f"{path} cannot be read: {error or type(error).__name__}",
            "see that it is whole and can be reached, then give the same command again",
        ) from error


def _read_footer(path: str) -> tuple[pq.FileMetaData, list[Any]]:
    """The footer of a file, and what tells whether the file is still the same."""
    with opened(path) as file:
        system, name = url_to_fs(path)
        status = system.info(name)
        return file.metadata, [path, status["size"], status.get("mtime")]


def _cut(footer: pq.FileMetaData) -> Iterator[tuple[int, int]]:
    """Row groups, so many together as make a unit."""
    first = size = 0
    for group in range(footer.num_row_groups):
        size += footer.row_group(group).total_byte_size
        if size >= _UNIT_BYTES:
            yield first, group + 1
            first, size = group + 1, 0
    if first < footer.num_row_groups:
        yield first, footer.num_row_groups
