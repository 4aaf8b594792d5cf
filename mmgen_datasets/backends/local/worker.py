"""A thread that owns a model and answers coroutines of any event loop."""

from __future__ import annotations

import asyncio
import atexit
import os
import queue
import threading
from collections.abc import Callable, Hashable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol

from mmgen_datasets.chat import Reply, Request


@dataclass(frozen=True, eq=False)
class Ask:
    """A request and where its reply goes."""

    request: Request
    future: Future[Reply] = field(default_factory=Future)

    @property
    def is_over(self) -> bool:
        """Whether it has an outcome, or nobody waits for one any more."""
        return self.future.done()

    def settle(self, outcome: Reply | BaseException) -> None:
        """Hand over a reply or what went wrong, unless nobody waits for it."""
        if not self.future.set_running_or_notify_cancel():
            return
        if isinstance(outcome, BaseException):
            self.future.set_exception(outcome)
        else:
            self.future.set_result(outcome)


class Engine(Protocol):
    """A model that answers several chats at once, in small steps."""

    def add(self, ask: Ask) -> None:
        """Take a chat in; one that cannot be answered is settled at once."""

    def step(self) -> bool:
        """Go a little further with all chats; returns whether any is left.

        An ask that is over is to be dropped, so that its place goes to another.

        Raises:
            StopError: none of the chats can be answered.
        """

    def close(self) -> None:
        """Give back the memory of the model."""


class Worker:
    """Opens an engine in a thread of its own and drives it as long as there are asks.

    Args:
        opened: loads the model; called in the thread, so that no event loop waits for it.
    """

    def __init__(self, opened: Callable[[], Engine]) -> None:
        self.failed = False
        """Whether it has met an error; whoever asks then gets that."""
        self._opened = opened
        self._inbox: queue.SimpleQueue[Ask | None] = queue.SimpleQueue()
        self._taken: list[Ask] = []
        self._thread = threading.Thread(target=self._run, name="mmgen-model", daemon=True)
        self._thread.start()
        # A thread in the middle of a step would be cut off while the library is torn down.
        atexit.register(self.close)

    def ask(self, request: Request) -> Future[Reply]:
        """Have a request answered; to cancel the future frees its place in the engine."""
        ask = Ask(request)
        self._inbox.put(ask)
        return ask.future

    def close(self) -> None:
        """End after the step in hand; what is unanswered stays so."""
        atexit.unregister(self.close)
        self._inbox.put(None)
        self._thread.join()

    def _run(self) -> None:
        try:
            self._drive(self._opened())
        except BaseException as error:  # handed to whoever waits
            self.failed = True
            for ask in chain(self._taken, iter(self._inbox.get, None)):
                if not ask.is_over:
                    ask.settle(error)

    def _drive(self, engine: Engine) -> None:
        busy = False
        try:
            while True:
                for ask in self._arrivals(wait=not busy):
                    if ask is None:
                        return
                    self._taken.append(ask)
                    engine.add(ask)
                busy = engine.step()
                self._taken = [ask for ask in self._taken if not ask.is_over]
        finally:
            engine.close()

    def _arrivals(self, *, wait: bool) -> Iterator[Ask | None]:
        if wait:
            yield self._inbox.get()
        while True:
            try:
                yield self._inbox.get_nowait()
            except queue.Empty:
                return


async def answer(settings: Hashable, opened: Callable[[], Engine], request: Request) -> Reply:
    """Answer a request by the worker of a backend's settings.

    A model is loaded once in a process, and again after it failed: the network may be back, or
    memory free.

    Args:
        settings: of the backend.
        opened: loads the model, if these settings have no worker yet.
        request: to be answered; to cancel this frees its place in the engine.
    """
    with _LOCK:
        worker = _WORKERS.get(settings)
        if worker is not None and worker.failed:
            worker.close()  # what its error still holds may be the memory of a model
            worker = None
        if worker is None:
            worker = _WORKERS[settings] = Worker(opened)
        future = worker.ask(request)
    return await asyncio.wrap_future(future)


_LOCK = threading.Lock()
_WORKERS: dict[Hashable, Worker] = {}
os.register_at_fork(after_in_child=_WORKERS.clear)  # threads stay with the parent
