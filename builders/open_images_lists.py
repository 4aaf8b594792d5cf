"""Lists of annotations, one for each image."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from mmgen_datasets.columns import numbers

from .open_images_ids import Keys
from .open_images_merge import Block


def lists_of(keys: Keys, block: Block, items: pa.StructArray) -> pa.ListArray:
    """The items of each image; none for those that a file does not have."""
    counts = np.zeros(len(keys), np.int64)
    counts[np.searchsorted(keys, block.keys)] = np.diff(block.starts)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), items)


def in_turn(first: pa.ListArray, second: pa.ListArray) -> pa.ListArray:
    """The items of two lists one behind the other, row by row."""
    counts = [numbers(lists.value_lengths()) for lists in (first, second)]
    owners = np.concatenate([np.repeat(np.arange(len(count)), count) for count in counts])
    items = pa.concat_arrays([first.flatten(), second.flatten()])
    offsets = np.concatenate([[0], np.cumsum(sum(counts))]).astype(np.int32)
    order = pa.array(np.argsort(owners, kind="stable"))
    return pa.ListArray.from_arrays(pa.array(offsets), items.take(order))
