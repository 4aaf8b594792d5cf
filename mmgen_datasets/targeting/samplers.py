"""Draw evenly: shuffled, without replacement, and shuffled again when all are used up."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

T = TypeVar("T")


class Deck(Generic[T]):
    """Things that are drawn like cards.

    After any number of draws no thing has been drawn twice more often than another, as long as
    none is passed over.

    Args:
        things: what is drawn.
        seed: of the shuffling; the same seed gives the same draws.
    """

    def __init__(self, things: Sequence[T], seed: str) -> None:
        self._things = list(things)
        self._random = random.Random(seed)
        self._left: list[T] = []  # the last is on top

    def draw(self, count: int, *, passing_over: Callable[[T], bool] = lambda _: False) -> list[T]:
        """Draw some; fewer where the deck ends, as MM-Gen does, and none from an empty one.

        Args:
            count: how many.
            passing_over: says of a thing that it must not be drawn now; it stays on top of the
                deck. Where only such things are left, the next round begins.
        """
        if count < 1 or all(map(passing_over, self._things)):
            return []
        if all(map(passing_over, self._left)):
            self._left = [*self._random.sample(self._things, len(self._things)), *self._left]
        drawn: list[T] = []
        passed: list[T] = []
        while self._left and len(drawn) < count:
            thing = self._left.pop()
            (passed if passing_over(thing) or thing in drawn else drawn).append(thing)
        self._left += reversed(passed)
        return drawn
