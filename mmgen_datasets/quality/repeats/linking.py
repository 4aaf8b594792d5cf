"""Group what is alike, directly or by way of others."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from mmgen_datasets.quality.repeats.banding import Closely, Compare, Keys, Places, candidates


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
    for left, right in candidates(keys, firsts, closely):
        similarity = compare(left, right)
        chosen = similarity >= at_least
        pairs = list(zip(left[chosen].tolist(), right[chosen].tolist(), strict=True))
        for (a, b), value in zip(pairs, similarity[chosen].tolist(), strict=True):
            alike[a].append(Link(b, value))
            alike[b].append(Link(a, value))
        if pairs:
            _join(firsts, pairs)
    return Groups(firsts, _links(firsts, alike))


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
