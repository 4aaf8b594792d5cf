"""Media that conversations are about and that are not there, as where a source lacks pictures."""

from __future__ import annotations

from typing import get_args

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.chat import MediaKind

MEDIA_COLUMNS = tuple(name for kind in get_args(MediaKind) for name in (kind, f"{kind}s"))
"""The columns that a medium of each kind, or several of them, may stand in."""


_ROWS_A_BATCH = 1000


def without_media(rows: Dataset) -> Dataset:
    """The columns that are no media, for what does not look at these."""
    return rows.remove_columns([name for name in MEDIA_COLUMNS if name in rows.column_names])


def media_of(rows: Dataset) -> list[tuple[MediaKind, ...]]:
    """The media of each conversation: a kind as often as there are files of it, missing ones too.

    Where no file of a row is there, ``file_name`` or a placeholder says that there should be one.
    """
    kinds = [k for k in get_args(MediaKind) if {k, f"{k}s"} & {*rows.column_names}]
    wanted = [*MEDIA_COLUMNS, "messages", "file_name"]
    names = [name for name in wanted if name in rows.column_names]
    found: list[tuple[MediaKind, ...]] = []
    for table in rows.select_columns(names).with_format("arrow").iter(_ROWS_A_BATCH):
        counts = {kind: _num_files(table, kind) for kind in kinds}
        asked = {kind: _is_asked_for(table, kind) for kind in kinds}
        named = np.zeros(table.num_rows, np.bool_)
        if "file_name" in table.column_names:
            named = _mask(pc.is_valid(table["file_name"]))
        for row in range(table.num_rows):
            there = tuple(kind for kind in kinds for _ in range(counts[kind][row]))
            found.append(there or tuple(k for k in kinds if named[row] or asked[k][row]))
    return found


def missing_media(table: pa.Table, kind: MediaKind) -> npt.NDArray[np.bool_]:
    """Which conversations have a placeholder of this kind, and do not hold such media.

    Args:
        table: ``messages``, and of the media columns those that there are.
        kind: of media.
    """
    return np.asarray(_is_asked_for(table, kind) & ~held_media(table, kind))


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


def _is_asked_for(table: pa.Table, kind: MediaKind) -> npt.NDArray[np.bool_]:
    """Which conversations have a placeholder of this kind."""
    asked = np.zeros(table.num_rows, np.bool_)
    messages = table["messages"].combine_chunks()
    texts = pc.struct_field(pc.list_flatten(messages), "content")
    rows = pc.list_parent_indices(messages).to_numpy()
    asked[rows[_mask(pc.match_substring(texts, f"<{kind}>"))]] = True
    return asked


def _num_files(table: pa.Table, kind: MediaKind) -> npt.NDArray[np.int64]:
    """How many files of this kind each conversation has; of several one may be missing."""
    counts = np.zeros(table.num_rows, np.int64)
    if kind in table.column_names:
        counts += _mask(_is_file(table[kind]))
    if f"{kind}s" in table.column_names:
        several = pc.fill_null(pc.list_value_length(table[f"{kind}s"]), 0).to_numpy()
        counts = np.where(several > 0, several, counts)
    return counts


def _is_file(media: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray | pa.Array:
    """Where a value is a file or a path to one; a motion stands as it is."""
    if not pa.types.is_struct(media.type):
        return pc.is_valid(media)
    fields = [pc.is_valid(pc.struct_field(media, name)) for name in ("bytes", "path")]
    return pc.or_(*fields)


def _mask(values: pa.ChunkedArray | pa.Array) -> npt.NDArray[np.bool_]:
    return np.asarray(pc.fill_null(values, False).to_numpy(zero_copy_only=False), np.bool_)
