"""What can be counted of conversations, for their card."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.exporters.attachments import kinds_in
from mmgen_datasets.missing_media import MEDIA_COLUMNS, held_media, missing_media
from mmgen_datasets.publish.licence import terms_of
from mmgen_datasets.schema import LICENSE

_ROWS_A_BATCH = 1000
_SMALL = (
    *("sample_id", "source", "split", "file_name"),
    *("kind", "license", "provenance", "checks"),
)
Terms = tuple[Any, ...]


@dataclass
class Facts:
    """Counts over conversations; by default those of none."""

    rows: int = 0
    exchanges: int = 0
    """Questions with their answers."""
    media: Counter[str] = field(default_factory=Counter)
    """Kind of media that rows are about to those that hold such."""
    missing: Counter[str] = field(default_factory=Counter)
    """Kind of media to the rows that are about such, and hold it not."""
    samples: int = 0
    """Pictures, clips or recordings that differ."""
    sources: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Source and split."""
    kinds: Counter[str] = field(default_factory=Counter)
    families: Counter[str] = field(default_factory=Counter)
    recipes: Counter[tuple[str, str]] = field(default_factory=Counter)
    """Name and digest."""
    models: Counter[str] = field(default_factory=Counter)
    given: int = 0
    """Conversations that others made: no model was asked for them, and nothing computed."""
    licences: Counter[Terms] = field(default_factory=Counter)
    """The values of `mmgen_datasets.schema.LICENSE`, in its order; the id left out."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    passed: Counter[str] = field(default_factory=Counter)
    failed: Counter[str] = field(default_factory=Counter)
    """Check to conversations."""
    days: set[str] = field(default_factory=set)
    """On which replies were written."""


def gather(conversations: Dataset) -> Facts:
    """Count what a card tells, in one pass; media are neither decoded nor kept in memory.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`, without an error.
    """
    facts = Facts(rows=len(conversations))
    wanted = [
        name for name in (*_SMALL, "messages", *MEDIA_COLUMNS) if name in conversations.column_names
    ]
    seen: set[int] = set()  # of hashes
    names_files = False
    for table in conversations.select_columns(wanted).with_format("arrow").iter(_ROWS_A_BATCH):
        for kind in kinds_in(conversations.features):
            facts.media[kind] += int(held_media(table, kind).sum())
        for kind in get_args(MediaKind):
            facts.missing[kind] += int(missing_media(table, kind).sum())
        turns = pc.sum(pc.list_value_length(table["messages"])).as_py() or 0
        facts.exchanges += turns // 2
        for row in table.select([name for name in _SMALL if name in wanted]).to_pylist():
            count_row(facts, row)
            names_files = names_files or bool(row.get("file_name"))
            seen.add(hash((row["source"], row.get("split"), row["sample_id"])))
    facts.samples = len(seen)
    if not names_files:  # a row that names a file is about it, be it there or not
        facts.media = Counter({k: n for k, n in facts.media.items() if n or facts.missing[k]})
    return facts


def count_row(facts: Facts, row: Mapping[str, Any]) -> None:
    """Count what stands in the small columns of one conversation."""
    made = row.get("provenance") or {}
    if row["source"]:
        facts.sources[row["source"], row.get("split") or ""] += 1
    facts.kinds[row.get("kind") or "conversation"] += 1
    facts.families.update(made.get("families") or ())
    if made.get("recipe"):
        facts.recipes[made["recipe"], made.get("recipe_sha256") or ""] += 1
    if made.get("model"):
        facts.models[made["model"]] += 1
    facts.given += not (made.get("model") or made.get("families") or made.get("seed") is not None)
    terms = terms_of(row.get("license"), row["source"])
    facts.licences[tuple(terms.get(name) for name in LICENSE if name != "id")] += 1
    facts.prompt_tokens += made.get("prompt_tokens") or 0
    facts.completion_tokens += made.get("completion_tokens") or 0
    for check in row.get("checks") or ():
        if check["passed"] is not None:
            (facts.passed if check["passed"] else facts.failed)[check["name"]] += 1
    if made.get("created_at"):
        facts.days.add(made["created_at"][:10])
