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
    # A loop that is named does not become the loop of this thread.
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
            if interrupts == 1:
                _LOG.warning("finishing what is in flight; interrupt again to end at once")
            with contextlib.suppress(RuntimeError):  # it ended meanwhile, and its loop with it
                loop.call_soon_threadsafe(stopping.set if interrupts == 1 else main_task.cancel)
    if interrupts:
        raise KeyboardInterrupt
    if failure:
        raise failure[0]
