"""One call to a server, made until it works."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from mmgen_datasets.errors import RetryError, RowError, StopError
from mmgen_datasets.generation.dispatch import FIRST_PATIENCE_S
from mmgen_datasets.generation.pace import Pace, pause_s
from mmgen_datasets.generation.tally import Tally

T = TypeVar("T")


class Insistence:
    """How long a server is called that does not answer.

    Args:
        pace: how long it may be down.
        tally: that what goes wrong is shown in.
    """

    def __init__(self, pace: Pace, tally: Tally) -> None:
        self._pace = pace
        self._tally = tally
        self._was_heard = False

    async def insist(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call until it works, with growing pauses.

        Raises:
            StopError: it will not, or has not for too long.
        """
        patience_s = self._pace.patience_s
        if not self._was_heard:
            patience_s = min(patience_s, FIRST_PATIENCE_S)
        began, failures = time.monotonic(), 0
        while True:
            try:
                result = await call()
            except RowError as error:  # the call is about all rows
                raise StopError(error.problem, error.hint) from error
            except RetryError as error:
                failures += 1
                self._tally.last_problem = error.problem
                pause = pause_s(failures, error.retry_after)
                if time.monotonic() + pause - began > patience_s:
                    raise StopError(
                        f"no answer for {patience_s:g} seconds: {error.problem}",
                        error.hint or "see that the server runs, then give the same command again",
                    ) from error
                await asyncio.sleep(pause)
            else:
                self._was_heard = True
                return result
