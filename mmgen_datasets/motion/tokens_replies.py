"""Motions out of what a model replied, with a count of what was none."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from mmgen_datasets.errors import RowError

T = TypeVar("T")


@dataclass
class Readings(Generic[T]):
    """What was read of each reply."""

    codes: list[T | None] = field(default_factory=list)
    """In the order of the replies; null where there was no motion to read."""
    problems: dict[int, str] = field(default_factory=dict)
    """Number of the reply to what is wrong with it."""

    @property
    def share_read(self) -> float:
        """The share of replies that are valid, 0..1; of none it is 1."""
        return 1 - len(self.problems) / len(self.codes) if self.codes else 1.0


def read_replies(replies: Iterable[str], read: Callable[[str], T]) -> Readings[T]:
    """Read replies; one that is no motion is kept as such, and never as another motion.

    Args:
        replies: what a model wrote.
        read: such as ``partial(find_codes, how=...)`` or ``partial(find_grid, how=...)``.

    Example:
        >>> from functools import partial
        >>> from mmgen_datasets.motion.token_patterns import pattern
        >>> from mmgen_datasets.motion.tokens import find_codes
        >>> read = partial(find_codes, how=pattern("motion", 512))
        >>> readings = read_replies(["<Motion><Motion_3></Motion>", "I cannot"], read)
        >>> readings.codes, readings.share_read
        ([[3], None], 0.5)
    """
    readings: Readings[T] = Readings()
    for number, reply in enumerate(replies):
        try:
            readings.codes.append(read(reply))
        except RowError as error:
            readings.codes.append(None)
            readings.problems[number] = error.problem
    return readings
