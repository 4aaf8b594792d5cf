"""Backends: whatever answers a chat, swapped by name."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import UsageError
from mmgen_datasets.registry import Entry, resolve

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


def open_backend(name: str, **settings: Any) -> Backend:
    r"""Make a backend of the table, or of ``"module:attribute"``.

    Args:
        name: of the backend.
        settings: the fields of its dataclass; which, its own documentation tells.

    Raises:
        UnknownNameError: no such backend.
        MissingExtraError: what it needs is not installed.
        UsageError: a setting it does not have, or lacks.

    Example:
        >>> open_backend("scripted", replies=["Question: Who?\n===\nAnswer: Nobody."]).model
        'scripted'
    """
    kind = resolve("backend", BACKENDS, name)
    known = {field.name: field for field in fields(kind)}
    if unknown := settings.keys() - known.keys():
        raise UsageError(
            f"the backend {name!r} has no setting {unknown.pop()!r}",
            f"it has {', '.join(known)}",
        )
    for field in known.values():
        has_default = field.default is not MISSING or field.default_factory is not MISSING
        if not has_default and settings.get(field.name) is None:
            raise UsageError(f"the backend {name!r} needs a {field.name}", f"give its {field.name}")
    backend: Backend = kind(**settings)
    return backend
