"""Media that conversations are about and that are not there, as where a source lacks pictures."""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.chat import MediaKind

MEDIA_COLUMNS = tuple(name for kind in get_args(MediaKind) for name in (kind, f"{kind}s"))
"""The columns that a medium of each kind, or several of them, may stand in."""


def missing_media(table: pa.Table, kind: MediaKind) -> npt.NDArray[np.bool_]:
    """Which conversations have a placeholder of this kind, and do not hold such media.

    Args:
        table: ``messages``, and of the media columns those that there are.
        kind: of media.
    """
    asked = np.zeros(table.num_rows, np.bool_)
    messages = table["messages"].combine_chunks()
    texts = pc.struct_field(pc.list_flatten(messages), "content")
    rows = pc.list_parent_indices(messages).to_numpy()
    asked[rows[_mask(pc.match_substring(texts, f"<{kind}>"))]] = True
    return np.asarray(asked & ~held_media(table, kind))


def held_media(table: pa.Table, kind: MediaKind) -> npt.NDArray[np.bool_]:
    """Which conversations hold media of a kind; of several, all.

    A file that is named and gone by now counts as there; bytes are not touched.
    """
    there = np.zeros(table.num_rows, np.bool_)
    if kind in table.column_names:
        there = _mask(_is_file(table[kind]))
    if f"{kind}s" in table.column_names:  # holds all of several, where it is filled
        lists = table[f"{kind}s"].combine_chunks()
        gone = pc.list_parent_indices(lists).to_numpy()[~_mask(_is_file(pc.list_flatten(lists)))]
        filled = _mask(pc.greater(pc.list_value_length(lists), 0))
        there = np.where(filled, np.bincount(gone, minlength=table.num_rows) == 0, there)
    return there


def _is_file(media: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Where a value is a file or a path to one; a motion stands as it is."""
    if not pa.types.is_struct(media.type):
        return pc.is_valid(media)
    fields = [pc.is_valid(pc.struct_field(media, name)) for name in ("bytes", "path")]
    return pc.or_(*fields)


def _mask(values: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)
