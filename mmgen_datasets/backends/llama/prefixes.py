"""Beginnings of chats on disk, evaluated: to read one takes a thousandth of the time.

A file is named by what its content depends on: the model, how keys and values are stored, and
the tokens. So nothing that is found can be stale.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
from dataclasses import dataclass
from pathlib import Path

from mmgen_datasets.backends.llama.memory import LlamaMemory
from mmgen_datasets.backends.llama.model import Tokens

SHORTEST = 256
"""Tokens; less is evaluated as quickly as it is looked for."""

MOST_BYTES = 8 << 30
"""Of all files together; the ones not used for the longest time go first."""


@dataclass(frozen=True)
class PrefixStore:
    """The files of one model in a folder that all models share."""

    folder: Path
    kind: str
    """Names the model and how its keys and values are stored."""

    def find(self, prompt: Tokens, longer_than: int) -> tuple[int, Path] | None:
        """The longest beginning of a prompt that a file holds: its tokens and the file."""
        found = [
            (count, path)
            for count, path in self._files()
            if longer_than < count < len(prompt) and path == self._path(prompt[:count])
        ]
        return max(found, default=None)

    def keep(self, memory: LlamaMemory, sequence: int, tokens: Tokens) -> None:
        """Write a sequence of these tokens, unless a file has nearly all of them."""
        if len(tokens) < SHORTEST or self.find(tokens, longer_than=len(tokens) * 3 // 4):
            return
        path = self._path(tokens)
        part = path.with_name(f"{path.name}.part-{os.getpid()}")
        # A full disk or a folder that cannot be written costs time later, and no reply now.
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            if memory.save(sequence, tokens, part):
                part.replace(path)
            self._make_room()
        part.unlink(missing_ok=True)

    def read(self, memory: LlamaMemory, sequence: int, count: int, path: Path) -> bool:
        """Fill an empty sequence from a file; one that is damaged is removed."""
        if not memory.load(sequence, count, path):
            memory.forget(sequence)
            path.unlink(missing_ok=True)
            return False
        with contextlib.suppress(OSError):
            os.utime(path)
        return True

    def _path(self, tokens: Tokens) -> Path:
        digest = hashlib.sha256(tokens.tobytes()).hexdigest()[:32]
        return self.folder / f"{self.kind}-{len(tokens)}-{digest}.kv"

    def _files(self) -> list[tuple[int, Path]]:
        name = re.compile(rf"{re.escape(self.kind)}-(\d+)-[0-9a-f]{{32}}\.kv")
        return [
            (int(match[1]), path)
            for path in self.folder.glob("*.kv")
            if (match := name.fullmatch(path.name))
        ]

    def _make_room(self) -> None:
        states = [(path.stat(), path) for path in self.folder.glob("*.kv")]
        total = 0
        for state, path in sorted(states, key=lambda row: -row[0].st_mtime):
            total += state.st_size
            if total > MOST_BYTES:
                path.unlink(missing_ok=True)
