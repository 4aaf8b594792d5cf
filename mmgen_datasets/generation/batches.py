"""Have requests answered in batches: write, upload, wait, collect; again where some are left.

Everything that is under way stands in the journal's file (`batch_records`), so this process may
end at any time and another one goes on. A batch is never made twice of the same file: where it
is not known whether it was made, the server is asked first.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from mmgen_datasets.backends.batch import Batch, BatchBackend
from mmgen_datasets.errors import RetryError, RowError, StopError
from mmgen_datasets.generation.batch_maker import BatchMaker
from mmgen_datasets.generation.batch_parts import PartWriter
from mmgen_datasets.generation.batch_records import (
    BatchRecords,
    Part,
    describe_parts,
)
from mmgen_datasets.generation.batch_results import Collector
from mmgen_datasets.generation.batch_rounds import Rounds
from mmgen_datasets.generation.budget import Account
from mmgen_datasets.generation.insistence import Insistence
from mmgen_datasets.generation.ledger import Ledger
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally

_LOG = logging.getLogger(__name__)
_FIRST_LOOK_S = 2.0
_LONGER = 1.5  # times the pause before, from look to look
_LONGEST_S = 900.0  # between two tries whether there is room at the server
_FULL = 0.9  # of what a server lets wait, so that an estimate may be wrong


class BatchDispatcher:
    """What the batches of a journal share.

    Args:
        requests: in lists, read anew for each round.
        backend: whom to ask.
        ledger: that has and gets the outcomes.
        folder: for files on their way.
        pace: how often a request is tried, and how long a server may be down.
        tally: kept up to date for whoever looks.
        account: of the money.
        again: keys to ask for although the journal has settled them.
    """

    def __init__(
        self,
        requests: Iterable[list[Pending]],
        backend: BatchBackend,
        ledger: Ledger,
        folder: Path,
        pace: Pace,
        tally: Tally,
        account: Account,
        again: frozenset[str] = frozenset(),
    ) -> None:
        self._backend = backend
        self._ledger = ledger
        self._folder = folder
        self._tally = tally
        self._account = account
        self._records = records = BatchRecords(ledger.journal, backend)
        self._rounds = Rounds(requests, ledger, tally, pace.attempts, again)
        self._insist = Insistence(pace, tally).insist
        self._maker = BatchMaker(backend, records, self._insist)
        self._writer = PartWriter(backend, records, account, folder, self._reject)
        self._collector = Collector(backend, ledger, records, account, tally, self._rounds)
        self._round: Iterator[Pending] | None = None  # what is still to be written
        self._full_until = 0.0  # when the server may take more
        self._refusals = 0  # since there was room at the server
        self._unsure: set[str] = set()  # parts of which it is not known whether there is

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until nothing is left, an error that ends the run, or the event.

        Batches that are under way at the event go on at the server.
        """
        work = asyncio.create_task(self._work())
        watch = asyncio.create_task(stopping.wait())
        try:
            await asyncio.wait({work, watch}, return_when=asyncio.FIRST_COMPLETED)
            if not work.done():
                await self._maker.finish()
        finally:
            work.cancel()
            watch.cancel()
            await asyncio.gather(work, watch, return_exceptions=True)
        if not work.cancelled():
            work.result()
        elif parts := self._records.under_way():
            _LOG.warning(
                "%s, and the server goes on with them; the same command collects the results,"
                " and 'mmgen cancel' gives them up",
                describe_parts(parts),
            )

    async def _work(self) -> None:
        for part in self._records.under_way():  # of calls before this one
            for _ in self._records.open_lines(part):
                self._account.in_flight += part.share
        pause = _FIRST_LOOK_S
        while True:
            before = self._records.under_way()
            for part in before:
                await self._advance(part)
            await self._write_all()
            parts = self._records.under_way()
            if not parts and self._round is None:
                if not self._rounds.has_rivals:
                    return
                self._rounds.has_rivals, self._rounds.is_due = False, True  # have they done it?
            if not parts and self._writer.is_broke:
                raise self._account.refusal()
            is_new = [part.name for part in parts] != [part.name for part in before]
            pause = _FIRST_LOOK_S if is_new else pause * _LONGER
            pause = min(pause, self._backend.poll_s)
            await asyncio.sleep(pause)

    async def _write_all(self) -> None:
        """Write and send parts as long as there are requests, money and room at the server."""
        while not self._is_full:
            if self._round is None:
                if not self._rounds.is_due:
                    return
                self._round = self._rounds.next()
            part = await self._writer.next(self._round)
            if part is not None:
                await self._advance(part)
            elif self._writer.is_broke:
                return
            else:
                self._round = None

    async def _advance(self, part: Part) -> None:
        """Take a part as far as it goes now."""
        if part.batch is None:
            if self._is_full:
                return
            file = self._writer.path(part)
            if part.file is None and not file.exists():
                self._release(part, "its file was lost")
                return
            part = await self._maker.make(part, file)
            self._unsure.add(part.name)
        batch = await self._insist(partial(self._backend.look, part.batch or ""))
        if batch.answered != part.answered:
            part = self._records.note(part, answered=batch.answered)
        if batch.is_accepted:
            self._unsure.discard(part.name)
        if batch.state == "failed":
            self._take_back(part, batch)
        elif batch.state != "running":
            await self._collect(part, batch)
        self._tally.note = describe_parts(self._records.under_way())

    async def _collect(self, part: Part, batch: Batch) -> None:
        """File the results of a batch that has ended."""
        for number, results in enumerate(batch.results):
            path = self._folder / f"{part.name}.{number}.results"
            await self._insist(partial(self._backend.fetch, results, path))
            await self._collector.read(part, path)
            path.unlink()
        self._collector.leave(part, _LEFT[batch.state])
        self._records.close(part, batch.state)
        self._full_until, self._refusals = 0.0, 0
        if self._collector.fatal:
            raise self._collector.fatal
        if batch.state == "cancelled":
            raise StopError(
                f"the batch {batch.id} was cancelled; what it had answered is kept",
                "give the same command again to have the rest answered",
            )

    def _take_back(self, part: Part, batch: Batch) -> None:
        """Do what can be done about a file that the server refused as a whole.

        Raises:
            StopError: nothing can.
        """
        errors = [fault.error for fault in batch.faults]
        passing = [error for error in errors if isinstance(error, RetryError)]
        if any(error.cause == "busy" for error in passing):
            self._tally.last_problem = passing[0].problem
            self._make_room(part, batch.token_limit)
            return
        lines = {f.line: f.error for f in batch.faults if isinstance(f.error, RowError) and f.line}
        keys = {self._records.key_of_line(part, line): error for line, error in lines.items()}
        self._collector.reject(part, {key: error for key, error in keys.items() if key})
        if passing:
            self._collector.leave(part, passing[0].problem)
        self._release(part, "failed")
        for error in errors:
            if isinstance(error, StopError):
                raise error
        if not (passing or keys):
            reason = errors[0].problem if errors else "it gives no reason"
            raise StopError(f"the server refused the batch {batch.id}: {reason}")

    def _make_room(self, part: Part, limit: int | None) -> None:
        """Wait with a part for which too much is waiting at the server; cut one that is alone."""
        others = [other for other in self._records.under_way() if other.name != part.name]
        pause = self._backend.poll_s * 2.0**self._refusals
        self._full_until = time.monotonic() + min(pause, max(_LONGEST_S, self._backend.poll_s))
        self._refusals += 1
        if any(other.batch for other in others) or part.requests == 1:
            self._records.note(part, batch=None, tried_at=None)
            return
        self._writer.max_tokens = min(part.tokens / 2, _FULL * limit if limit else float("inf"))
        self._release(part, "too large")

    @property
    def _is_full(self) -> bool:
        """Whether to send nothing now: once there was no room, one part at a time is tried."""
        is_trying = bool(self._refusals and self._unsure)
        return is_trying or time.monotonic() < self._full_until

    def _release(self, part: Part, outcome: str) -> None:
        """Let those of a part's requests that have no outcome be written anew."""
        for _ in self._records.open_lines(part):
            self._account.settle(part.share, None)
        self._records.close(part, outcome)
        self._rounds.demand()

    def _reject(self, pending: Pending, error: RowError) -> None:
        self._ledger.keep_failure(pending.key, "row", error.problem)
        self._rounds.again.discard(pending.key)
        self._tally.give_up(error.problem)


_LEFT = {
    "completed": "the batch ended without a result for this request",
    "expired": "the batch expired before this request was answered",
    "cancelled": "the batch was cancelled before this request was answered",
}
"""Why a request has no result, by how its batch ended."""
