"""The ids of Open Images: 16 hexadecimal digits, compared and sorted as numbers of 64 bits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from mmgen_datasets.errors import SourceError, UsageError

Keys: TypeAlias = npt.NDArray[np.uint64]
"""``(N,)``, ids as numbers."""
Ints: TypeAlias = npt.NDArray[np.int64]
"""``(N,)``."""

ID_BYTES = 16
ID = pa.binary(ID_BYTES)

_DIGITS = np.full(256, 255, np.uint8)
_DIGITS[np.frombuffer(b"0123456789abcdef", np.uint8)] = np.arange(16)


def words(ids: Any) -> npt.NDArray[np.uint64]:
    """Ids as pairs of numbers that sort as their text does, ``(N, 2)``.

    Args:
        ids: their bytes, one behind the other.
    """
    return np.frombuffer(ids, ">u8").reshape(-1, 2)


def words_of(ids: pa.FixedSizeBinaryArray) -> npt.NDArray[np.uint64]:
    """The same of a column, whose nulls are not looked at."""
    return words(memoryview(ids.buffers()[1])[ids.offset * ID_BYTES :][: len(ids) * ID_BYTES])


def keys_of(ids: pa.FixedSizeBinaryArray, place: str) -> Keys:
    """Ids as numbers; `place` is where they stand, for the message.

    Raises:
        SourceError: one is not of 16 lower-case hexadecimal digits.
    """
    if not len(ids):
        return np.empty(0, np.uint64)
    if ids.null_count:
        raise SourceError(f"{place}: a row has no image id", "correct it, or leave the row out")
    digits = _DIGITS[words_of(ids).view(np.uint8)]  # (N, 16)
    wrong = (digits > 15).any(axis=1)
    if wrong.any():
        raise SourceError(
            f"{place}: {ids[int(wrong.argmax())].as_py()!r} is no image id",
            "ids have 16 hexadecimal digits, as in 000002b66c9c498e",
        )
    pairs = digits[:, ::2] << 4 | digits[:, 1::2]  # (N, 8) bytes
    return np.ascontiguousarray(pairs).view(">u8").ravel().astype(np.uint64)


def keys_of_texts(ids: Iterable[str], place: str) -> Keys:
    """The same of ids as Python has them, sorted, each once."""
    rows = [text.encode() for text in ids]
    if odd := next((row for row in rows if len(row) != ID_BYTES), None):
        raise SourceError(
            f"{place}: {odd.decode()!r} is no image id",
            "ids have 16 hexadecimal digits, as in 000002b66c9c498e",
        )
    return np.unique(keys_of(pa.array(rows, ID), place))


def within(keys: Keys, wanted: Keys) -> npt.NDArray[np.bool_]:
    """Which keys stand in a sorted list."""
    if not len(wanted):
        return np.zeros(len(keys), np.bool_)
    places = np.searchsorted(wanted, keys)
    return np.asarray(wanted[np.minimum(places, len(wanted) - 1)] == keys)


def texts_of(keys: Keys) -> pa.StringArray:
    """Numbers as ids."""
    if not len(keys):
        return pa.array([], pa.string())
    pairs = keys.astype(">u8").view(np.uint8).reshape(-1, 8)
    digits = np.frombuffer(b"0123456789abcdef", np.uint8)
    text = np.stack([digits[pairs >> 4], digits[pairs & 15]], axis=2)  # (N, 8, 2)
    offsets = np.arange(0, len(keys) * ID_BYTES + 1, ID_BYTES, dtype=np.int32)
    return pa.StringArray.from_buffers(
        len(keys), pa.py_buffer(offsets), pa.py_buffer(text.tobytes())
    )


def read_ids(image_ids: str | Path | Sequence[str], split: str) -> list[str]:
    """The ids that are wanted of a split.

    Args:
        image_ids: ids, or a file with one a line; ``train/<id>``, as in the official lists of
            subsets, is of that split alone.
        split: of which split.

    Raises:
        UsageError: the file cannot be read.
    """
    if isinstance(image_ids, str | Path):
        image_ids = read_lines(image_ids)
    named = [line.rpartition("/") for line in image_ids]
    return [id for of, _, id in named if of in ("", split)]


def read_lines(path: str | Path) -> list[str]:
    """The lines of a list of images, without blank ones."""
    try:
        text = Path(path).expanduser().read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"image_ids: {path} cannot be read: {getattr(error, 'strerror', None) or error}",
            "name a text file with an id on each line, or give a list of ids",
        ) from error
    return [line.strip() for line in text.splitlines() if line.strip()]
