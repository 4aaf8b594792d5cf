"""Files of limited size, all of them replaced together."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TypeVar

from mmgen_datasets.files import PARTIAL, named

T = TypeVar("T")

SHARD_BYTES = 500 * 10**6
"""The size at which another shard is begun."""


def in_shards(
    items: Iterable[T], size: Callable[[T], int], limit: int = SHARD_BYTES
) -> Iterator[Iterator[T]]:
    """Cut a stream; each piece has to be used up before the next.

    Example:
        >>> [list(piece) for piece in in_shards("abcde", len, limit=2)]
        [['a', 'b'], ['c', 'd'], ['e']]
    """
    stream = iter(items)
    for first in stream:
        yield _piece(chain([first], stream), size, limit)


def _piece(stream: Iterator[T], size: Callable[[T], int], limit: int) -> Iterator[T]:
    total = 0
    for item in stream:
        yield item
        total += size(item)
        if total >= limit:
            return


@contextmanager
def whole_shards(out: Path, pattern: str) -> Iterator[Path]:
    """Lend a folder to write shards to; once the block ends they stand in `out`.

    Those of an earlier export go. When the block fails, they stay, and nothing else remains.

    Args:
        out: where the shards are to stand.
        pattern: what the names of all shards match, and of no other file.
    """
    unfinished = out / f"shards{PARTIAL}"
    shutil.rmtree(unfinished, ignore_errors=True)  # of a process that was killed
    unfinished.mkdir(parents=True)
    try:
        with named(out):
            yield unfinished
        shards = sorted(unfinished.iterdir())
        for shard in shards:
            shard.replace(out / shard.name)
        for old in set(out.glob(pattern)) - {out / shard.name for shard in shards}:
            old.unlink()
    finally:
        shutil.rmtree(unfinished)
