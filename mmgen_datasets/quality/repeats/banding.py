"""Find what is alike among many without comparing each with each.

Every item has a few *keys*; two that are alike share at least one of them with high probability,
two that are not seldom do. Only those that share one are compared, and only as long as the
outcome can still tell something. Where very many share one and are not alike, as texts of one
template do, a closer way is taken.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Generator, Mapping, Sequence
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

_MANY = 32  # others with which one that shares a key with them is compared without further thought


class Band(NamedTuple):
    """Items in an order in which those that may be alike stand close to one another."""

    items: Places
    """``(E,)``; one may stand in several places."""
    ends: Places
    """``(E,)``: where those end that follow each and are to be compared with it."""


Closely: TypeAlias = Callable[[Places], Band]
"""Some items in an order that loses none that are alike, and has fewer others between them."""


class Link(NamedTuple):
    """An item that another one is like."""

    other: int
    similarity: float


class Groups(NamedTuple):
    """Items by what they are like."""

    firsts: Places
    """For each item the first of its group, ``(N,)``."""
    links: dict[int, Link]
    """Each item but the first of its group, with one that it is like; from link to link one comes
    to the first."""


def link(keys: Keys, compare: Compare, at_least: float, closely: Closely | None = None) -> Groups:
    """Group items so that those of a group are alike, directly or by way of others in it.

    The groups do not depend on the order of the items.

    Args:
        keys: of the items.
        compare: their similarity; of those that are less alike than `at_least`, any value below it.
        at_least: that two must have to be alike.
        closely: how those are compared of which very many share a key; where None, each with each.
    """
    firsts = np.arange(len(keys))
    alike: dict[int, list[Link]] = defaultdict(list)
    for left, right in _candidates(keys, firsts, closely):
        similarity = compare(left, right)
        chosen = similarity >= at_least
        pairs = list(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True))
        for (a, b), value in zip(pairs, similarity[chosen].tolist(), strict=True):
            alike[a].append(Link(b, value))
            alike[b].append(Link(a, value))
        if pairs:
            _join(firsts, pairs)
    return Groups(firsts, _links(firsts, alike))


def match(
    keys: Keys, num_known: int, compare: Compare, at_least: float
) -> dict[int, dict[int, float]]:
    """Find for items the known ones that they are like.

    Args:
        keys: of the known items, then of the others.
        num_known: how many are known.
        compare: their similarity; of those that are less alike than `at_least`, any value below it.
        at_least: that two must have to be alike.

    Returns:
        Item, counted as in `keys`, to all known ones that it is like, with the similarity.
    """
    sides = (np.arange(len(keys)) >= num_known).astype(np.int64)
    found: dict[int, dict[int, float]] = {}
    for left, right in _candidates(keys, sides):
        known, other = np.minimum(left, right), np.maximum(left, right)
        similarity = compare(known, other)
        for place in np.flatnonzero(similarity >= at_least):
            found.setdefault(int(other[place]), {})[int(known[place])] = float(similarity[place])
    return found


def crowded(keys: Keys) -> npt.NDArray[np.bool_]:
    """Which items share a key with another, ``(N,)``."""
    found = np.zeros(len(keys), bool)
    for items, _ in map(_buckets, keys.T):
        found[items] = True
    return found


def _candidates(
    keys: Keys, labels: Places, closely: Closely | None = None
) -> Generator[Pairs, None, None]:
    """Pairs that share a key and have different labels, many at a time; labels may be joined."""
    crowd = np.zeros(len(keys), bool)
    for band in map(_buckets, keys.T):
        crowd[(yield from _pairs(band, labels, _MANY if closely else None))] = True
    if closely and crowd.any():
        yield from _pairs(closely(np.flatnonzero(crowd)), labels)


def _pairs(band: Band, labels: Places, most: int | None = None) -> Generator[Pairs, None, Places]:
    """Pairs of a band with different labels.

    Args:
        band: the items.
        labels: of all items; may be joined while one goes through the pairs.
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
        to = np.where(labels[items[at]] == labels[items[to]], skip[to], to)
        at, to = _open(at, to, ends)
        if not at.size or turn == most:
            break
        left, right = items[at], items[to]
        is_open = labels[left] != labels[right]
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


def _links(firsts: Places, alike: Mapping[int, Sequence[Link]]) -> dict[int, Link]:
    """How each item is reached from the first of its group, by as few others as are known."""
    reached = deque(item for item in sorted(alike) if firsts[item] == item)
    found: dict[int, Link] = {}
    while reached:
        item = reached.popleft()
        for other, similarity in sorted(alike[item]):
            if firsts[other] != other and other not in found:
                found[other] = Link(item, similarity)
                reached.append(other)
    return found


def _join(firsts: Places, pairs: list[tuple[int, int]]) -> None:
    """Give those that are alike one label, that of the first; in place."""
    for pair in pairs:
        low, high = sorted(_first(firsts, item) for item in pair)
        firsts[high] = low
    while (firsts[firsts] != firsts).any():
        firsts[:] = firsts[firsts]


def _first(firsts: Places, item: int) -> int:
    while firsts[item] != item:
        item = int(firsts[item])
    return item
