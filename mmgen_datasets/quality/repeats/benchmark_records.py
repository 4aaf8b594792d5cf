"""The records of a benchmark's file, one after the other.

* JSON: a list of records; an object around one (VQA and SEED-Bench under ``questions``, TextVQA
  under ``data``); an object of records by their ids (GQA, MM-Vet); or a record on each line (POPE,
  the evaluation files of LLaVA);
* parquet, CSV and TSV, a few rows at a time: those of MMBench hold gigabytes of pictures.
"""

from __future__ import annotations

import codecs
from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeAlias

import msgspec
import pandas as pd
import pyarrow.parquet

from mmgen_datasets.conversion.data_file import read_bytes
from mmgen_datasets.errors import MMGenError, SourceError
from mmgen_datasets.json_errors import NO_JSON
from mmgen_datasets.quality.repeats.benchmark_cells import TURNS, questions_in

Record: TypeAlias = dict[str, Any]

_ROWS_AT_ONCE = 64  # of which each may hold several megabytes
_BLANKS = codecs.BOM_UTF8 + b" \t\r\n"
"""What may stand before JSON; Windows puts the first of them there."""


def read_records(path: Path) -> Iterator[tuple[str, Record]]:
    """The records of a file, whose ending is one of `KINDS`, each with its name.

    The name is its number, from 0, or its id.

    Raises:
        SourceError: it cannot be read.
    """
    try:
        yield from KINDS[path.suffix.lower()](path)
    except MMGenError:
        raise
    except (OSError, ValueError) as error:  # from which those of pandas and pyarrow derive
        raise SourceError(
            f"the benchmark {path} cannot be read: {error}",
            "see that it is whole, and that its ending tells what it is",
        ) from error


def _of_parquet(path: Path) -> Iterator[Record]:
    with pyarrow.parquet.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS_AT_ONCE):
            yield from batch.to_pylist()


def _of_csv(path: Path, separator: str) -> Iterator[Record]:
    # All cells stay the texts that they are, so that a picture's index is one like any other.
    with pd.read_csv(
        path,
        sep=separator,
        dtype=str,
        keep_default_na=False,
        index_col=False,  # or a separator at the ends of lines would shift the columns
        chunksize=_ROWS_AT_ONCE,
    ) as parts:
        for part in parts:
            yield from part.to_dict("records")


def _of_json(path: Path) -> Iterator[tuple[str, Record]]:
    data = read_bytes(path).lstrip(_BLANKS)
    try:
        found: Any = msgspec.json.decode(data, type=list[msgspec.Raw] | dict[str, msgspec.Raw])
    except NO_JSON as error:
        if data.startswith(b"["):
            raise _no_records(path, error) from error
        yield from _numbered(_decoded(path, data.splitlines()))
        return
    if isinstance(found, dict):
        found = _listed(found)
    if isinstance(found, dict):
        yield from zip(found, _decoded(path, found.values()), strict=True)
    else:
        yield from _numbered(_decoded(path, found))


def _of_lines(path: Path) -> Iterator[tuple[str, Record]]:
    if _is_list(path):
        yield from _of_json(path)
        return
    with path.open("rb") as lines:
        yield from _numbered(_decoded(path, lines))


def _is_list(path: Path) -> bool:
    with path.open("rb") as lines:
        return next(filter(None, (line.lstrip(_BLANKS) for line in lines)), b"").startswith(b"[")


def _numbered(records: Iterable[Record]) -> Iterator[tuple[str, Record]]:
    return ((str(number), record) for number, record in enumerate(records))


def _decoded(path: Path, records: Iterable[Any]) -> Iterator[Record]:
    for raw in records:
        if isinstance(raw, bytes) and not (raw := raw.strip(_BLANKS)):
            continue
        try:
            yield msgspec.json.decode(raw, type=dict[str, Any])
        except NO_JSON as error:
            raise _no_records(path, error) from error


def _no_records(path: Path, error: Exception) -> SourceError:
    return SourceError(
        f"the benchmark {path} is no JSON of records: {error}",
        "give a list of records, or a record on each line",
    )


def _listed(found: Mapping[str, msgspec.Raw]) -> Any:
    """The records in an object: a list in it, or the values of all its keys, or it alone."""
    lists = [
        records
        for value in found.values()
        if _begins(value) == b"["
        and (records := msgspec.json.decode(value, type=list[msgspec.Raw]))
        if _begins(records[0]) == b"{"
    ]
    for records in lists:
        if questions_in(msgspec.json.decode(records[0])):
            return records
    if lists and not found.keys() & {*TURNS}:
        return lists[0]
    if found and all(_begins(value) == b"{" for value in found.values()):
        return found
    return [msgspec.json.encode(found)]


def _begins(value: msgspec.Raw) -> bytes:
    return bytes(memoryview(value)[:1])


KINDS: Mapping[str, Callable[[Path], Iterator[tuple[str, Record]]]] = {
    ".parquet": lambda path: _numbered(_of_parquet(path)),
    ".csv": lambda path: _numbered(_of_csv(path, ",")),
    ".tsv": lambda path: _numbered(_of_csv(path, "\t")),
    ".json": _of_json,
    ".jsonl": _of_lines,
}
