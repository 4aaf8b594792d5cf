"""In which order requests are sent."""

from __future__ import annotations

import heapq
import itertools
import math
from collections.abc import Iterator
from dataclasses import dataclass, field

from mmgen_datasets.generation.pending import Pending

_MOST_LATER = 8  # requests that wait to be tried again, at a concurrency below that


@dataclass(order=True)
class Due:
    """A request and when it may be sent."""

    time: float
    """In seconds of `time.monotonic`."""
    order: int
    pending: Pending = field(compare=False)
    attempt: int = field(default=1, compare=False)
    """Of which number it is; what is the server's fault does not count."""
    failures: int = field(default=0, compare=False)


class Waiting:
    """Requests that have not been sent, and those that are to be sent again.

    The one that was taken and put back goes first, then those whose pause is over, then new ones.
    Where many wait for the end of their pause, the server has enough, and no new ones are taken.

    Args:
        concurrency: the most requests in flight.
    """

    def __init__(self, concurrency: int) -> None:
        self.fresh: Iterator[Pending] = iter(())
        """Those that have never been sent."""
        self._held: Due | None = None
        self._later: list[Due] = []
        self._most_later = max(_MOST_LATER, concurrency)
        self._order = itertools.count()

    def __bool__(self) -> bool:
        """Whether any were put back or wait for the end of a pause."""
        return bool(self._held or self._later)

    def take(self, now: float) -> Due | None:
        """The next one, if one may be sent by now."""
        if (held := self._held) is not None:
            self._held = None
            return held
        if self._later and self._later[0].time <= now:
            return heapq.heappop(self._later)
        if len(self._later) >= self._most_later:
            return None
        pending = next(self.fresh, None)
        return None if pending is None else Due(now, next(self._order), pending)

    def put_back(self, due: Due) -> None:
        """Let the one that was taken last be the next."""
        self._held = due

    def put_later(
        self, pending: Pending, when: float = 0.0, *, attempt: int = 1, failures: int = 0
    ) -> None:
        """Let one be sent again, at a time or as soon as there is room."""
        heapq.heappush(self._later, Due(when, next(self._order), pending, attempt, failures))

    def pause_s(self, now: float) -> float:
        """How long until the next pause is over; infinite where there is none."""
        return self._later[0].time - now if self._later else math.inf
