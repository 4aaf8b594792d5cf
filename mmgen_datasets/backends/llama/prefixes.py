"""Beginnings of chats on disk, evaluated: to read one takes a thousandth of the time.

A file is named by what its content depends on: the model, the version of the library, how keys and
values are stored, and the tokens. So nothing that is found can be stale. The name has a digest of
the content too, since keys and values that a power cut has damaged would be taken for good.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import re
from collections.abc import Iterable
from pathlib import Path

from mmgen_datasets.backends.llama.memory import LlamaMemory
from mmgen_datasets.backends.llama.model import Tokens
from mmgen_datasets.backends.llama.prompts import common, text_length

_LOG = logging.getLogger(__name__)

SHORTEST = 256
"""Tokens; less is evaluated as quickly as it is looked for."""

MOST_BYTES = 8 << 30
"""Of all files together; the ones not used for the longest time go first."""


class PrefixStore:
    """The files of one model, in a folder that all models share.

    Args:
        folder: may not exist yet.
        kind: names the model and how its keys and values are stored.
        memory: that they are read into.
        spare: a sequence of it that is always empty.
    """

    def __init__(self, folder: Path, kind: str, memory: LlamaMemory, spare: int) -> None:
        self._folder = folder
        self._kind = kind
        self._memory = memory
        self._spare = spare
        self._known: list[Tokens] = []  # what a file holds, or need not hold

    def read(self, sequence: int, prompt: Tokens) -> int:
        """Fill an empty sequence with the longest beginning of a prompt that a file holds.

        Returns:
            How many tokens that were; a file that is damaged is removed.
        """
        found = [
            (count, path)
            for count, path in self._files()
            if SHORTEST <= count < len(prompt) and path.name.startswith(self._name(prompt[:count]))
        ]
        if not found:
            return 0
        count, path = max(found)
        if not (_is_whole(path) and self._memory.load(sequence, count, path)):
            _LOG.warning("%s is damaged; what it held is evaluated again", path)
            self._memory.forget(sequence)
            path.unlink(missing_ok=True)
            return 0
        with contextlib.suppress(OSError):
            os.utime(path)
        self._known.append(prompt[:count])
        return count

    def keep(self, sequence: int, tokens: Tokens, others: Iterable[Tokens]) -> None:
        """Write down what a sequence begins with.

        Args:
            sequence: with these tokens.
            tokens: that some chats begin with.
            others: chats that are still to come. What they share with these tokens is kept, if
                that is much, and not the rest.
        """
        tokens = tokens[: text_length(tokens)]
        if len(tokens) < SHORTEST or self._has_most_of(tokens):
            return
        shared = [count for other in others if (count := common(tokens, other)) >= SHORTEST]
        tokens = tokens[: min(shared, default=len(tokens))]
        self._known.append(tokens)
        self._memory.share(sequence, self._spare, len(tokens))
        self._write(tokens)
        self._memory.forget(self._spare)

    def _has_most_of(self, tokens: Tokens) -> bool:
        return any(common(known, tokens) > len(tokens) * 3 // 4 for known in self._known)

    def _write(self, tokens: Tokens) -> None:
        name = self._name(tokens)
        part = self._folder / f"{name}.part-{os.getpid()}"
        # A full disk or a folder that cannot be written costs time later, and no reply now.
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            if self._memory.save(self._spare, tokens, part):
                part.replace(self._folder / f"{name}{_digest(part)}.kv")
            self._make_room()
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)

    def _name(self, tokens: Tokens) -> str:
        """What the name of the file for some tokens begins with."""
        digest = hashlib.sha256(tokens.tobytes()).hexdigest()[:32]
        return f"{self._kind}-{len(tokens)}-{digest}-"

    def _files(self) -> list[tuple[int, Path]]:
        name = re.compile(rf"{re.escape(self._kind)}-(\d+)-[0-9a-f]{{32}}-[0-9a-f]{{16}}\.kv")
        return [
            (int(match[1]), path)
            for path in self._folder.glob("*.kv")
            if (match := name.fullmatch(path.name))
        ]

    def _make_room(self) -> None:
        states = [(path.stat(), path) for path in self._folder.glob("*.kv")]
        total = 0
        for state, path in sorted(states, key=lambda row: -row[0].st_mtime):
            total += state.st_size
            if total > MOST_BYTES:
                path.unlink(missing_ok=True)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]


def _is_whole(path: Path) -> bool:
    try:
        return path.stem.endswith(_digest(path))
    except OSError:
        return False
