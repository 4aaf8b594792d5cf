"""Replies without a model: fixed, or computed by a function. For tests and dry runs."""

from __future__ import annotations

import asyncio
import hashlib
import math
from collections.abc import Callable
from dataclasses import dataclass

from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import StopError, UnknownNameError, UsageError
from mmgen_datasets.registry import is_own, resolve

DIALOGUE = (
    "Question:\nWhat does this reply stand for?\n"
    "===\n"
    "Answer:\nFor the words of a model that was not asked."
)
"""What is answered where turns with ``===`` between them are asked for."""

SENTENCE = "These are not the words of a model."
"""What is answered else."""


@dataclass(frozen=True)
class Scripted:
    """Answers at once and for nothing; no tokens are counted, since none are used.

    Raises:
        UsageError: there is no reply to choose from, `function` is no address, or `latency_s` is
            no length of time.
    """

    model: str = "scripted"
    replies: tuple[str, ...] | None = None
    """What may be answered; the request's key decides which, so that it is always the same.
    Null: `DIALOGUE` or `SENTENCE`, as the chat asks for."""
    function: str | None = None
    """``"module:attribute"`` of a function that is given the `Request` and returns the text or
    a `Reply`, or raises a `BackendError`; it takes the place of `replies`."""
    latency_s: float = 0.0
    """How long a reply is made to take."""

    def __post_init__(self) -> None:
        if self.replies is not None:
            if not self.replies or isinstance(self.replies, str):
                raise UsageError(f"replies is {self.replies!r}", "give a list of one or more")
            object.__setattr__(self, "replies", tuple(self.replies))  # JSON and YAML have lists
        if not 0 <= self.latency_s < math.inf:
            raise UsageError(f"latency_s is {self.latency_s!r}", "give a number of seconds")
        if self.function is not None and not is_own(self.function):
            raise UsageError(f"function is {self.function!r}", "write it as 'module:attribute'")

    @property
    def endpoint(self) -> str:
        """The script, since another script answers otherwise; the latency changes nothing."""
        script = self.function or hashlib.sha256(repr(self.replies).encode()).hexdigest()[:16]
        return f"scripted:{script}"

    async def reply(self, request: Request) -> Reply:
        """Look the reply up, or compute it."""
        await asyncio.sleep(self.latency_s)
        said = self._function()(request) if self.function else self._chosen(request)
        return Reply(said, "stop", model=self.model) if isinstance(said, str) else said

    def _chosen(self, request: Request) -> str:
        if self.replies is None:
            return DIALOGUE if any("===" in turn.text for turn in request.chat) else SENTENCE
        digest = hashlib.sha256(request.key.encode()).digest()
        return self.replies[int.from_bytes(digest[:8], "big") % len(self.replies)]

    def _function(self) -> Callable[[Request], str | Reply]:
        try:
            found: Callable[[Request], str | Reply] = resolve("function", {}, self.function or "")
        except UnknownNameError as error:
            raise StopError(error.problem, error.hint) from error
        return found
