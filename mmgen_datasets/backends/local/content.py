"""What identifies the files of a model, wherever they lie."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

_HEAD = 1 << 20  # bytes: metadata, most of a vocabulary
_NUM_SAMPLES = 256
_SAMPLE = 1 << 14  # bytes


def content_digest(files: Iterable[Path]) -> str:
    """Digest the content of files, in their order.

    Of a file above 5 MB the size, the first MiB and 256 stretches of 16 KiB count, evenly spread:
    training changes all of a model, and to read all would take seconds each time. Neither the
    names nor the folder count.
    """
    return _digest(tuple((path, *_state(path)) for path in files))


def _state(path: Path) -> tuple[int, int]:
    state = path.stat()
    return state.st_size, state.st_mtime_ns


@lru_cache
def _digest(states: tuple[tuple[Path, int, int], ...]) -> str:
    digest = hashlib.sha256()
    for path, size, _ in states:
        digest.update(f"{size}\n".encode())
        with path.open("rb") as file:
            digest.update(file.read(_HEAD))
            step = max(_SAMPLE, (size - _HEAD) // _NUM_SAMPLES)
            for start in range(_HEAD, size, step):
                file.seek(start)
                digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:16]
