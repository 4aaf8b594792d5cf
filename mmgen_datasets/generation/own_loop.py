"""Run a coroutine on an event loop of its own, whatever runs in the caller's thread."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any

_LOG = logging.getLogger(__name__)


def run_in_own_loop(main: Callable[[asyncio.Event], Coroutine[Any, Any, None]]) -> None:
    """Run a coroutine to its end in a thread of its own, so also from a notebook.

    The first interrupt sets the coroutine's event, the second cancels it.

    Raises:
        KeyboardInterrupt: after the coroutine has ended, if there was an interrupt.
        BaseException: what the coroutine raised.
    """
    stopping = asyncio.Event()
    finished = threading.Event()
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]] = []
    failure: list[BaseException] = []

    async def supervised() -> None:
        if (task := asyncio.current_task()) is not None:
            running.append((asyncio.get_running_loop(), task))
        await main(stopping)

    def run() -> None:
        try:
            # A loop that is named does not become the loop of this thread.
            with asyncio.Runner(loop_factory=asyncio.new_event_loop) as runner:
                runner.run(supervised())
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
            if interrupts == 1:
                _LOG.warning("finishing what is in flight; interrupt again to end at once")
            _interrupt(stopping, running, at_once=interrupts > 1)
    if interrupts:
        raise KeyboardInterrupt
    if failure:
        raise failure[0]


def _interrupt(
    stopping: asyncio.Event,
    running: list[tuple[asyncio.AbstractEventLoop, asyncio.Task[None]]],
    *,
    at_once: bool,
) -> None:
    """Set the event, or cancel the task; one that has not begun finds the event set."""
    if not running:
        stopping.set()
        return
    [(loop, task)] = running
    with contextlib.suppress(RuntimeError):  # it ended meanwhile, and its loop with it
        loop.call_soon_threadsafe(task.cancel if at_once else stopping.set)
