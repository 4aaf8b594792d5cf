"""What checks and judges found about the conversations of a run, where it is laid out anew."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as pads
from datasets import Dataset, concatenate_datasets

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
        names = [
            name for name in _FOUND_BY if name in before.schema.names and _is_filled(before, name)
        ]
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
    if not names:
        return conversations, False
    order = conversations.column_names
    # Mapped from a file, as the other columns are.
    found = Dataset.from_parquet([str(file) for file in files], columns=names)
    bare = conversations.remove_columns([name for name in names if name in order])
    return concatenate_datasets([bare, found], axis=1).select_columns(order), True


def _is_filled(rows: pads.Dataset, column: str) -> bool:
    """Whether any list in a column has an element."""
    return any(
        pc.any(pc.greater(pc.list_value_length(batch[column]), 0)).as_py()
        for batch in rows.to_batches(columns=[column], batch_size=_ROWS_A_BATCH)
    )


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
