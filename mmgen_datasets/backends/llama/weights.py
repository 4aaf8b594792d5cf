"""What identifies the weights of a GGUF file, wherever it lies and whatever it is called."""

from __future__ import annotations

import hashlib
import re
from functools import lru_cache
from pathlib import Path

from mmgen_datasets.errors import UsageError

_HEAD = 1 << 20  # bytes: metadata, most of a vocabulary
_NUM_SAMPLES = 256
_SAMPLE = 1 << 14  # bytes


def identify(path: Path) -> str:
    """Name the content of a model file.

    Of a file above 5 MB the size, the first MiB and 256 stretches of 16 KiB count, evenly spread:
    training changes all of it, and to read all would take seconds each time. The other parts of
    a file in parts count too.

    Raises:
        UsageError: there is no such file, or it is no GGUF file.
    """
    if not path.is_file():
        raise UsageError(f"there is no file {path}", "give the path of a model's GGUF file")
    with path.open("rb") as file:
        magic = file.read(4)
    if magic != b"GGUF":
        raise UsageError(
            f"{path} is no GGUF file",
            "give the path of a model's GGUF file; other formats have to be converted",
        )
    states = tuple((part, *_state(part)) for part in _parts(path))
    return f"gguf-{_digest(states)}"


def _parts(path: Path) -> list[Path]:
    numbered = re.fullmatch(r"(.*)-00001-of-(\d{5}\.gguf)", path.name)
    if not numbered:
        return [path]
    first, last = numbered.groups()
    return sorted(
        part
        for part in path.parent.iterdir()
        if re.fullmatch(rf"{re.escape(first)}-\d{{5}}-of-{re.escape(last)}", part.name)
    )


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
