"""What identifies the files of a model, wherever they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import TypeAlias

_Pieces: TypeAlias = Callable[[BufferedReader, int], Iterator[bytes]]
"""What counts of an open file of so many bytes."""

_HEAD = 1 << 20  # bytes: metadata, most of a vocabulary
_NUM_SAMPLES = 256
_SAMPLE = 1 << 14  # bytes


def content_digest(files: Iterable[Path]) -> str:
    """Digest the content of files, in their order.

    Of a file above 5 MB the size, the first MiB and 256 stretches of 16 KiB count, evenly spread:
    training changes all of a model, and to read all would take seconds each time. Neither the
    names nor the folder count.
    """
    return _remembered(files, _stretches)


def full_digest(files: Iterable[Path]) -> str:
    """Digest every byte of files, in their order; for small ones. No names count either."""
    return _remembered(files, _whole)


def _stretches(file: BufferedReader, size: int) -> Iterator[bytes]:
    yield file.read(_HEAD)
    step = max(_SAMPLE, (size - _HEAD) // _NUM_SAMPLES)
    for start in range(_HEAD, size, step):
        file.seek(start)
        yield file.read(_SAMPLE)


def _whole(file: BufferedReader, _size: int) -> Iterator[bytes]:
    yield hashlib.file_digest(file, "sha256").digest()


def _remembered(files: Iterable[Path], pieces: _Pieces) -> str:
    """Read the files once in a process, as long as they stay as they are."""
    states = ((path, path.stat()) for path in files)
    return _digest(tuple((path, at.st_size, at.st_mtime_ns) for path, at in states), pieces)


@lru_cache
def _digest(states: tuple[tuple[Path, int, int], ...], pieces: _Pieces) -> str:
    digest = hashlib.sha256()
    for path, size, _ in states:
        digest.update(f"{size}\n".encode())
        with path.open("rb") as file:
            for piece in pieces(file, size):
                digest.update(piece)
    return digest.hexdigest()[:16]
