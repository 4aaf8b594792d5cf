"""See whether a file is in the order of its images, and bring one that is not into it, once.

Most official files are in order; the images' own data and the narratives are not. Those are
sorted by runs that fit into memory, written to disk and merged, and the sorted copy is kept
beside the cache. Of a file in order that is noted there, so that neither is done again until the
file changes.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen_datasets.files import named

from .open_images_ids import ID_BYTES, Ints, words, words_of
from .open_images_merge import blocks, merge

RUN_BYTES = 64 << 20
"""How much is sorted in memory at a time."""
_FORM = "1"
"""To be changed when sorted copies get another form."""
_PIECE_BYTES = 4 << 20
_LONGEST_LINE = 1 << 20
_ROWS = 8192


def place_in(cache: Path, paths: Iterable[str], kind: str) -> Path:
    """Where it is kept what is known of the order of files; the ending is open."""
    digest = hashlib.sha256(f"{_FORM} {kind}\n".encode())
    for path in paths:
        status = Path(path).stat()
        digest.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    cache.mkdir(parents=True, exist_ok=True)
    return cache / f"{kind}-{digest.hexdigest()[:32]}"


def is_sorted(path: str) -> bool:
    """Whether the lines after the first begin with ids in order; a tenth of the time of parsing."""
    last = np.zeros((1, 2), np.uint64)
    with Path(path).open("rb") as file:
        file.readline()
        rest = b""
        while piece := file.read(_PIECE_BYTES):
            text = rest + piece
            end = text.rfind(b"\n") + 1
            rest = text[end:]
            if len(rest) > _LONGEST_LINE:
                return False
            if not end:
                continue
            ids = _line_starts(text, end)
            if ids is None:
                return False
            pairs = np.concatenate([last, ids])
            if _falls(pairs):
                return False
            last = pairs[-1:]
        return not rest or (
            len(rest) > ID_BYTES
            and rest[ID_BYTES : ID_BYTES + 1] in b",_"
            and not _falls(np.concatenate([last, words(rest[:ID_BYTES])]))
        )


def sort(
    batches: Iterable[pa.RecordBatch], schema: pa.Schema, out: Path, *, place: str, column: str
) -> None:
    """Write rows in the order of their images; those of an image keep theirs.

    Args:
        batches: rows in any order.
        schema: their columns.
        out: the Arrow file to write; it appears whole or not at all.
        place: where they are from, for messages.
        column: of the image's id, as bytes.

    Raises:
        SourceError: an id is not one.
    """
    with (
        named(out),
        tempfile.TemporaryDirectory(prefix=f".{out.stem}-", dir=out.parent) as folder,
    ):
        runs: list[Path] = []
        for table in _runs(batches, schema):
            runs.append(Path(folder) / f"{len(runs)}.arrow")
            _write(runs[-1], schema, [table.take(_order(table[column]))])
        whole = Path(folder) / "whole.arrow"
        _write(whole, schema, _merged(runs, place, column))
        whole.replace(out)


def read_sorted(path: str, column: str, span: tuple[bytes, bytes]) -> Iterator[pa.RecordBatch]:
    """Read the rows of a sorted copy whose image ids lie from one to before another."""
    with pa.OSFile(path) as file, pa.ipc.open_file(file) as reader:
        first = _first_batch(reader, column, span[0])
        for number in range(first, reader.num_record_batches):
            batch = reader.get_batch(number)
            ids = _texts(batch.column(column))
            start, stop = np.searchsorted(ids, span[0]), np.searchsorted(ids, span[1])
            if start < stop:
                yield batch.slice(start, stop - start)
            if stop < len(ids):
                return


def line_at(path: str, id: bytes) -> int:
    """The byte where the first line of this image or a later one begins, in a file in order."""
    with Path(path).open("rb") as file:
        low = len(file.readline())
        high = os.fstat(file.fileno()).st_size
        while low < high:
            # Lines that begin before `low` are of earlier images, those from `high` on are not.
            middle = (low + high) // 2
            file.seek(middle - 1)
            file.readline()
            start = file.tell()
            if start < high and file.read(ID_BYTES) < id:
                low = start + 1
            else:
                high = middle
        file.seek(low - 1)
        file.readline()
        return file.tell()


def _line_starts(text: bytes, end: int) -> npt.NDArray[np.uint64] | None:
    """The ids that lines begin with, as pairs of words; None where a line begins otherwise."""
    data = np.frombuffer(text, np.uint8, end)
    breaks = np.flatnonzero(data == ord("\n"))
    starts = np.concatenate([[0], breaks[:-1] + 1])
    if (breaks - starts <= ID_BYTES).any():
        return None
    behind = data[starts + ID_BYTES]
    if not ((behind == ord(",")) | (behind == ord("_"))).all():  # the latter in a mask's name
        return None
    every = np.ndarray(end - ID_BYTES, f"V{ID_BYTES}", text, strides=(1,))
    return words(every[starts].tobytes())


def _falls(pairs: npt.NDArray[np.uint64]) -> bool:
    """Whether an id is smaller than the one before it."""
    (high, low), (next_high, next_low) = pairs[:-1].T, pairs[1:].T
    return bool(((next_high < high) | ((next_high == high) & (next_low < low))).any())


def _runs(batches: Iterable[pa.RecordBatch], schema: pa.Schema) -> Iterator[pa.Table]:
    """Gather rows up to what is sorted in memory."""
    held: list[pa.RecordBatch] = []
    for batch in batches:
        held.append(batch)
        if sum(batch.nbytes for batch in held) >= RUN_BYTES:
            yield pa.Table.from_batches(held, schema)
            held = []
    if held:
        yield pa.Table.from_batches(held, schema)


def _order(ids: pa.ChunkedArray) -> Ints:
    pairs = words_of(ids.combine_chunks())
    return np.lexsort((pairs[:, 1], pairs[:, 0]))


def _merged(runs: list[Path], place: str, column: str) -> Iterator[pa.Table]:
    """The rows of runs in order; of one image, those of an earlier run first."""
    streams = {str(run): blocks(_batches(run), place, column) for run in runs}
    for keys, fronts in merge(streams):
        parts = [fronts[str(run)] for run in runs if str(run) in fronts]
        owners = [np.repeat(np.searchsorted(keys, p.keys), np.diff(p.starts)) for p in parts]
        rows = pa.concat_tables([part.rows for part in parts])
        yield rows.take(np.argsort(np.concatenate(owners), kind="stable"))


def _batches(run: Path) -> Iterator[pa.RecordBatch]:
    with pa.OSFile(str(run)) as file, pa.ipc.open_file(file) as reader:
        yield from map(reader.get_batch, range(reader.num_record_batches))


def _write(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> None:
    with pa.OSFile(str(path), "wb") as file, pa.ipc.new_file(file, schema) as writer:
        for table in tables:
            writer.write_table(table.combine_chunks(), max_chunksize=_ROWS)


def _first_batch(reader: Any, column: str, id: bytes) -> int:
    """The first batch whose last image is this one or a later one."""
    lasts = range(reader.num_record_batches)
    return bisect_left(lasts, id, key=lambda n: reader.get_batch(n).column(column)[-1].as_py())


def _texts(ids: pa.FixedSizeBinaryArray) -> npt.NDArray[np.bytes_]:
    return words_of(ids).view(f"S{ID_BYTES}").ravel()
