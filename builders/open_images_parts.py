"""One kind of annotation of a split, read in the order of its images, in whole or in part."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from . import open_images_narratives as narratives
from .open_images_csv import TABLES, read_table, unreadable
from .open_images_files import File
from .open_images_ids import Keys
from .open_images_merge import Block, blocks
from .open_images_names import Names
from .open_images_order import is_sorted, line_at, place_in, read_sorted, sort

Span: TypeAlias = tuple[str, str]
"""Image ids: the first, and what comes behind the last."""

_LOG = logging.getLogger(__name__)
_DIGITS = "0123456789abcdef"
SPANS: list[Span] = [
    (first + "0" * 15, after + "0" * 15)
    for first, after in zip(_DIGITS, [*_DIGITS[1:], "g"], strict=True)
]
"""All ids in sixteen parts of about the same size, in order."""


@dataclass(frozen=True)
class Part:
    """The files of a kind, and where their rows are in order."""

    kind: str
    files: tuple[File, ...]
    sorted_copy: str | None
    """Null where the lines of the one file are in order."""

    @property
    def place(self) -> str:
        """The files' names, for messages."""
        return ", ".join(file.path for file in self.files)


def in_order(kind: str, files: tuple[File, ...], cache: Path) -> Part:
    """Find out whether files are in the order of their images, and sort them if not.

    Args:
        kind: what the files hold.
        files: one, or the parts of narratives.
        cache: the folder where sorted copies are kept.

    Raises:
        SourceError: a file cannot be read, or holds what it must not.
    """
    try:
        base = place_in(cache, [file.path for file in files], kind)
        copy, mark = base.with_suffix(".arrow"), base.with_suffix(".sorted")
        if not copy.exists() and not mark.exists():
            if kind != "narratives" and is_sorted(files[0].path):
                mark.touch()
            else:
                _LOG.info("open_images_v7: sorting %s, once, into %s", files[0].path, copy)
                _sort(Part(kind, files, None), copy)
    except OSError as error:
        found = next((file for file in files if file.path == error.filename), files[0])
        raise unreadable(found, error) from error
    return Part(kind, files, str(copy) if copy.exists() else None)


def open_part(
    part: Part, span: Span, *, split: str, names: Names, wanted: Keys | None
) -> Iterator[Block]:
    """Read the rows of some images.

    Args:
        part: the files.
        span: which images.
        split: of which split they are.
        names: what classes are called.
        wanted: of these images, those to read; all if null.

    Raises:
        SourceError: as for `in_order`.
    """
    column = _column(part.kind)
    batches = _batches(part, span)
    if part.kind == "metadata":
        batches = (_of_split(batch, split) for batch in batches)
    found = blocks(map(names.put_into, batches), part.place, column)
    if wanted is None:
        return found
    return (block for every in found if len((block := every.take(wanted)).keys))


def joined(spans: list[Span]) -> Iterator[Span]:
    """Neighbouring spans as one."""
    first, after = spans[0]
    for span in spans[1:]:
        if span[0] == after:
            after = span[1]
        else:
            yield first, after
            first, after = span
    yield first, after


def _sort(part: Part, copy: Path) -> None:
    if part.kind == "narratives":
        batches, schema = narratives.read_narratives(part.files), narratives.SCHEMA
    else:
        table = TABLES[part.kind]
        schema = table.schema
        batches = (_spelt_out(batch) for batch in read_table(part.files[0], table))
    sort(batches, schema, copy, place=part.place, column=_column(part.kind))


def _batches(part: Part, span: Span) -> Iterator[pa.RecordBatch]:
    first, after = (id.encode() for id in span)
    if part.sorted_copy is not None:
        return read_sorted(part.sorted_copy, _column(part.kind), (first, after))
    path = part.files[0].path
    return read_table(
        part.files[0],
        TABLES[part.kind],
        start=line_at(path, first) if span[0] != SPANS[0][0] else None,
        stop=line_at(path, after) if span[1] != SPANS[-1][1] else None,
    )


def _column(kind: str) -> str:
    return narratives.IMAGE if kind == "narratives" else TABLES[kind].image


def _of_split(batch: pa.RecordBatch, split: str) -> pa.RecordBatch:
    """The rows of a split, where a file has several."""
    return batch.filter(pc.fill_null(pc.equal(batch.column("Subset"), split), True))


def _spelt_out(batch: pa.RecordBatch) -> pa.RecordBatch:
    """The same rows without dictionaries, of which a file of columns takes but one."""
    columns = [
        column.dictionary_decode() if pa.types.is_dictionary(column.type) else column
        for column in batch.columns
    ]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)
