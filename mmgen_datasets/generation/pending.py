"""A request that waits to be asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mmgen_datasets.chat import Request
from mmgen_datasets.generation.budget import NOTHING, Spending


@dataclass(frozen=True)
class Pending:
    """A request that is put together, its media read, only when it is sent."""

    key: str
    load: Callable[[], Request]
    has_media: bool = False
    """Whether `load` reads files and so has to stay off the event loop."""
    tokens: int = 0
    """Of the prompt and the longest reply, about."""
    expected: Spending = NOTHING
    """What is set aside for it in a budget."""
    longer: Callable[[], Pending] | None = None
    """The second attempt, with more room, where a reply that is cut short is to be followed by
    one."""
