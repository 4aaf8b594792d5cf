"""The record that LLaVA introduced, and that Qwen-VL and InternVL read with differences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.exporters.attachments import Attached
from mmgen_datasets.exporters.base import alternating

_SPEAKERS = {"user": "human", "assistant": "gpt"}


def human_gpt(row: Mapping[str, Any], files: Mapping[MediaKind, list[str]]) -> dict[str, Any]:
    """One conversation: its id, its files by kind, its turns as ``human`` and ``gpt``.

    Args:
        row: the conversation.
        files: their names by kind; a single one stands as a string, several as a list.
    """
    media: dict[str, Any] = {
        kind: names[0] if len(names) == 1 else names for kind, names in files.items()
    }
    turns = [
        {"from": _SPEAKERS[message["role"]], "value": message["content"]}
        for message in alternating(row)
    ]
    return {"id": row["id"], **media, "conversations": turns}


def has_both(media: Attached) -> bool:
    """Whether there are pictures and videos; trainers of this kind then read the pictures only."""
    return "image" in media and "video" in media
