"""A reply as it grows, token by token."""

from __future__ import annotations

import codecs
from typing import Protocol

from mmgen_datasets.backends.local.constraint import JsonConstraint
from mmgen_datasets.backends.local.drawing import Logits, draw, generator
from mmgen_datasets.chat import Reply, Request


class Vocabulary(Protocol):
    """What the tokens of a model stand for."""

    def piece(self, token: int) -> bytes:
        """The bytes of a token; none for one that controls."""

    def is_end(self, token: int) -> bool:
        """Whether it ends a reply."""

    def constraint(self, schema: str) -> JsonConstraint:
        """What keeps a reply to a JSON schema."""


class Writing:
    """Draws the tokens of one reply and knows when it is finished.

    Args:
        request: how to sample, and where to stop.
        room: how many tokens fit after the prompt.
        vocabulary: of the model.

    Raises:
        StopError: the request's JSON schema cannot be kept to.
    """

    def __init__(self, request: Request, room: int, vocabulary: Vocabulary) -> None:
        sampling = request.sampling
        self.tokens: list[int] = []
        self.finish_reason: str | None = None
        self._sampling = sampling
        self.most = min(room, sampling.max_tokens or room)
        self._vocabulary = vocabulary
        self._random = generator(request)
        self._stops = [stop.encode() for stop in sampling.stop if stop]
        self._text = bytearray()
        schema = sampling.json_schema
        self._constraint = vocabulary.constraint(schema) if schema else None

    def take(self, logits: Logits) -> bool:
        """Add the next token; returns whether the reply is finished.

        Args:
            logits: of the model, after the prompt and all tokens before.
        """
        allowed = self._constraint.masked(logits) if self._constraint else logits
        token = draw(allowed, self._sampling, self._random)
        if self._vocabulary.is_end(token):
            self.finish_reason = "stop"
            return True
        self.tokens.append(token)
        before = len(self._text)
        self._text += self._vocabulary.piece(token)
        complete = self._constraint is not None and self._constraint.take(token)
        if complete or self._cut_at_stop(before):
            self.finish_reason = "stop"
        elif len(self.tokens) >= self.most:
            self.finish_reason = "length"
        return self.finish_reason is not None

    def _cut_at_stop(self, before: int) -> bool:
        """Cut the text where a stop string begins, if the last token completed one."""
        found = [
            place
            for stop in self._stops
            if (place := self._text.find(stop, max(0, before - len(stop) + 1))) >= 0
        ]
        if found:
            del self._text[min(found) :]
        return bool(found)

    def reply(self, prompt_tokens: int, model: str) -> Reply:
        """The finished reply."""
        # What was cut short may end within a character.
        whole = self.finish_reason != "length"
        text = codecs.getincrementaldecoder("utf-8")("replace").decode(bytes(self._text), whole)
        counts = (prompt_tokens, len(self.tokens))
        return Reply(text, self.finish_reason, *counts, model=model)
