"""How many requests may be in flight, and when the next may be sent.

Three things hold requests back. A *window* of requests in flight: it grows by three with each
reply until the server first says that it is too much (so it quadruples with each round), and
slowly from then on; each request refused takes one off, so that a round of which half is refused
is halved, and a stray refusal costs next to nothing. It settles where one request in fifty is
refused. *Allowances* of requests and tokens a minute, given out evenly; what the user does not
state is read from the server's headers. And a *pause*, where the server asks for one and refuses
twice in a row.

The clock is an argument, so that all of it can be tried without waiting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from mmgen_datasets.chat import Allowance
from mmgen_datasets.errors import RowError

FIRST_WINDOW = 32
"""Requests in flight at the start."""
_FIRST_GROWTH = 3.0  # of the window with each reply, until the server refuses
_GROWTH = 0.02  # and from then on


@dataclass
class _Bucket:
    """So much for each minute, given out evenly; what one second has may be used at once."""

    per_minute: float
    filled_at: float
    level: float = field(init=False)

    def __post_init__(self) -> None:
        self.level = self._capacity

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken; more than fits waits for a full bucket."""
        self._fill(now)
        lacking = min(amount, self._capacity) - self.level
        return max(0.0, lacking * 60 / self.per_minute)

    def take(self, amount: float, now: float) -> None:
        """Take it. The level may fall below zero, which those that come later wait for."""
        self._fill(now)
        self.level -= amount

    @property
    def _capacity(self) -> float:
        return max(1.0, self.per_minute / 60)

    def _fill(self, now: float) -> None:
        gained = (now - self.filled_at) * self.per_minute / 60
        self.level = min(self._capacity, self.level + gained)
        self.filled_at = now


class Limiter:
    """Decides when the next request may be sent.

    Args:
        concurrency: the most requests in flight, in all workers.
        stated: what the user says of the server's limits, which hold for all workers together.
    """

    def __init__(self, concurrency: int, stated: Allowance) -> None:
        self.window = float(min(concurrency, FIRST_WINDOW))
        """How many may be in flight now."""
        self._place, self._workers = 0, 1
        self._total = concurrency
        self._stated = stated
        self._allowed = stated
        self._in_flight = 0
        self._growth = _FIRST_GROWTH
        self._refusals = 0  # in a row
        self._paused_until = -math.inf
        self._buckets: tuple[_Bucket | None, _Bucket | None] | None = None

    def share(self, place: int, workers: int) -> bool:
        """Take an equal part of what is allowed; at least one request may be in flight.

        Args:
            place: of this worker among them, from 0.
            workers: how many press the server.

        Returns:
            Whether that is new.
        """
        if (place, workers) == (self._place, self._workers):
            return False
        self._place, self._workers, self._buckets = place, workers, None
        self.window = min(self.window, float(self._concurrency))
        return True

    def refuse_too_large(self, tokens: int) -> None:
        """Refuse what no minute has room for, instead of waiting for ever.

        Raises:
            RowError: with both numbers.
        """
        limit = self._allowed.tokens_per_minute
        if limit is not None and tokens > limit:
            raise RowError(
                f"the request takes about {tokens:,} tokens, and {limit:,.0f} a minute are allowed",
                "use a recipe with a shorter context, or ask for a higher limit",
            )

    def wait_s(self, tokens: int, now: float) -> float:
        """Seconds until a request of this size may be sent; infinite until another has landed."""
        if self._in_flight >= int(self.window):
            return math.inf
        pairs = zip(self._opened(now), (1, tokens), strict=True)
        waits = [bucket.wait_s(amount, now) for bucket, amount in pairs if bucket]
        return max(0.0, self._paused_until - now, *waits)

    def sent(self, tokens: int, now: float) -> None:
        """Count a request that is being sent."""
        self._in_flight += 1
        for bucket, amount in zip(self._opened(now), (1, tokens), strict=True):
            if bucket:
                bucket.take(amount, now)

    def landed(self) -> None:
        """Count a request as no longer in flight, however it ended."""
        self._in_flight -= 1

    def answered(self, told: Allowance | None = None) -> None:
        """Let the window grow, and take over what the headers of the reply tell."""
        self._refusals = 0
        self.window = min(float(self._concurrency), self.window + self._growth)
        if told is not None:
            allowed = Allowance(
                self._stated.requests_per_minute or told.requests_per_minute,
                self._stated.tokens_per_minute or told.tokens_per_minute,
            )
            if allowed != self._allowed:
                self._allowed, self._buckets = allowed, None

    def refused(self, retry_after: float | None, now: float) -> None:
        """Take one off the window; a second refusal in a row makes all wait."""
        self._growth = _GROWTH
        self._refusals += 1
        self.window = max(1.0, self.window - 1)
        if self._refusals > 1 and retry_after is not None:
            self._paused_until = max(self._paused_until, now + retry_after)

    def restart(self, pause_s: float, now: float) -> None:
        """Send nothing for a while, then begin with one request."""
        self.window, self._growth = 1.0, _FIRST_GROWTH
        self._paused_until = max(self._paused_until, now + pause_s)

    @property
    def _concurrency(self) -> int:
        """The most requests in flight, in this worker."""
        return max(1, (self._total + self._workers - 1 - self._place) // self._workers)

    def _opened(self, now: float) -> tuple[_Bucket | None, _Bucket | None]:
        if self._buckets is None:
            requests, tokens = self._allowed.requests_per_minute, self._allowed.tokens_per_minute
            self._buckets = (
                _Bucket(requests / self._workers, now) if requests else None,
                _Bucket(tokens / self._workers, now) if tokens else None,
            )
        return self._buckets
