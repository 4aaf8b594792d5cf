"""Find what is alike among what is known."""

from __future__ import annotations

import numpy as np

from mmgen_datasets.quality.repeats.banding import DONE, Closely, Compare, Keys, candidates
from mmgen_datasets.quality.repeats.linking import Link


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
    for left, right in candidates(keys, sides):
        known, other = np.minimum(left, right), np.maximum(left, right)
        similarity = compare(known, other)
        for place in np.flatnonzero(similarity >= at_least):
            found.setdefault(int(other[place]), {})[int(known[place])] = float(similarity[place])
    return found


def match_one(
    keys: Keys, num_own: int, compare: Compare, at_least: float, closely: Closely
) -> dict[int, Link]:
    """Find for items a known one that they are like; not the likest, since many may be alike.

    Args:
        keys: of the items, then of the known ones.
        num_own: how many are not known.
        compare: their similarity; of those that are less alike than `at_least`, any value below it.
        at_least: that two must have to be alike.
        closely: how those are compared of which very many share a key.

    Returns:
        Item to the known one, counted as in `keys`.
    """
    sides = (np.arange(len(keys)) >= num_own).astype(np.int64)
    found: dict[int, Link] = {}
    for left, right in candidates(keys, sides, closely):
        own, known = np.minimum(left, right), np.maximum(left, right)
        similarity = compare(own, known)
        for place in np.flatnonzero(similarity >= at_least):
            found.setdefault(int(own[place]), Link(int(known[place]), float(similarity[place])))
        sides[[*found]] = DONE
    return found
