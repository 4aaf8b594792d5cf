"""Which column holds what."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from mmgen_datasets.errors import UsageError

MEDIA = ("image", "audio", "video")
_USUAL = {
    "id": ("id",),
    "conversations": ("conversations", "messages", "texts"),
    **{kind: (kind, f"{kind}s") for kind in MEDIA},
}
"""What columns are called when nobody says; of media all that there are, else the first."""


@dataclass(frozen=True)
class Columns:
    """Columns by what they hold."""

    conversations: str
    id: str | None = None
    media: tuple[tuple[str, str], ...] = ()
    """Kind and column, in the order in which their files stand in a record."""


def find_columns(schema: pa.Schema, named: Mapping[str, Sequence[str]], path: str) -> Columns:
    """Tell the columns of a file by what the user says, by their names, and by their types.

    Args:
        schema: of a parquet file.
        named: columns by ``"id"``, ``"conversations"``, ``"image"``, ``"audio"`` or ``"video"``.
        path: of the file, for messages.

    Raises:
        UsageError: there is no such column, or none that could hold conversations.
    """
    for kind, columns in named.items():
        if kind not in _USUAL:
            raise UsageError(
                f"{kind!r} is nothing that a column is asked for", f"use one of {', '.join(_USUAL)}"
            )
        for column in columns:
            if column not in schema.names:
                raise UsageError(f"{path} has no column {column!r}", _has(schema))
    texts = _by_name(schema, named, "conversations")
    if not texts:
        raise UsageError(
            f"{path} has no column of conversations",
            f"name it: --column conversations=NAME; {_has(schema)}",
        )
    ids = _by_name(schema, named, "id")
    media = [
        (kind, column)
        for kind in MEDIA
        for column in _by_name(schema, named, kind) or _by_type(schema, kind)
    ]
    return Columns(texts[0], ids[0] if ids else None, tuple(media))


def _by_name(schema: pa.Schema, named: Mapping[str, Sequence[str]], kind: str) -> list[str]:
    if kind in named:
        return list(named[kind])
    return [name for name in _USUAL[kind] if name in schema.names]


def _by_type(schema: pa.Schema, kind: str) -> Iterator[str]:
    """The columns that `datasets` wrote as media of a kind, alone or in lists."""
    written = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
    features = (written.get("info") or {}).get("features") or {}
    for name, feature in features.items():
        if name in schema.names and _type(feature) == kind:
            yield name


def _type(feature: Any) -> str:
    while isinstance(feature, list):  # as lists were written once
        feature = feature[0]
    while isinstance(feature.get("feature"), dict):
        feature = feature["feature"]
    return str(feature.get("_type", "")).lower()


def _has(schema: pa.Schema) -> str:
    return f"it has {', '.join(schema.names)}"
