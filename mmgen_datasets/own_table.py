"""Conversations that others made, in the columns that checks, selections and exports know."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from datasets import Dataset, Features, concatenate_datasets

from mmgen_datasets.columns import column
from mmgen_datasets.errors import UsageError
from mmgen_datasets.missing_media import MEDIA_COLUMNS
from mmgen_datasets.schema import CONVERSATION


def as_conversations(rows: Dataset, *, kind: str = "conversation") -> Dataset:
    """Complete a table of messages, so that it can be checked, chosen from, exported and pushed.

    Args:
        rows: with ``messages`` of role and content, as the source ``llava_json`` reads them, and
            with media columns. Columns of `mmgen_datasets.schema.CONVERSATION` that are there stay,
            other columns go. Without ``id``, rows are called by their number; tables that are
            to be put together need ids that differ. Exports need the ``file_name`` of a picture.
        kind: of those that tell none.

    Raises:
        UsageError: there are no such messages, or a column is of another type than in that schema.

    Example::

        mine = as_conversations(load_dataset("llava_json", data_dir="llava-data", split="train"))
        good = select(check(mine), ["failed != any"]).rows
    """
    if rows.features.get("messages") != CONVERSATION["messages"]:
        raise UsageError(
            "the table has no column 'messages' of role and content",
            "read LLaVA's JSON with load_dataset('llava_json', data_dir=...), or 'mmgen convert' it"
            " before",
        )
    media = {name: rows.features[name] for name in MEDIA_COLUMNS if name in rows.features}
    wanted = Features({**CONVERSATION, **media})
    there = rows.with_format(None).select_columns([n for n in wanted if n in rows.column_names])
    for name, feature in there.features.items():
        if feature != wanted[name]:
            raise UsageError(
                f"the column {name!r} is {feature}, and that of conversations is {wanted[name]}",
                f"bring it to that type with cast_column, or remove_columns({name!r}) first",
            )
    known: dict[str, Any] = {"kind": pa.array([kind] * len(rows), pa.string())}
    known["id"] = known["sample_id"] = (
        there.select_columns(["id"]).with_format("arrow")[:]["id"]  # media may not fit in memory
        if "id" in there.column_names
        else pa.array([str(number) for number in range(len(rows))])
    )
    lacking = [field for field in CONVERSATION.arrow_schema if field.name not in there.features]
    if not lacking:
        return there.select_columns(list(wanted))
    added = {field.name: column(known, field, len(rows)) for field in lacking}
    features = Features({name: CONVERSATION[name] for name in added})
    beside = Dataset.from_dict(added, features=features)
    return concatenate_datasets([there, beside], axis=1).select_columns(list(wanted))
