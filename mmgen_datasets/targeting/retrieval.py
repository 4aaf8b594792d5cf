"""Choose from a large pool the pictures that a task is about."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.embeddings import nearest
from mmgen_datasets.targeting.vectors import Vectors

By: TypeAlias = Literal["text", "image", "random"]
"""Like the keyword, like a reference of the keyword, or by chance, for comparison."""


@dataclass(frozen=True)
class Retrieval:
    """How many pictures are chosen, and how."""

    by: By
    num: int
    """For each keyword; with ``"random"`` in all."""
    seed: int = 0
    """Of the choice by chance."""

    def __post_init__(self) -> None:
        if self.by not in get_args(By):
            raise UsageError(
                f"retrieval is by {self.by!r}", f"choose from {', '.join(get_args(By))}"
            )
        if self.num < 1:
            raise UsageError(f"{self.num} pictures are to be retrieved", "give a number above 0")


def retrieve(rows: Dataset, retrieval: Retrieval, queries: Mapping[str, Vectors]) -> list[int]:
    """Choose pictures; one that several keywords choose counts once.

    Args:
        rows: of an `Index` (see `mmgen_datasets.targeting.embeddings`).
        retrieval: how.
        queries: vectors ``(Q, D)`` for each keyword: of its words, or of its references. A picture
            counts by the one that it is most like. Not needed by chance.

    Returns:
        Places in `rows`, in their order.
    """
    if retrieval.by == "random":
        return random_places(len(rows), retrieval.num, retrieval.seed)
    chosen: set[int] = set()
    for vectors in queries.values():
        if len(vectors):
            chosen.update(nearest(rows, vectors, retrieval.num))
    return sorted(chosen)


def random_places(length: int, num: int, seed: int) -> list[int]:
    """Some of the places below a length, in their order; all where there are not more.

    Example:
        >>> random_places(1000, 3, seed=1) == random_places(1000, 3, seed=1)
        True
        >>> random_places(2, 3, seed=1)
        [0, 1]
    """
    return sorted(random.Random(seed).sample(range(length), min(num, length)))
