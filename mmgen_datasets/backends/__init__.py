"""Backends: whatever answers a chat, swapped by name."""

from __future__ import annotations

from dataclasses import is_dataclass
from inspect import iscoroutinefunction
from typing import Any

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.settings import read_settings
from mmgen_datasets.errors import UsageError
from mmgen_datasets.registry import Entry, resolve

BACKENDS = {
    "openai": Entry(
        "mmgen_datasets.backends.openai:OpenAI",
        "any server that speaks the chat-completions protocol",
    ),
    "openai-batch": Entry(
        "mmgen_datasets.backends.openai_batch:OpenAIBatch",
        "OpenAI's Batch API: half the price, answers within a day",
    ),
    "huggingface": Entry(
        "mmgen_datasets.backends.huggingface:HuggingFace",
        "a model of transformers, in this process; chats share what they begin with",
        extra="hf",
        needs=("torch", "transformers", "llguidance"),
    ),
    "llama-cpp": Entry(
        "mmgen_datasets.backends.llama_cpp:LlamaCpp",
        "a model in a GGUF file, in this process; chats share what they begin with",
        extra="llama-cpp",
        needs=("llama_cpp", "llguidance", "jinja2"),
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
        settings: the fields of its dataclass; which, its own documentation tells. Text may stand
            for a number, as on the command line.

    Raises:
        UnknownNameError: no such backend.
        MissingExtraError: what it needs is not installed.
        UsageError: it is no backend, or a setting is one that it does not have, lacks, or
            cannot take.

    Example:
        >>> open_backend("scripted", replies=["Question: Who?\n===\nAnswer: Nobody."]).model
        'scripted'
        >>> open_backend("scripted", latency_s="0.5").latency_s
        0.5
    """
    kind = resolve("backend", BACKENDS, name)
    if not _is_backend(kind):
        raise UsageError(
            f"{name!r} is no backend", "name a dataclass that has 'async def reply(self, request)'"
        )
    backend: Backend = kind(**read_settings(name, kind, settings))
    return backend


def default_device(name: str) -> str:
    """Name the device that a backend in this process uses where its settings name none.

    Args:
        name: of a backend of the table that needs an extra.

    Raises:
        MissingExtraError: what it needs is not installed.
    """
    device: str = resolve("backend", BACKENDS, name).default_device()
    return device


def _is_backend(kind: object) -> bool:
    return (
        isinstance(kind, type)
        and is_dataclass(kind)
        and iscoroutinefunction(getattr(kind, "reply", None))
    )
