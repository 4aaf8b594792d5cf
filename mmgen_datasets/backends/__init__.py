"""Backends: whatever answers a chat, swapped by name."""

from __future__ import annotations

from mmgen_datasets.registry import Entry

BACKENDS = {
    "openai": Entry(
        "mmgen_datasets.backends.openai:OpenAI",
        "any server that speaks the chat-completions protocol",
    ),
    "scripted": Entry(
        "mmgen_datasets.backends.scripted:Scripted",
        "fixed or computed replies, for tests and dry runs",
    ),
}
