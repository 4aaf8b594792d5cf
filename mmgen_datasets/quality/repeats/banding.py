"""Find what is alike among many without comparing each with each.

Every item has a few *keys*; two that are alike share at least one of them with high probability,
two that are not seldom do. Only those that share one are compared, and only as long as the
outcome can still tell something.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping, Sequence
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


def link(keys: Keys, compare: Compare, at_least: float) -> Groups:
    """Group items so that those of a group are alike, directly or by way of others in it.

    The groups do not depend on the order of the items.

    Args:
        keys: of the items.
        compare: their similarity.
        at_least: that two must have to be alike.
    """
    firsts = np.arange(len(keys))
    alike: dict[int, list[Link]] = defaultdict(list)
    for left, right in _candidates(keys, firsts):
        similarity = compare(left, right)
        chosen = similarity >= at_least
        pairs = list(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True))
        for (a, b), value in zip(pairs, similarity[chosen].tolist(), strict=True):
            alike[a].append(Link(b, value))
            alike[b].append(Link(a, value))
        _join(firsts, pairs)
    return Groups(firsts, _links(firsts, alike))


def match(
    keys: Keys, num_known: int, compare: Compare, at_least: float
) -> dict[int, dict[int, float]]:
    """Find for items the known ones that they are like.

    Args:
        keys: of the known items, then of the others.
        num_known: how many are known.
        compare: their similarity.
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
    for order, _, _ in map(_buckets, keys.T):
        found[order] = True
    return found


def _candidates(keys: Keys, labels: Places) -> Iterator[tuple[Places, Places]]:
    """Pairs that share a key and have different labels, many at a time; labels may be joined."""
    for order, begin, left in map(_buckets, keys.T):
        at = np.arange(len(order))
        for offset in count(1):
            at = at[left[at] >= offset]
            # Where all of a bucket have one label, as copies of a template soon do, it is done.
            is_mixed = np.zeros(len(order), bool)
            is_mixed[begin[labels[order] != labels[order[begin]]]] = True
            at = at[is_mixed[begin[at]]]
            if not at.size:
                break
            first, second = order[at], order[at + offset]
            is_open = labels[first] != labels[second]
            if is_open.any():
                yield first[is_open], second[is_open]


def _buckets(band: Keys) -> tuple[Places, Places, Places]:
    """Items that share a key lie side by side.

    Returns:
        The items; for each where its bucket begins; for each how many of its bucket follow it.
    """
    order = np.argsort(band, kind="stable")
    _, sizes = np.unique(band[order], return_counts=True)
    size = np.repeat(sizes, sizes)
    order, sizes = order[size > 1], sizes[sizes > 1]
    ends = np.cumsum(sizes)
    begin = np.repeat(ends - sizes, sizes)
    return order, begin, np.repeat(ends, sizes) - 1 - np.arange(len(order))


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
