"""Ask a backend many requests at once, in any order, and keep every answer as it comes.

One dispatcher fills the free slots: with a failed request whose pause is over, else with the
next one that the journal does not have. A request that waits to be tried again holds no slot,
so a slow or failing one never stands in the way of the others.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import random
import threading
import time
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import RetryError, RowError, StopError, UsageError
from mmgen_datasets.generation.journal import Journal, open_journal

FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 60.0


@dataclass(frozen=True)
class Pace:
    """How hard a backend is pressed."""

    concurrency: int = 16
    """Requests in flight at a time."""
    attempts: int = 6
    """How often a request is sent before its failure counts for this run."""

    def __post_init__(self) -> None:
        for name in ("concurrency", "attempts"):
            if (value := getattr(self, name)) < 1:
                raise UsageError(f"{name} is {value}", "give a number of at least 1")


@dataclass(frozen=True)
class Pending:
    """A request that is put together, its media read, only when it is sent."""

    key: str
    load: Callable[[], Request]
    has_media: bool = False
    """Whether `load` reads files and so has to stay off the event loop."""


@dataclass
class Tally:
    """What has happened so far, for whoever shows it while the engine runs."""

    total: int
    known: int = 0
    """Requests that the journal had settled before, or that say the same as an earlier one."""
    replies: int = 0
    failures: int = 0
    """Requests given up."""
    retries: int = 0
    """Attempts that failed and were, or will be, made again."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    last_problem: str = ""
    started: float = field(default_factory=time.monotonic)

    @property
    def done(self) -> int:
        """Requests that need nothing more in this run."""
        return self.known + self.replies + self.failures

    def add(self, reply: Reply) -> None:
        """Count a reply."""
        self.replies += 1
        self.prompt_tokens += reply.prompt_tokens or 0
        self.completion_tokens += reply.completion_tokens or 0


def ask_all(
    batches: Iterable[list[Pending]],
    backend: Backend,
    *,
    journal: Path,
    pace: Pace,
    tally: Tally,
    again: frozenset[str] = frozenset(),
) -> None:
    """Ask for all that the journal does not have, and return when each has an outcome.

    It runs on an event loop and a thread of its own, so it can be called from a notebook. The
    first interrupt lets what is in flight finish, the second ends at once; the journal then
    has all that was answered.

    Args:
        batches: requests in lists, read as they are needed.
        backend: whom to ask.
        journal: the file that has and gets the outcomes.
        pace: how many at a time, how often.
        tally: kept up to date for whoever looks.
        again: keys to ask for although the journal has settled them.

    Raises:
        StopError: going on makes no sense; the journal has all that was answered.
        KeyboardInterrupt: after the interrupt was carried out.
    """

    async def main(stopping: asyncio.Event) -> None:
        with open_journal(journal) as opened:
            fresh = _unsettled(batches, opened, tally, again)
            await _Engine(fresh, backend, opened, pace, tally).run(stopping)

    _run_in_thread(main)


def _unsettled(
    batches: Iterable[list[Pending]], journal: Journal, tally: Tally, again: frozenset[str]
) -> Iterator[Pending]:
    """The requests that have to be sent, each key once."""
    sent: set[str] = set()
    for batch in batches:
        records = journal.records([pending.key for pending in batch])
        for pending in batch:
            record = records.get(pending.key)
            settled = record is not None and record.is_settled and pending.key not in again
            if settled or pending.key in sent:
                tally.known += 1
            else:
                sent.add(pending.key)
                yield pending


@dataclass(order=True)
class _Due:
    """A request and when it may be sent."""

    time: float
    order: int
    pending: Pending = field(compare=False)
    attempt: int = field(compare=False)


class _Engine:
    """What the dispatcher and the requests in flight share."""

    def __init__(
        self,
        fresh: Iterator[Pending],
        backend: Backend,
        journal: Journal,
        pace: Pace,
        tally: Tally,
    ) -> None:
        self._fresh = fresh
        self._backend = backend
        self._journal = journal
        self._pace = pace
        self._tally = tally
        self._later: list[_Due] = []
        self._order = itertools.count()
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._was_heard = False  # whether the backend has answered anything in this run
        self._fatal: BaseException | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until nothing is left, an error that ends the run, or the event."""
        watch = asyncio.create_task(self._watch(stopping))
        try:
            while not (stopping.is_set() or self._fatal):
                self._fill_slots()
                if not self._flying and not self._later:
                    break
                await self._next_change()
            # What is in flight may already be paid for.
            await asyncio.gather(*self._flying, return_exceptions=True)
        finally:
            for task in (watch, *self._flying):
                task.cancel()
            await asyncio.gather(watch, *self._flying, return_exceptions=True)
        if self._fatal:
            raise self._fatal

    async def _watch(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._wake.set()

    def _fill_slots(self) -> None:
        while len(self._flying) < self._pace.concurrency and (due := self._take()):
            task = asyncio.create_task(self._attempt(due))
            self._flying.add(task)
            task.add_done_callback(self._land)

    def _take(self) -> _Due | None:
        now = time.monotonic()
        if self._later and self._later[0].time <= now:
            return heapq.heappop(self._later)
        if (pending := next(self._fresh, None)) is not None:
            return _Due(now, next(self._order), pending, attempt=1)
        return None

    async def _next_change(self) -> None:
        """Wait until a slot is free or a pause is over."""
        pause = None
        if self._later and len(self._flying) < self._pace.concurrency:
            pause = max(0.0, self._later[0].time - time.monotonic())
        try:
            async with asyncio.timeout(pause):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _land(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            self._fatal = self._fatal or error

    async def _attempt(self, due: _Due) -> None:
        pending = due.pending
        try:
            request = await (
                asyncio.to_thread(pending.load) if pending.has_media else _now(pending.load)
            )
            reply = await self._backend.reply(request)
        except RetryError as error:
            self._retry(due, error)
        except RowError as error:
            self._was_heard = True
            self._tally.failures += 1
            self._tally.last_problem = error.problem
            self._journal.keep_failure(pending.key, "row", error.problem)
        else:
            self._was_heard = True
            self._journal.keep_reply(pending.key, reply)
            self._tally.add(reply)

    def _retry(self, due: _Due, error: RetryError) -> None:
        self._journal.keep_failure(due.pending.key, "retry", error.problem)
        self._tally.last_problem = error.problem
        if due.attempt < self._pace.attempts:
            self._tally.retries += 1
            when = time.monotonic() + pause_s(due.attempt, error.retry_after)
            heapq.heappush(self._later, _Due(when, next(self._order), due.pending, due.attempt + 1))
        elif self._was_heard:
            self._tally.failures += 1
        else:
            raise StopError(
                f"{due.attempt} attempts and no answer: {error.problem}",
                error.hint or "see that the server runs, then give the same command again",
            ) from error


def pause_s(attempt: int, retry_after: float | None) -> float:
    """Seconds to leave a request alone after its attempt of this number failed.

    Twice as long each time, from what the server asked for or half a second, to a minute or
    what the server asked for; and up to a quarter more, so that requests which failed together
    do not come back together.
    """
    first = FIRST_PAUSE_S if retry_after is None else retry_after
    pause = min(first * 2.0 ** (attempt - 1), max(first, LONGEST_PAUSE_S))
    return pause * random.uniform(1.0, 1.25)


async def _now(load: Callable[[], Request]) -> Request:
    return load()


def _run_in_thread(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end on a loop of its own, whatever runs in the caller's thread.

    The first interrupt sets the coroutine's event, the second cancels it.
    """
    runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
    loop = runner.get_loop()
    stopping = asyncio.Event()
    main_task = loop.create_task(main(stopping))
    failure: list[BaseException] = []
    finished = threading.Event()

    async def finish() -> None:
        await main_task

    def run() -> None:
        try:
            with runner:
                runner.run(finish())
        except BaseException as error:  # handed to the caller's thread, below
            failure.append(error)
        finally:
            finished.set()

    threading.Thread(target=run, name="mmgen-engine", daemon=True).start()
    interrupts = 0
    while not finished.is_set():
        try:
            finished.wait()  # not join: before Python 3.13 an interrupted join forgets the thread
        except KeyboardInterrupt:
            interrupts += 1
            with contextlib.suppress(RuntimeError):  # it ended meanwhile, and its loop with it
                loop.call_soon_threadsafe(stopping.set if interrupts == 1 else main_task.cancel)
    if interrupts:
        raise KeyboardInterrupt
    if failure:
        raise failure[0]
