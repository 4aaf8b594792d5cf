"""Read the tables of Open Images, a few megabytes at a time.

Columns as the download page describes them. A file may have others, as later versions do, and
lack those that only some versions have.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.csv

from mmgen_datasets.errors import SourceError

from .open_images_files import File
from .open_images_ids import ID

BLOCK_BYTES = 4 << 20

_NAME = pa.dictionary(pa.int32(), pa.string())
"""For a class or another of few words: decoded once a block."""
_TEXT, _SHARE, _FLAG, _COUNT = pa.string(), pa.float32(), pa.int8(), pa.int32()


@dataclass(frozen=True)
class Table:
    """A kind of file: the columns that are read."""

    needed: Mapping[str, pa.DataType]
    more: Mapping[str, pa.DataType] = field(default_factory=dict)
    """Those that are null where a file has none."""
    image: str = "ImageID"
    """The column of the image's id."""

    @property
    def schema(self) -> pa.Schema:
        """The columns, with every word for itself."""
        types = {self.image: ID, **self.needed, **self.more}
        return pa.schema([(name, _plain(type)) for name, type in types.items()])


_LABELS = Table({"LabelName": _NAME, "Confidence": _SHARE})
_BOX = ("XMin", "XMax", "YMin", "YMax")
_FLAGS = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")

TABLES = {
    "boxes": Table(
        {"LabelName": _NAME, **dict.fromkeys(_BOX, _SHARE)},
        {"Source": _NAME, "Confidence": _SHARE, **dict.fromkeys(_FLAGS, _FLAG)},
    ),
    "labels": _LABELS,
    "machine_labels": _LABELS,
    "relations": Table(
        {
            "LabelName1": _NAME,
            "LabelName2": _NAME,
            "RelationshipLabel": _NAME,
            **{f"{edge}{number}": _SHARE for number in (1, 2) for edge in _BOX},
        }
    ),
    "metadata": Table(
        {},
        {
            "Subset": _NAME,
            "OriginalURL": _TEXT,
            "OriginalLandingURL": _TEXT,
            "License": _NAME,
            "Author": _TEXT,
            "Title": _TEXT,
            "OriginalMD5": _TEXT,
            "Rotation": _SHARE,
        },
    ),
    "masks": Table(
        {"MaskPath": _TEXT, "LabelName": _NAME, **{f"Box{edge}": _SHARE for edge in _BOX}},
        {"PredictedIoU": _SHARE},
    ),
    "points": Table(
        {"X": _SHARE, "Y": _SHARE, "Label": _NAME, "EstimatedYesNo": _NAME},
        {"TextLabel": _NAME, **dict.fromkeys(("YesVotes", "NoVotes", "UnsureVotes"), _COUNT)},
        image="ImageId",
    ),
}


def read_table(
    file: File, table: Table, *, start: int | None = None, stop: int | None = None
) -> Iterator[pa.RecordBatch]:
    """Read a file, or those of its lines that begin at these bytes or between them.

    Yields:
        Rows with the columns of the table, in its order.

    Raises:
        SourceError: the file cannot be read, is empty, lacks a column, ends within a line, or
            has a value of another kind.
    """
    try:
        header, body = _header(file)
        _check_columns(file, table, header)
        start = body if start is None else start
        with pa.OSFile(file.path) as opened:
            stop = opened.size() if stop is None else stop
            if start < stop:
                yield from _batches(opened.get_stream(start, stop - start), table, header)
    except pa.ArrowInvalid as error:
        raise SourceError(
            f"open_images_v7: {file.path}: {_told(str(error), header)}", _again(file)
        ) from error
    except UnicodeDecodeError as error:
        raise SourceError(
            f"open_images_v7: {file.path} is not the text it should be: {error}", _again(file)
        ) from error
    except OSError as error:
        raise unreadable(file, error) from error


def unreadable(file: File, error: OSError) -> SourceError:
    """What to raise for a file that the system does not let one read."""
    return SourceError(
        f"open_images_v7: {file.path} cannot be read: {error.strerror or error}",
        f"put the file of {file.url} there",
    )


def read_names(file: File) -> dict[str, str]:
    """Read a file that names classes; some have a first line with titles, some have none.

    Raises:
        SourceError: the file cannot be read, or a line has not two values.
    """
    names = {}
    try:
        with Path(file.path).open(encoding="utf-8-sig", newline="") as opened:
            for number, row in enumerate(csv.reader(opened), start=1):
                if len(row) != 2 and row:
                    raise SourceError(
                        f"open_images_v7: {file.path}, line {number}: {','.join(row)!r} is not a "
                        "class and its name",
                        _again(file),
                    )
                if row and row[0] not in ("LabelName", "id"):
                    names[row[0]] = row[1]
    except (UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"open_images_v7: {file.path}: {error}", _again(file)) from error
    except OSError as error:
        raise unreadable(file, error) from error
    return names


def _header(file: File) -> tuple[list[str], int]:
    """The titles, and the byte at which the rows begin."""
    with Path(file.path).open("rb") as opened:
        line = opened.readline(1 << 16)
    if not line.strip():
        raise SourceError(f"open_images_v7: {file.path} is empty", _again(file))
    return next(csv.reader([line.decode("utf-8-sig").strip()])), len(line)


def _check_columns(file: File, table: Table, header: list[str]) -> None:
    for name in (table.image, *table.needed):
        if name not in header:
            raise SourceError(
                f"open_images_v7: {file.path} has no column {name!r}; its first line is "
                f"{','.join(header)[:200]!r}",
                _again(file),
            )


def _batches(stream: pa.NativeFile, table: Table, header: list[str]) -> Iterator[pa.RecordBatch]:
    types = {table.image: ID, **table.needed, **table.more}
    yield from pyarrow.csv.open_csv(
        stream,
        pyarrow.csv.ReadOptions(block_size=BLOCK_BYTES, column_names=header),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types,
            include_columns=[*types],
            include_missing_columns=True,
            null_values=[""],
            strings_can_be_null=True,
        ),
    )


def _told(error: str, header: list[str]) -> str:
    """Arrow's message, with the column's title for its number."""
    told = re.sub(r"^CSV parse error: ", "a line is broken off or has too many values: ", error)
    return re.sub(
        r"In CSV column #(\d+): CSV conversion error to [^:]*: ",
        lambda found: f"column {header[int(found[1])]!r}: ",
        told,
    )


def _again(file: File) -> str:
    return f"download it again from {file.url}"


def _plain(type: pa.DataType) -> pa.DataType:
    return type.value_type if pa.types.is_dictionary(type) else type
