"""Convert one unit: its rows to lines, its media to files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from mmgen_datasets.conversion.folder import Counts, PartFolder
from mmgen_datasets.conversion.media_home import MediaHome
from mmgen_datasets.conversion.plan import Unit, opened
from mmgen_datasets.conversion.record import Maker, Names
from mmgen_datasets.errors import RowError
from mmgen_datasets.files import named, whole_file

_BATCH_BYTES = 8 << 20
_MOST_ROWS = 1000


@dataclass(frozen=True)
class Work:
    """A unit and where it goes; what is handed to a process."""

    folder: PartFolder
    unit: Unit
    home: MediaHome
    names: Names


def convert_unit(work: Work) -> Counts:
    """Write the lines, the rejects and the files of a unit, and last that it is done.

    Done again, it writes the same.

    Raises:
        SourceError: the parquet file is damaged.
    """
    folder, unit = work.folder, work.unit
    maker = Maker(folder.name, unit.columns, work.home, work.names)
    counts, reasons = Counts(), Counter[str]()
    with (
        whole_file(folder.unit(unit.number, "records")) as records,
        whole_file(folder.unit(unit.number, "rejects")) as rejects,
    ):
        for number, cells in enumerate(_rows(unit), unit.first_row):
            row: dict[str, Any] = {}
            try:
                row = _row(cells)
                record = maker.record(number, row)
                line = _json(record.fields)
            except RowError as error:
                reasons[error.problem] += 1
                id = {"id": row[unit.columns.id]} if unit.columns.id in row else {}
                rejects.write(_json({"row": number, **id, "reason": error.problem}) + "\n")
                continue
            for name, data in record.files.items():
                with named(folder.media / name):
                    (folder.media / name).write_bytes(data)
            records.write(line + "\n")
            counts.conversations += 1
    counts.rejects = dict(reasons)
    with whole_file(folder.unit(unit.number, "counts")) as file:
        file.write(msgspec.json.encode(counts).decode())
    return counts


def _rows(unit: Unit) -> Iterator[pa.StructScalar]:
    with opened(unit.file) as file:
        for group in range(*unit.groups):
            size = _rows_at_once(file.metadata.row_group(group))
            for batch in file.iter_batches(size, row_groups=[group], use_threads=False):
                yield from batch.to_struct_array()


def _rows_at_once(group: pq.RowGroupMetaData) -> int:
    bytes_a_row = group.total_byte_size // max(group.num_rows, 1)
    return int(min(max(_BATCH_BYTES // max(bytes_a_row, 1), 1), _MOST_ROWS))


def _row(cells: pa.StructScalar) -> dict[str, Any]:
    try:
        return dict(cells.as_py())
    except UnicodeDecodeError as error:
        raise RowError("a text is not UTF-8") from error
    except (ValueError, OverflowError) as error:  # a time too far away, two fields of one name
        raise RowError("a value cannot be read") from error


def _json(fields: dict[str, Any]) -> str:
    """In one line; numbers that JSON lacks as null, bytes as base64, times as ISO 8601."""
    try:
        return msgspec.json.encode(fields, enc_hook=_iso).decode()
    except (TypeError, ValueError, AttributeError, RecursionError) as error:
        raise RowError("a column holds what JSON cannot say") from error


def _iso(value: Any) -> str:
    """A time to the nanosecond, which Arrow gives as one of pandas."""
    return str(value.isoformat())
