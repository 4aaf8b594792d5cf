"""Send requests as slots and limits allow, and keep every answer as it comes.

One dispatcher fills the free slots: with a failed request whose pause is over, else with the
next one that has not been sent. A request that waits to be tried again holds no slot, so a slow
or failing one never stands in the way of the others.
"""

from __future__ import annotations

import asyncio
import math
import sqlite3
import time
from collections.abc import Iterator

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import RetryError, RowError, StopError
from mmgen_datasets.generation.breaker import Breaker
from mmgen_datasets.generation.budget import Account
from mmgen_datasets.generation.fitting import fitting_reply
from mmgen_datasets.generation.keeping import Keeper
from mmgen_datasets.generation.ledger import Ledger
from mmgen_datasets.generation.limits import Limiter
from mmgen_datasets.generation.pace import Pace, pause_s
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from mmgen_datasets.generation.waiting import Due, Waiting
from mmgen_datasets.quantity import quantity

FIRST_PATIENCE_S = 20.0
"""How long a server may be down that has not answered at all: more likely, it is not there."""


class Dispatcher:
    """What the requests in flight share."""

    def __init__(
        self,
        backend: Backend,
        ledger: Ledger,
        pace: Pace,
        tally: Tally,
        account: Account,
    ) -> None:
        self._account = account
        self._backend = backend
        self._ledger = ledger
        self._pace = pace
        self._tally = tally
        self._limiter = Limiter(pace.concurrency, pace.allowance)
        self._breaker = Breaker(FIRST_PATIENCE_S)
        self._keeper = Keeper(ledger, self._end)
        self._waiting = Waiting(pace.concurrency)
        self._flying: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._started = time.monotonic()
        self._heard_at: float | None = None  # when the server last answered
        self._fatal: BaseException | None = None

    async def run(self, fresh: Iterator[Pending], stopping: asyncio.Event) -> None:
        """Work until nothing is left, an error that ends the run, or the event.

        It can be called again with more, and goes on at the pace that it has found.
        """
        self._waiting.fresh = fresh
        watch = asyncio.create_task(self._watch(stopping))
        try:
            while not (stopping.is_set() or self._fatal):
                wait_s = self._fill_slots()
                if self._fatal or not (self._flying or self._waiting):
                    break
                await self._next_change(wait_s)
            # What is in flight may already be paid for.
            await asyncio.gather(*self._flying, return_exceptions=True)
        finally:
            for task in (watch, *self._flying):
                task.cancel()
            await asyncio.gather(watch, *self._flying, return_exceptions=True)
            self._keeper.commit()
        if self._fatal:
            if lost := self._keeper.lost:
                replies = quantity(lost, "reply", "replies")
                self._fatal.add_note(f"{replies} that had come could not be kept")
            raise self._fatal

    def share(self, place: int, workers: int) -> None:
        """Take one's part of the limits, as one of several workers; see `Limiter.share`."""
        if self._limiter.share(place, workers):
            self._wake.set()

    async def _watch(self, stopping: asyncio.Event) -> None:
        await stopping.wait()
        self._wake.set()

    def _fill_slots(self) -> float:
        """Send what may be sent; returns the seconds until a pause or a limit lets more go."""
        while (due := self._take()) is not None:
            now = time.monotonic()
            try:
                self._limiter.refuse_too_large(due.pending.tokens)
            except RowError as error:
                self._reject(due.pending, error)
                continue
            wait_s = self._limiter.wait_s(due.pending.tokens, now)
            if wait_s > 0:
                self._waiting.put_back(due)
                return wait_s
            if not self._account.reserve(due.pending.expected):
                self._waiting.put_back(due)
                if not self._flying:  # else a reply may be shorter than was set aside for it
                    self._fatal = self._account.refusal()
                return math.inf
            self._limiter.sent(due.pending.tokens, now)
            task = asyncio.create_task(self._attempt(due, now))
            self._flying.add(task)
            task.add_done_callback(self._land)
        return self._waiting.pause_s(time.monotonic())

    def _take(self) -> Due | None:
        try:
            return self._waiting.take(time.monotonic())
        except sqlite3.Error as error:  # what is in flight is waited for all the same
            self._fatal = error
            return None

    async def _next_change(self, wait_s: float) -> None:
        """Wait until a request has landed, or for so many seconds."""
        try:
            async with asyncio.timeout(None if wait_s == math.inf else max(0.0, wait_s)):
                await self._wake.wait()
        except TimeoutError:
            return
        self._wake.clear()

    def _land(self, task: asyncio.Task[None]) -> None:
        self._flying.discard(task)
        self._limiter.landed()
        self._wake.set()
        if not task.cancelled() and (error := task.exception()):
            self._fatal = self._fatal or error

    async def _attempt(self, due: Due, sent_at: float) -> None:
        reply = None
        try:
            reply = await self._ask(due, sent_at)
        finally:
            self._account.settle(due.pending.expected, reply)
        if reply is not None:
            self._hear()
            self._keep(due.pending, reply)

    async def _ask(self, due: Due, sent_at: float) -> Reply | None:
        """The reply, or None where what went wrong has been taken care of."""
        pending = due.pending
        try:
            if pending.has_media:
                request = await asyncio.to_thread(pending.load)
            else:
                request = pending.load()
        except RowError as error:
            self._reject(pending, error)
            return None
        try:
            return await fitting_reply(self._backend, request)
        except RetryError as error:
            self._retry(due, error, sent_at)
        except RowError as error:
            self._hear()
            self._reject(pending, error)
        return None

    def _hear(self) -> None:
        """The server is there, and from now on worth waiting for."""
        self._heard_at = time.monotonic()
        self._breaker.worked()
        self._breaker.patience_s = self._pace.patience_s

    def _end(self, error: BaseException) -> None:
        """Send no more."""
        self._fatal = error
        self._wake.set()

    def _keep(self, pending: Pending, reply: Reply) -> None:
        longer = pending.longer if reply.is_cut else None
        self._keeper.keep_reply(pending.key, reply, is_last=longer is None)
        self._limiter.answered(reply.allowance)
        self._tally.add(reply, is_last=longer is None)
        self._tally.cost = self._account.spent.cost
        if longer is not None:
            self._waiting.put_later(longer())

    def _reject(self, pending: Pending, error: RowError) -> None:
        self._keeper.keep_failure(pending.key, "row", error.problem)
        self._tally.give_up(error.problem)

    def _retry(self, due: Due, error: RetryError, sent_at: float) -> None:
        now = time.monotonic()
        self._keeper.keep_failure(due.pending.key, "retry", error.problem)
        self._tally.last_problem = error.problem
        if (error.retry_after or 0) > self._pace.patience_s:
            raise StopError(
                f"the server asks to be left alone for {error.retry_after:,.0f} s: {error.problem}",
                "give the same command again after that",
            )
        attempt = due.attempt + (not self._is_servers_fault(error, sent_at, now))
        if attempt > self._pace.attempts:
            if self._heard_at is None:
                raise _no_answer(f"to {due.attempt} attempts", error)
            self._ledger.give_up(due.pending.key)
            self._tally.give_up(error.problem)
            return
        self._tally.retries += 1
        failures = due.failures + 1
        when = now + pause_s(failures, error.retry_after)
        self._waiting.put_later(due.pending, when, attempt=attempt, failures=failures)

    def _is_servers_fault(self, error: RetryError, sent_at: float, now: float) -> bool:
        """Take note of a server that is busy or down; no request is to blame for that.

        Raises:
            StopError: it has been so for too long.
        """
        if error.cause == "busy":
            self._limiter.refused(error.retry_after, now)
            if now - (self._heard_at or self._started) > self._pace.patience_s:
                raise _no_answer(f"for {self._pace.patience_s:g} seconds", error)
            return True
        return error.cause == "down" and self._note_down(error, sent_at, now)

    def _note_down(self, error: RetryError, sent_at: float, now: float) -> bool:
        """Whether the server, not the request, is to blame.

        Raises:
            StopError: it has been down for too long.
        """
        wait_s = self._breaker.failed(sent_at, now)
        if self._breaker.is_hopeless(now):
            raise _no_answer(f"for {self._breaker.patience_s:g} seconds", error)
        if self._breaker.is_open:
            self._limiter.restart(wait_s, now)
        return self._breaker.is_open


def _no_answer(how_long: str, error: RetryError) -> StopError:
    return StopError(
        f"no answer {how_long}: {error.problem}",
        error.hint or "see that the server runs, then give the same command again",
    )
