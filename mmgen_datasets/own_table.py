"""Conversations that others made, in the columns that checks, selections and exports know."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset, Features, concatenate_datasets

from mmgen_datasets.columns import column
from mmgen_datasets.errors import UsageError
from mmgen_datasets.missing_media import MEDIA_COLUMNS
from mmgen_datasets.schema import CONVERSATION

_ROWS_A_BATCH = 10_000


def as_conversations(
    rows: Dataset,
    *,
    kind: str = "conversation",
    provenance: Mapping[str, Any] | None = None,
) -> Dataset:
    """Complete a table of messages, so that it can be checked, chosen from, exported and pushed.

    The recipe ``given`` makes a run of the same.

    Args:
        rows: with ``messages`` of role and content, as the source ``llava_json`` reads them, and
            with media columns. Columns of `mmgen_datasets.schema.CONVERSATION` that are there stay,
            other columns go. Without ``id``, rows are called by their number; tables that are
            to be put together need ids that differ. Exports need the ``file_name`` of a picture.
        kind: of those that tell none.
        provenance: of those that tell none, a row of `mmgen_datasets.schema.PROVENANCE`.

    Returns:
        The rows in their order. One without messages, or with one that lacks its role or its
        words, says so in ``error``, and nothing is done with it.

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
    found = [name for name in wanted if name in rows.column_names]
    for name in found:
        if rows.features[name] != wanted[name]:
            raise UsageError(
                f"the column {name!r} is {rows.features[name]}, and that of conversations is"
                f" {wanted[name]}",
                f"bring it to that type with cast_column, or remove_columns({name!r}) first",
            )
    kept = [name for name in found if name != "error"]
    there = rows.with_format(None).select_columns(kept)
    schema = CONVERSATION.arrow_schema
    known: dict[str, Any] = {
        "kind": pa.repeat(kind, len(rows)),
        "error": _errors(rows),
    }
    if provenance is not None:
        known["provenance"] = pa.repeat(
            pa.scalar(dict(provenance), schema.field("provenance").type), len(rows)
        )
    known["id"] = known["sample_id"] = (
        there.select_columns(["id"]).with_format("arrow")[:]["id"]  # media may not fit in memory
        if "id" in rows.column_names
        else pa.array([str(number) for number in range(len(rows))])
    )
    lacking = [field for field in schema if field.name not in kept]
    added = {field.name: column(known, field, len(rows)) for field in lacking}
    beside = Dataset(pa.table(added, Features({n: CONVERSATION[n] for n in added}).arrow_schema))
    return concatenate_datasets([there, beside], axis=1).select_columns(list(wanted))


def _errors(rows: Dataset) -> pa.ChunkedArray:
    """Why rows hold no conversation, as they say themselves or as can be seen; null where fine."""
    names = [name for name in ("messages", "error") if name in rows.column_names]
    found = [pa.array([], pa.string())]
    for table in rows.select_columns(names).with_format("arrow").iter(_ROWS_A_BATCH):
        messages = table["messages"].combine_chunks()
        turns = pc.list_flatten(messages)
        parts = (pc.is_null(pc.struct_field(turns, name)) for name in ("role", "content"))
        halves = pc.list_parent_indices(messages).filter(pc.or_(*parts))
        numbers = pa.array(range(len(table)), halves.type)
        error = pc.case_when(
            pc.make_struct(
                pc.fill_null(pc.equal(pc.list_value_length(messages), 0), True),
                pc.is_in(numbers, value_set=halves),
            ),
            "there are no messages",
            "a message lacks its role or its words",
        )
        told = table["error"].combine_chunks() if "error" in names else error
        found.append(pc.coalesce(told, error).cast(pa.string()))
    return pa.chunked_array(found)
