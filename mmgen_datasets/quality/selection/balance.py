"""Fair shares of a total, and draws that hardly change when rows are added."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Ints: TypeAlias = npt.NDArray[np.int64]


def shares(sizes: Sequence[int], total: int) -> list[int]:
    """Share a total out among groups, as water fills vessels of different heights.

    No group gets more than another that has more to give, but for one: where the total cannot be
    shared evenly, the first of those with enough get one more. A larger total takes from no group.

    Args:
        sizes: how much each group has to give.
        total: how much is wanted; where there is less, all of it is taken.

    Example:
        >>> shares([100, 3, 100], 24)
        [11, 3, 10]
    """
    left, level = min(total, sum(sizes)), 0
    ascending = sorted(range(len(sizes)), key=lambda group: sizes[group])
    shared = list(sizes)
    for position, group in enumerate(ascending):
        others = len(sizes) - position
        level, more = divmod(left, others)
        if sizes[group] > level:
            for number, larger in enumerate(sorted(ascending[position:])):
                shared[larger] = level + (number < more)
            break
        left -= sizes[group]
    return shared


def rarest(rows: Ints, groups: Ints, num_rows: int, num_groups: int) -> Ints:
    """Choose one group for each row that belongs to several: the one that fewest rows belong to.

    Args:
        rows: of each membership.
        groups: of each membership, from 0 to `num_groups` - 1; of two of the same size, a row
            counts for the first.
        num_rows: how many rows there are.
        num_groups: how many groups there are.

    Returns:
        The group of each row, (num_rows,); `num_groups` for those that belong to none.

    Example:
        >>> rarest(np.array([0, 0, 1]), np.array([0, 1, 0]), num_rows=3, num_groups=2)
        array([1, 0, 2])
    """
    sizes = np.bincount(groups, minlength=num_groups)
    by_size = np.lexsort((np.arange(num_groups), sizes))
    place = np.empty(num_groups + 1, np.int64)
    place[by_size] = np.arange(num_groups)
    chosen = np.full(num_rows, num_groups, np.int64)
    np.minimum.at(chosen, rows, place[groups])
    return np.append(by_size, num_groups)[chosen]


def draw(
    keys: npt.NDArray[np.uint64], groups: Ints, quotas: Sequence[int]
) -> npt.NDArray[np.bool_]:
    """Draw so many rows of each group: those with the smallest keys.

    Args:
        keys: a number for each row that nothing else depends on, so that a further row drives out
            one at most; of two that are the same, the first goes before.
        groups: of each row, from 0.
        quotas: how many are wanted of each group.

    Returns:
        Whether each row is drawn.
    """
    order = np.lexsort((keys, groups))
    sizes = np.bincount(groups, minlength=len(quotas))
    starts = np.cumsum(sizes) - sizes
    ordered = groups[order]
    is_drawn = np.empty(len(keys), np.bool_)
    is_drawn[order] = np.arange(len(keys)) - starts[ordered] < np.asarray(quotas)[ordered]
    return is_drawn
