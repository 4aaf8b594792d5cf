"""Make the batch of a part, once and never twice, whatever breaks in between."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.generation.batch_records import BatchRecords, Part

_TURN_UP_S = 10.0  # within which a batch shows whose making was not answered


class BatchMaker:
    """Takes parts to the server.

    Args:
        backend: who makes batches.
        records: where each step is noted.
        insist: calls until it works.
    """

    def __init__(
        self,
        backend: BatchBackend,
        records: BatchRecords,
        insist: Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]],
    ) -> None:
        self._backend = backend
        self._records = records
        self._insist = insist
        self._creating: asyncio.Task[Part] | None = None

    async def make(self, part: Part, file: Path) -> Part:
        """Upload a part's file, unless that was done, and make its batch, unless there is one.

        Raises:
            StopError: it cannot be done.
        """
        if part.file is None:
            uploaded = await self._insist(partial(self._backend.upload, file))
            self._records.note(part, file=uploaded)
        made: Part = await self._insist(partial(self._create_once, part.name))
        file.unlink(missing_ok=True)
        return made

    async def finish(self) -> None:
        """Wait for a batch that is just being made: else it would have to be looked for."""
        if self._creating is not None:
            await asyncio.wait({self._creating})

    async def _create_once(self, name: str) -> Part:
        part = self._records.part(name)
        uploaded = part.file or ""
        if part.tried_at is not None:  # it may have been made although no answer came
            turn_up_s = min(_TURN_UP_S, self._backend.poll_s)
            await asyncio.sleep(part.tried_at + turn_up_s - time.time())
            if (found := await self._backend.find(uploaded)) is not None:
                return self._records.note(part, batch=found.id)

        async def create() -> Part:
            batch = await self._backend.create(uploaded)
            return self._records.note(part, batch=batch.id)

        self._records.note(part, tried_at=time.time())
        self._creating = asyncio.create_task(create())
        return await asyncio.shield(self._creating)
