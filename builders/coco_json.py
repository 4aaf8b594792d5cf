"""Read the arrays of a COCO file, in pieces and into columns.

A COCO file is one JSON object whose arrays hold hundreds of thousands of records; most of its
bytes are outlines that nobody here reads. It is read a megabyte at a time, which stays in a
processor's cache, and decoded into typed records, which skips undeclared fields without
building them. A piece ends between two records. Where that is, a pattern guesses and the
decoder proves: a guess inside a string or a nested array leaves an unfinished value, and an
earlier one is tried. Nothing is assumed of key order, white space or a caption's text.
"""

from __future__ import annotations

import re
import types
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, BinaryIO

import fsspec
import msgspec
import pyarrow as pa

from mmgen_datasets.errors import SourceError

from .coco_files import unreadable
from .coco_records import columns_of, schema_of

PIECE_BYTES = 1 << 20
_TAIL_BYTES = 1 << 16
_NUM_GUESSES = 8
_AGAIN = "download it again from https://cocodataset.org/#download, or correct it"

_BETWEEN_RECORDS = re.compile(rb'\}\s*,\s*(?=\{\s*"[^"\\]*"\s*:)')
_WHITE_SPACE = re.compile(rb"[ \t\n\r]*")
_TRAILING = re.compile(r"trailing characters \(byte (\d+)\)")
_AT_BYTE = re.compile(r" \(byte (\d+)\)")
_AT_INDEX = re.compile(r" - at `\$\[(\d+)\](.*)`")


def read_tables(url: str, kinds: Mapping[str, type[msgspec.Struct]]) -> dict[str, pa.Table]:
    """Read arrays of a file, one table each, in file order.

    Args:
        url: a path, or ``zip://member::path``.
        kinds: key of the file to what its array holds; other keys are skipped. All must be
            there but ``licenses``.

    Raises:
        SourceError: the file cannot be read, is damaged, is not of this form, or lacks a key.
    """
    schemas = {key: schema_of(kind) for key, kind in kinds.items()}
    batches: dict[str, list[pa.RecordBatch]] = {}
    try:
        with fsspec.open(url, "rb") as file:
            for key, records in stream_arrays(file, url, kinds):
                batches.setdefault(key, []).append(columns_of(records, schemas[key]))
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise SourceError(f"coco: {url} is damaged: {error}", _AGAIN) from error
    except OSError as error:
        raise unreadable(url, error) from error
    if missing := [key for key in kinds if key not in batches and key != "licenses"]:
        raise SourceError(f"coco: {url} has no {missing[0]!r}", _AGAIN)
    return {
        key: pa.Table.from_batches(batches.pop(key, []), schema).combine_chunks()
        for key, schema in schemas.items()
    }


def stream_arrays(
    file: BinaryIO, name: str, kinds: Mapping[str, type[msgspec.Struct]]
) -> Iterator[tuple[str, list[Any]]]:
    """Decode arrays of a JSON object piece by piece.

    Args:
        file: the open file.
        name: what messages call it.
        kinds: as for `read_tables`.

    Yields:
        A key and some of its records, in file order; an empty array gives one empty list.

    Raises:
        SourceError: the text is not a JSON object, ends too early, or has a record of another
            form.
    """
    window = _Window(file, name)
    window.take(b"{")
    if window.next() == b"}":
        return
    separator = b","
    while separator == b",":
        key = window.value(str)
        window.take(b":")
        if key in kinds:
            records_of = types.GenericAlias(list, (kinds[key],))
            for records in _pieces(window, key, msgspec.json.Decoder(records_of)):
                yield key, records
        else:
            window.value(msgspec.Raw)
        separator = window.take(b",}")
    window.end()


class _Window:
    """The stretch of a file that is in memory, and a position in it."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self.file, self.name = file, name
        self.data, self.at, self.start = b"", 0, 0

    def more(self) -> bool:
        """Forget what lies behind the position and read on; false at the file's end."""
        rest = self.data[self.at :]
        # A value longer than a piece doubles what is read, so that its retries stay linear.
        new = self.file.read(max(PIECE_BYTES, len(rest)))
        self.data, self.start, self.at = rest + new, self.start + self.at, 0
        return bool(new)

    def next(self) -> bytes:
        """The next byte that is not white space, empty at the file's end."""
        while True:
            self.at = _WHITE_SPACE.match(self.data, self.at).end()  # type: ignore[union-attr]
            if self.at < len(self.data) or not self.more():
                return self.data[self.at : self.at + 1]

    def take(self, allowed: bytes) -> bytes:
        """Step over one of these bytes."""
        found = self.next()
        if not found:
            raise self.too_short()
        if found not in allowed:
            expected = " or ".join(repr(chr(byte)) for byte in allowed)
            raise self.malformed(f"{expected} expected, not {found.decode('latin-1')!r}", self.at)
        self.at += 1
        return found

    def value(self, kind: Any) -> Any:
        """Decode a value of any length that another byte follows, and step over it."""
        self.next()
        while True:
            try:
                msgspec.json.decode(self.data[self.at :], type=kind)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                if end := _trailing(error):
                    found = msgspec.json.decode(self.data[self.at : self.at + end], type=kind)
                    self.at += end
                    return found
                if not _unfinished(error, len(self.data) - self.at):
                    raise self.translated(error, self.at) from error
            if not self.more():
                raise self.too_short()

    def end(self) -> None:
        """Insist that nothing follows."""
        if found := self.next():
            raise self.malformed(f"{found.decode('latin-1')!r} follows the end", self.at)

    def too_short(self) -> SourceError:
        size = self.start + len(self.data)
        problem = f"ends too early, after {size:,} bytes" if size else "is empty"
        return SourceError(f"coco: {self.name} {problem}", _AGAIN)

    def malformed(self, problem: str, at: int) -> SourceError:
        return SourceError(
            f"coco: {self.name} is not the JSON of COCO, byte {self.start + at:,}: {problem}",
            _AGAIN,
        )

    def translated(self, error: Exception, start: int) -> SourceError:
        text = str(error).removeprefix("JSON is malformed: ")
        byte = _AT_BYTE.search(text)
        return self.malformed(_AT_BYTE.sub("", text), start + int(byte[1]) if byte else start)


def _pieces(window: _Window, key: str, decoder: msgspec.json.Decoder[Any]) -> Iterator[list[Any]]:
    """Decode the array at the window's position and step over it."""
    window.take(b"[")
    num_read, ended = 0, False
    while not ended:
        try:
            records, ended = _piece(window, decoder)
        except msgspec.ValidationError as error:
            raise _wrong_record(window.name, key, num_read, error) from error
        yield records
        num_read += len(records)


def _piece(window: _Window, decoder: msgspec.json.Decoder[Any]) -> tuple[list[Any], bool]:
    """Decode as many records as are in memory; also tell whether the array ends with them."""
    while True:
        view = memoryview(window.data)
        for cut in (*_guesses(window), None):
            stretch = view[window.at : cut.start() + 1 if cut else None]
            text = b"".join((b"[", stretch, b"]" if cut else b""))
            try:
                records = decoder.decode(text)
            except msgspec.ValidationError:
                raise
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                if end := _trailing(error):
                    records = decoder.decode(text[:end])
                    window.at += end - 1
                    return records, True
                if cut is None and not _unfinished(error, len(text)):
                    raise window.translated(error, window.at - 1) from error
            else:
                window.at = cut.end() if cut else len(window.data)
                return records, cut is None
        if not window.more():
            raise window.too_short()


def _guesses(window: _Window) -> list[re.Match[bytes]]:
    """Where two records seem to meet: the last places, last first."""
    for start in (len(window.data) - _TAIL_BYTES, 0):
        found = [*_BETWEEN_RECORDS.finditer(window.data, max(start, window.at))]
        if found:
            return found[: -_NUM_GUESSES - 1 : -1]
    return []


def _trailing(error: Exception) -> int | None:
    """Where the value ended, if the error is that more follows it."""
    found = _TRAILING.search(str(error))
    return int(found[1]) - 1 if found else None


def _unfinished(error: Exception, size: int) -> bool:
    """Whether more text may mend it: it breaks off, perhaps inside a number."""
    byte = _AT_BYTE.search(str(error))
    return "truncated" in str(error) or (byte is not None and int(byte[1]) >= size - 1)


def _wrong_record(
    name: str, key: str, num_read: int, error: msgspec.ValidationError
) -> SourceError:
    text, where = str(error), key
    if at := _AT_INDEX.search(text):
        where = f"{key}[{num_read + int(at[1])}]{at[2]}"
        text = text[: at.start()]
    return SourceError(f"coco: {name}: {where}: {text[:1].lower() + text[1:]}", _AGAIN)
