"""Requests written to files, each as large as a batch may be."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import IO

from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.batch_records import BatchRecords, Line, Part, new_name
from mmgen_datasets.generation.budget import NOTHING, Account, Spending
from mmgen_datasets.generation.pending import Pending

_LINES_A_BREATH = 100  # that are written before the event loop is let go on


@dataclass
class _Draft:
    """What has been written to a file so far."""

    lines: list[Line] = field(default_factory=list)
    size: int = 0  # bytes
    tokens: float = 0
    expected: Spending = NOTHING

    def add(self, pending: Pending, line: bytes) -> None:
        self.lines.append(Line(pending.key, pending.longer is not None))
        self.size += len(line)
        self.tokens += pending.tokens
        self.expected += pending.expected


class PartWriter:
    """Fills one part after the other from a stream of requests.

    Args:
        backend: whose limits hold.
        records: where a written part is noted.
        account: that a part's expected size is set aside in.
        folder: for the files.
        reject: called with a request that cannot be put, and why.
    """

    def __init__(
        self,
        backend: BatchBackend,
        records: BatchRecords,
        account: Account,
        folder: Path,
        reject: Callable[[Pending, RowError], None],
    ) -> None:
        self._backend = backend
        self._records = records
        self._account = account
        self._folder = folder
        self._reject = reject
        self._held: Pending | None = None  # the next one, which did not fit
        self.max_tokens: float = float("inf")
        """The most tokens of a part; a server may have a limit that it tells only then."""
        self.is_broke = False
        """Whether the account, not a limit of the server, ended the last part."""

    def path(self, part: Part) -> Path:
        """The file of a part, until its batch is made."""
        return self._folder / f"{part.name}.jsonl"

    async def next(self, fresh: Iterator[Pending]) -> Part | None:
        """Write the next part; None where there is nothing to write, or no money for it."""
        self.is_broke = False
        self._folder.mkdir(exist_ok=True)
        name, draft, part = new_name(), _Draft(), None
        path = self._folder / f"{name}.jsonl"
        try:
            with path.open("wb") as file:
                await self._fill(file, draft, fresh)
                file.flush()
                os.fsync(file.fileno())
            if draft.lines:
                part = self._records.write(name, draft.lines, draft.tokens, draft.expected)
            return part
        finally:
            if part is None:
                self._account.settle(draft.expected, None)
                path.unlink()

    async def _fill(self, file: IO[bytes], draft: _Draft, fresh: Iterator[Pending]) -> None:
        held = [self._held] if self._held else []
        self._held = None
        for number, pending in enumerate(chain(held, fresh), start=1):
            if number % _LINES_A_BREATH == 0:
                await asyncio.sleep(0)
            try:
                line = await self._line(pending)
            except RowError as error:
                self._reject(pending, error)
                continue
            if not self._has_room(draft, pending, line):
                self._held = pending
                return
            file.write(line)
            draft.add(pending, line)

    def _has_room(self, draft: _Draft, pending: Pending, line: bytes) -> bool:
        if draft.lines and (
            len(draft.lines) >= self._backend.max_requests
            or draft.size + len(line) > self._backend.max_bytes
            or draft.tokens + pending.tokens > self.max_tokens
        ):
            return False
        self.is_broke = not self._account.reserve(pending.expected)
        return not self.is_broke

    async def _line(self, pending: Pending) -> bytes:
        def line() -> bytes:
            return self._backend.line(pending.load())

        written = await asyncio.to_thread(line) if pending.has_media else line()
        if len(written) > self._backend.max_bytes:
            raise RowError(
                f"the request takes {len(written):,} bytes, and a batch's file"
                f" {self._backend.max_bytes:,}",
                "use smaller pictures",
            )
        return written
