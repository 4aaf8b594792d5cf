"""Rows into parquet shards that ``datasets.load_dataset(folder)`` reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from datasets import Features
from datasets.arrow_writer import ParquetWriter

from mmgen_datasets.exporters.attachments import Attachment
from mmgen_datasets.exporters.shards import in_shards, whole_shards

SizedRow: TypeAlias = tuple[Mapping[str, Any], int]
"""A row, and how many bytes of media it holds."""

_ROWS_PER_GROUP = 100
_BYTES_OF_TEXT = 2_000
"""About as much as the rest of a row takes."""


def write_parquet(rows: Iterable[SizedRow], features: Features, out: Path) -> None:
    """Write ``train-00000-of-00002.parquet``, ...; all of them, or none."""
    with whole_shards(out, "train-*-of-*.parquet") as folder:
        written = []
        for number, shard in enumerate(in_shards(rows, lambda row: row[1] + _BYTES_OF_TEXT)):
            written.append(folder / str(number))
            with ParquetWriter(features=features, path=str(written[-1])) as writer:
                for rows_of_group in _batched(shard):
                    writer.write_table(pa.Table.from_pylist(rows_of_group, features.arrow_schema))
                writer.finalize()
        for number, file in enumerate(written):
            file.rename(folder / f"train-{number:05}-of-{len(written):05}.parquet")


def _batched(shard: Iterable[SizedRow]) -> Iterator[list[Mapping[str, Any]]]:
    rows = (row for row, _ in shard)
    while group := list(islice(rows, _ROWS_PER_GROUP)):
        yield group


def embedded(attachment: Attachment) -> dict[str, Any]:
    """A media file as a column of `datasets` holds it: its bytes as they are, and its name."""
    return {"bytes": attachment.read(), "path": str(attachment.path)}
