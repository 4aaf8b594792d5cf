"""Short ways to put a conversation to one check."""

from __future__ import annotations

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.check import resolve_check


def case_of(*turns: str, kind: str = "conversation", **known: object) -> Case:
    """User and assistant in turn; the placeholder stands before the first."""
    said = [f"<image>\n{turns[0]}", *turns[1:]]
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(said)]
    return Case(messages, kind, **known)  # type: ignore[arg-type]


def find(check: str, *turns: str, **known: object) -> list[Fault]:
    return list(resolve_check(check)(case_of(*turns, **known)))  # type: ignore[arg-type]


def quoted(check: str, *turns: str, **known: object) -> list[str]:
    """The words at fault."""
    return [fault.words for fault in find(check, *turns, **known)]
