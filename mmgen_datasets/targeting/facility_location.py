"""Choose rows that stand for all: each row should be like one of those chosen."""

from __future__ import annotations

import heapq
import random

import numpy as np
import numpy.typing as npt

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.vectors import Vectors

LARGEST_POOL = 4096
"""Rows that are compared with one another; that many squared are 128 MB."""


def facility_location(vectors: Vectors, num: int, *, seed: int = 0) -> list[int]:
    """Choose greedily the rows that make every row most like one of those chosen.

    The sum over all rows of the likeness to the likest of the chosen grows with each choice as
    much as it can; likeness is the cosine, brought to 0..1. Of equals the earlier is chosen. More
    than `LARGEST_POOL` rows are shuffled into pools of even size, and each gives its share.

    Args:
        vectors: ``(N, D)``, each of length 1.
        num: how many are wanted.
        seed: of the shuffle.

    Returns:
        Places in ascending order.

    Raises:
        UsageError: more are wanted than there are.

    Example:
        >>> import numpy as np
        >>> vectors = np.array([[1, 0], [1, 0], [1, 0], [0, 1]], np.float32)
        >>> facility_location(vectors, 2)
        [0, 3]
    """
    if not 0 <= num <= len(vectors):
        raise UsageError(f"{num:,} of {len(vectors):,} rows are wanted", "ask for fewer")
    chosen: list[int] = []
    done = 0
    for places in _pools(len(vectors), seed):
        done += len(places)
        share = num * done // len(vectors) - len(chosen)  # whole numbers that add up to `num`
        chosen += [int(places[place]) for place in _greedy(vectors[places], share)]
    return sorted(chosen)


def _pools(length: int, seed: int) -> list[npt.NDArray[np.int64]]:
    places = list(range(length))
    if length > LARGEST_POOL:
        random.Random(seed).shuffle(places)
    number = max(1, -(-length // LARGEST_POOL))
    return [np.sort(pool) for pool in np.array_split(np.array(places, np.int64), number)]


def _greedy(vectors: Vectors, num: int) -> list[int]:
    """Choose one after the other; a gain is only computed anew where it may be the largest.

    That is exact, since gains never grow (Minoux 1978).
    """
    likeness = (vectors.astype(np.float64) @ vectors.T.astype(np.float64) + 1) / 2
    covered = np.zeros(len(vectors))
    heap = [(-gain, place, 0) for place, gain in enumerate(likeness.sum(0).tolist())]
    heapq.heapify(heap)
    chosen: list[int] = []
    while len(chosen) < num:
        _, place, known_after = heapq.heappop(heap)
        if known_after == len(chosen):
            chosen.append(place)
            np.maximum(covered, likeness[place], out=covered)
        else:
            gain = float(np.maximum(likeness[place] - covered, 0).sum())
            heapq.heappush(heap, (-gain, place, len(chosen)))
    return chosen
