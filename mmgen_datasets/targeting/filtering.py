"""Keep a part of what was generated: MM-Gen's last step.

MM-Gen kept the half with the highest loss under the model to be tuned, and compared it with a half
by chance, the half with the lowest loss, and one by facility location over embeddings.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.facility_location import facility_location
from mmgen_datasets.targeting.vectors import Vectors

By: TypeAlias = Literal["high-loss", "low-loss", "random", "facility-location"]


@dataclass(frozen=True)
class Keep:
    """Which part is kept."""

    by: By = "high-loss"
    share: float = 0.5
    """Of the rows that can be kept, rounded to the nearest number of rows."""
    num: int | None = None
    """How many, in place of the share."""
    seed: int = 0
    """Of what is by chance."""

    def __post_init__(self) -> None:
        if self.by not in get_args(By):
            raise UsageError(f"kept is by {self.by!r}", f"choose from {', '.join(get_args(By))}")
        if not 0 <= self.share <= 1:
            raise UsageError(f"the share to keep is {self.share}", "give a number from 0 to 1")

    def count(self, available: int) -> int:
        """How many of so many rows are kept."""
        wanted = math.floor(available * self.share + 0.5) if self.num is None else self.num
        return min(wanted, available)


def choose_by_loss(ids: Sequence[str], losses: Sequence[float | None], keep: Keep) -> list[int]:
    """Choose the rows with the highest or the lowest loss; of equals those with the lesser id.

    Args:
        ids: of the rows.
        losses: in the same order; rows without one are not chosen, and do not count.
        keep: how many, and from which end.

    Returns:
        Places in ascending order.

    Example:
        >>> choose_by_loss(["a", "b", "c", "d"], [0.1, 0.7, 0.7, None], Keep(num=1))
        [1]
    """
    sign = -1 if keep.by == "high-loss" else 1
    rows = enumerate(zip(ids, losses, strict=True))
    scored = [(sign * loss, id, place) for place, (id, loss) in rows if loss is not None]
    scored.sort()
    return sorted(place for _, _, place in scored[: keep.count(len(scored))])


def choose_by_chance(length: int, keep: Keep) -> list[int]:
    """Choose among so many rows by chance; the same ones for a seed, in ascending order."""
    return sorted(random.Random(keep.seed).sample(range(length), keep.count(length)))


def choose_by_vectors(vectors: Vectors, keep: Keep) -> list[int]:
    """Choose the rows whose vectors stand for all; see `facility_location`."""
    return facility_location(vectors, keep.count(len(vectors)), seed=keep.seed)
