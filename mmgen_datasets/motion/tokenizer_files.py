"""Which files a tokenizer is, and what identifies them; see `tokenizer_folder`."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

CONFIG, WEIGHTS, MEAN, STD = "config.json", "model.safetensors", "mean.npy", "std.npy"
FILES = (CONFIG, WEIGHTS, MEAN, STD)


def digest(folder: Path) -> str:
    """What identifies a tokenizer, wherever its folder lies."""
    states = [(path := folder / name, path.stat()) for name in FILES if (folder / name).is_file()]
    return _digest(tuple((path, state.st_size, state.st_mtime_ns) for path, state in states))


@lru_cache
def _digest(states: tuple[tuple[Path, int, int], ...]) -> str:
    found = hashlib.sha256()
    for path, size, _ in states:
        found.update(f"{size}\n".encode())
        with path.open("rb") as file:
            found.update(hashlib.file_digest(file, "sha256").digest())
    return found.hexdigest()[:16]
