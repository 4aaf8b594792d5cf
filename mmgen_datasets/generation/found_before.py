"""What checks and judges found about the conversations of a run, where it is laid out anew."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
from datasets import Dataset

from mmgen_datasets.schema import CONVERSATION

_LOG = logging.getLogger(__name__)

_FOUND_BY = {"checks": "mmgen check", "scores": "mmgen judge"}
"""Column to the command that fills it."""
_JUDGED = ["id", "messages"]
"""The columns that findings are about."""
_ROWS_A_BATCH = 10_000


def with_findings(conversations: Dataset, files: Sequence[Path]) -> tuple[Dataset, bool]:
    """Take over what was found about the same conversations before.

    Checks compare conversations with one another. So where one has come, gone or changed, nothing
    is taken over, and a warning says so.

    Args:
        conversations: without findings.
        files: the parquet files that they are to take the place of, in the order of their rows.

    Returns:
        The conversations, and whether anything was taken over.
    """
    if not files:
        return conversations, False
    try:
        before = pads.dataset([str(file) for file in files])
        names = [name for name in _FOUND_BY if name in before.schema.names]
        found = before.to_table(columns=names)
        names = [name for name in names if pc.any(pc.greater(_lengths(found[name]), 0)).as_py()]
        is_same = bool(names) and _are_same(before, conversations)
    except (pa.ArrowException, OSError):  # broken files are about to be replaced
        return conversations, False
    if names and not is_same:
        commands = " and ".join(f"'{_FOUND_BY[name]}'" for name in names)
        _LOG.warning(
            "%s: holds other conversations now, so that what %s found is gone; give %s again",
            files[0].parent.parent,
            commands,
            "it" if len(names) == 1 else "them",
        )
        return conversations, False
    order = conversations.column_names
    for name in names:
        bare = conversations.remove_columns([name])
        conversations = bare.add_column(name, found[name], feature=CONVERSATION[name])
    return conversations.select_columns(order), bool(names)


def _lengths(lists: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.fill_null(pc.list_value_length(lists), 0)


def _are_same(before: pads.Dataset, conversations: Dataset) -> bool:
    """Whether both hold the same texts in the same order."""
    if before.count_rows() != len(conversations):
        return False
    now, start = conversations.select_columns(_JUDGED).with_format("arrow"), 0
    for batch in before.to_batches(columns=_JUDGED, batch_size=_ROWS_A_BATCH):
        old = pa.Table.from_batches([batch])
        if not old.equals(now[start : start + len(old)].cast(old.schema)):
            return False
        start += len(old)
    return True
