"""Find what is alike among many without comparing each with each.

Every item has a few *keys*; two that are alike share at least one of them with high probability,
two that are not seldom do. Only those that share one are compared, and only as long as the
outcome can still tell something. Where very many share one and are not alike, as texts of one
template do, a closer way is taken.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from itertools import count
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

Keys: TypeAlias = npt.NDArray[np.unsignedinteger[Any]]
"""``(N, B)``: the keys of each item, one of each of B kinds."""

Places: TypeAlias = npt.NDArray[np.int64]
"""Which items, from 0."""

Compare: TypeAlias = Callable[[Places, Places], npt.NDArray[np.float64]]
"""How similar each item of the first is to the one that stands beside it in the second, 0..1."""

Pairs: TypeAlias = tuple[Places, Places]
"""Items, each with the one that stands beside it."""

DONE = -1
"""The label of an item that is in no more pairs."""
_MANY = 32  # others with which one that shares a key with them is compared without further thought


class Band(NamedTuple):
    """Items in an order in which those that may be alike stand close to one another."""

    items: Places
    """``(E,)``; one may stand in several places."""
    ends: Places
    """``(E,)``: where those end that follow each and are to be compared with it."""


Closely: TypeAlias = Callable[[Places], Band]
"""Some items in an order that loses none that are alike, and has fewer others between them."""


def crowded(keys: Keys) -> npt.NDArray[np.bool_]:
    """Which items share a key with another, ``(N,)``."""
    found = np.zeros(len(keys), bool)
    for items, _ in map(_buckets, keys.T):
        found[items] = True
    return found


def candidates(
    keys: Keys, labels: Places, closely: Closely | None = None
) -> Generator[Pairs, None, None]:
    """Pairs that share a key and have different labels, many at a time.

    Labels may change while one goes through the pairs: those of items that are found to be alike
    may become one, and that of an item which is to be in no more pairs becomes `DONE`.
    """
    crowd = np.zeros(len(keys), bool)
    for band in keys.T:
        open_items = np.flatnonzero(labels != DONE)
        items, ends = _buckets(band[open_items])
        most = _MANY if closely else None
        crowd[(yield from _pairs(Band(open_items[items], ends), labels, most))] = True
    crowd &= labels != DONE
    if closely and crowd.any():
        yield from _pairs(closely(np.flatnonzero(crowd)), labels)


def _pairs(band: Band, labels: Places, most: int | None = None) -> Generator[Pairs, None, Places]:
    """Pairs of a band with different labels.

    Args:
        band: the items.
        labels: of all items, which may change as `candidates` says.
        most: so many others at most are told for each place; a power of 2.

    Returns:
        Items that are in pairs which are not told.
    """
    items, ends = band
    at = np.arange(len(items))
    to = at + 1
    for turn in count():
        at, to = _open(at, to, ends)
        if not turn & (turn - 1):  # of what is joined on the way one learns at 1, 2, 4, 8, ...
            skip = _run_ends(labels[items])
        own = labels[items[at]]
        to = np.where(own == labels[items[to]], skip[to], to)
        at, to = _open(at[own != DONE], to[own != DONE], ends)
        if not at.size or turn == most:
            break
        left, right = items[at], items[to]
        is_open = (labels[left] != labels[right]) & (labels[right] != DONE)
        if is_open.any():
            yield left[is_open], right[is_open]
        to = to + 1
    depth = np.zeros(len(items) + 1, np.int64)
    np.add.at(depth, to, 1)
    np.add.at(depth, ends[at], -1)
    return np.union1d(items[at], items[np.cumsum(depth)[:-1] > 0])


def _open(at: Places, to: Places, ends: Places) -> Pairs:
    is_open = to < ends[at]
    return at[is_open], to[is_open]


def _run_ends(labels: Places) -> Places:
    """For each place the next one that has another label."""
    changes = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    ends = np.append(changes, len(labels))
    return np.repeat(ends, np.diff(ends, prepend=0))


def _buckets(band: npt.NDArray[np.unsignedinteger[Any]]) -> Band:
    """Items that share a key, side by side."""
    order = np.argsort(band, kind="stable")
    _, sizes = np.unique(band[order], return_counts=True)
    size = np.repeat(sizes, sizes)
    order, sizes = order[size > 1], sizes[sizes > 1]
    return Band(order, np.repeat(np.cumsum(sizes), sizes))
