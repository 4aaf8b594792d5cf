"""One column of conversations written anew, with all others left as they are."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from datasets import Dataset, Features, concatenate_datasets
from datasets.fingerprint import generate_random_fingerprint

from mmgen_datasets.schema import CONVERSATION

_ROWS_A_BATCH = 256


def rewrite_column(
    conversations: Dataset,
    column: str,
    write: Callable[..., Mapping[str, Any]],
    *,
    read: Sequence[str],
    desc: str,
) -> Dataset:
    """Write a column of `mmgen_datasets.schema.CONVERSATION` anew; media are not touched.

    Args:
        conversations: rows of that schema; the column may be missing.
        column: its name.
        write: from a batch of what is read, and the numbers of its rows, to the column by its name.
        read: columns that it reads, as far as they are there.
        desc: what the progress bar says.
    """
    if not len(conversations):
        return conversations  # `map` would drop the column
    there = [name for name in read if name in conversations.column_names]
    written = (
        conversations.with_format(None)
        .select_columns(there)
        .map(
            write,
            with_indices=True,
            batched=True,
            batch_size=_ROWS_A_BATCH,
            remove_columns=there,
            features=Features({column: CONVERSATION[column]}),
            new_fingerprint=generate_random_fingerprint(),  # functions of one's own may change
            load_from_cache_file=False,
            desc=desc,
        )
    )
    names = conversations.column_names
    rest = conversations.with_format(None).remove_columns([n for n in names if n == column])
    laid = concatenate_datasets([rest, written], axis=1)
    return laid.select_columns(names if column in names else [*names, column])
