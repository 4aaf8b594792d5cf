"""Bring the files of a split together, image by image, without holding any of them.

Every file arrives as blocks of rows in the order of their images. As soon as all files have been
read up to some image, all images before it are complete; they leave, and the next blocks are
read. What is held is a block or two of each file, whatever their length.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from mmgen_datasets.errors import SourceError

from .open_images_ids import Ints, Keys, keys_of, within, words_of


@dataclass(frozen=True)
class Block:
    """Some rows of a file, in the order of their images."""

    keys: Keys
    """The images, each once, in order."""
    starts: Ints
    """Where the rows of each begin, and where the last ones end."""
    rows: pa.Table
    place: str
    """The name of the file, for messages."""

    def slice(self, start: int, stop: int) -> Block:
        """The rows of some of its images, by their places in `keys`."""
        first, last = self.starts[start], self.starts[stop]
        starts = self.starts[start : stop + 1] - first
        return replace(
            self,
            keys=self.keys[start:stop],
            starts=starts,
            rows=self.rows.slice(first, last - first),
        )

    def take(self, wanted: Keys) -> Block:
        """The rows of those of its images that stand in a sorted list."""
        there = within(self.keys, wanted)
        if there.all():
            return self
        counts = np.diff(self.starts)
        rows = self.rows.filter(pa.array(np.repeat(there, counts)))
        starts = np.concatenate([[0], np.cumsum(counts[there])])
        return replace(self, keys=self.keys[there], starts=starts, rows=rows)


def blocks(batches: Iterable[pa.RecordBatch], place: str, column: str) -> Iterator[Block]:
    """Cut a file's rows where one image ends and the next begins.

    Args:
        batches: the rows in order.
        place: the file's name, for messages.
        column: of the image's id.

    Raises:
        SourceError: an id is not one, or the rows are not in order.
    """
    last = None
    for batch in batches:
        if not batch.num_rows:
            continue
        ids = batch.column(column)
        heads = _heads(ids)
        keys = keys_of(ids.take(pa.array(heads)), place)
        if (keys[1:] < keys[:-1]).any() or (last is not None and keys[0] < last):
            raise SourceError(
                f"{place}: the rows are not in the order of their images, though its lines are",
                "download it again, or let each line begin with the image's id",
            )
        last = keys[-1]
        starts = np.concatenate([heads, [batch.num_rows]])
        yield Block(keys, starts, pa.Table.from_batches([batch]), place)


def merge(streams: Mapping[str, Iterator[Block]]) -> Iterator[tuple[Keys, dict[str, Block]]]:
    """Read files side by side.

    Yields:
        The next images that any file has, in order, and the rows that each file has of them.
        A file without any of them is left out.
    """
    held = {name: block for name, stream in streams.items() if (block := next(stream, None))}
    going = set(held)
    while held:
        horizon = min((held[name].keys[-1] for name in going), default=None)
        fronts = {}
        for name, block in [*held.items()]:
            cut = len(block.keys) if horizon is None else int(np.searchsorted(block.keys, horizon))
            if cut:
                fronts[name] = block.slice(0, cut)
            held[name] = block.slice(cut, len(block.keys))
        for name in [name for name in going if len(held[name].keys) <= 1]:
            if (more := next(streams[name], None)) is None:
                going.remove(name)
            else:
                held[name] = _joined(held[name], more)
        held = {name: block for name, block in held.items() if name in going or len(block.keys)}
        if fronts:
            yield np.unique(np.concatenate([block.keys for block in fronts.values()])), fronts


def _heads(ids: pa.FixedSizeBinaryArray) -> Ints:
    """Where an id is not the one before it."""
    if ids.null_count:
        return np.arange(len(ids))
    pairs = words_of(ids)
    return np.concatenate([[0], np.flatnonzero((pairs[1:] != pairs[:-1]).any(axis=1)) + 1])


def _joined(block: Block, more: Block) -> Block:
    if not len(block.keys):
        return more
    goes_on = int(block.keys[-1] == more.keys[0])
    starts = more.starts[goes_on:] + block.rows.num_rows
    return Block(
        np.concatenate([block.keys, more.keys[goes_on:]]),
        np.concatenate([block.starts[:-1], starts]),
        pa.concat_tables([block.rows, more.rows]),
        block.place,
    )
