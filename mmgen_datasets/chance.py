"""Chance that follows from what it is for."""

from __future__ import annotations

from hashlib import blake2b
from random import Random


def random_of(*key: object) -> Random:
    """A generator of its own for each key, the same in every process.

    Args:
        key: such as a seed and the id of a row; told apart by ``repr``, so 0 is not ``"0"``.

    Example:
        >>> random_of(0, "coco", "1").randrange(1000)
        183
    """
    return Random(draw_of(*key))


def draw_of(*key: object) -> int:
    """A number of 64 bits for each key, the same in every process.

    Of things that are drawn by the smallest of their numbers, each further one drives out one at
    most.

    Args:
        key: as for `random_of`.
    """
    digest = blake2b(repr(key).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big")
