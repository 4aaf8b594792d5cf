"""The words that recipes, backends and the engine speak to one another.

A *chat* is an ordered tuple of turns, a *turn* an ordered tuple of parts, so that text and
pictures keep their order. A *request* is a chat with its sampling and its key; a *reply* is
what came back.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import msgspec

Role: TypeAlias = Literal["system", "user", "assistant"]
MediaKind: TypeAlias = Literal["image", "video", "audio", "motion"]


@dataclass(frozen=True)
class Text:
    """A stretch of text."""

    text: str


@dataclass(frozen=True)
class Media:
    """A picture, video or recording, as the bytes of its file."""

    kind: MediaKind
    data: bytes
    mime_type: str
    max_side: int | None = None
    """The limit that a picture is to be shrunk to before it is sent, in pixels of its longer side.
    It is part of what is asked; None for none."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the bytes, in hexadecimal."""
        return hashlib.sha256(self.data).hexdigest()


Part: TypeAlias = Text | Media


@dataclass(frozen=True)
class Turn:
    """What one side says."""

    role: Role
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """The text of the turn, without its media."""
        return "".join(part.text for part in self.parts if isinstance(part, Text))


Chat: TypeAlias = tuple[Turn, ...]

EXAMPLES_KEPT = 2
"""The first and the last, however long a chat is."""


@dataclass(frozen=True)
class Sampling:
    """How a model is to draw its reply; what is None is left to the backend."""

    max_tokens: int | None = 1024
    """The longest reply, in tokens; one that is longer is cut short and recorded as such."""
    max_tokens_if_cut: int | None = None
    """The longest reply of a second attempt, made where the first was cut short; None: no such
    attempt. For `longer`, not for a server."""
    temperature: float | None = None
    top_p: float | None = None
    stop: tuple[str, ...] = ()
    seed: int | None = None
    json_schema: str | None = None
    """The text of a JSON schema that the whole reply has to fit."""

    def settings(self) -> dict[str, Any]:
        """The fields that are set, in a form that JSON can hold."""
        return {k: v for k, v in vars(self).items() if v is not None and v != ()}

    def longer(self) -> Sampling | None:
        """What a second attempt is made with; None where there is to be none."""
        if self.max_tokens_if_cut is None:
            return None
        return replace(self, max_tokens=self.max_tokens_if_cut, max_tokens_if_cut=None)


@dataclass(frozen=True)
class Request:
    """A chat to be answered."""

    key: str
    """What the journal files the reply under; see `request_key`."""
    chat: Chat
    sampling: Sampling = Sampling()
    prefix: str = ""
    """Names the turns that it has in common with others, if any: where the same ones are read
    again, a server can be helped to find them in its cache. No part of the key."""
    examples: int = 0
    """How many pairs of turns, right before the last turn, are examples that may be left out where
    the chat is too long; see `shorter`. 0 where the recipe wants all of them."""

    def shorter(self) -> Request | None:
        """The request without the example in the middle; None where only two are left, or none."""
        if self.examples <= EXAMPLES_KEPT:
            return None
        start = len(self.chat) - 1 - 2 * (self.examples - self.examples // 2)
        chat = self.chat[:start] + self.chat[start + 2 :]
        return replace(self, chat=chat, examples=self.examples - 1)

    @property
    def has_media(self) -> bool:
        """Whether it holds more than text."""
        return any(isinstance(part, Media) for turn in self.chat for part in turn.parts)


@dataclass(frozen=True)
class Allowance:
    """How much a server takes in a minute; None where it is not known."""

    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None


@dataclass(frozen=True)
class Reply:
    """What a backend answered."""

    text: str
    finish_reason: str | None = None
    """Why the model stopped: ``"stop"``, ``"length"`` (cut short), ``"content_filter"``,
    ``"refusal"`` (the text then says why), or the server's own word."""
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    cached_tokens: int | None = None
    """How many of the prompt's tokens the server took from a cache of its own."""
    model: str | None = None
    """The model that answered, as the server names it."""
    dropped_examples: int = 0
    """How many examples were left out of the chat, which was too long with them."""
    allowance: Allowance | None = None
    """What the server says of its limits beside the reply; not part of what was answered."""

    @property
    def is_cut(self) -> bool:
        """Whether the model had more to say than it was allowed to."""
        return self.finish_reason == "length"


class Exchange(NamedTuple):
    """A question and its answer, as a conversation keeps them."""

    question: str
    answer: str
    family: str | None = None
    """The question family of `grounded` that it comes from."""


def text_turn(role: Role, text: str) -> Turn:
    """A turn that holds text only."""
    return Turn(role, (Text(text),))


def chat_digest(chat: Chat, sampling: Sampling, *, examples: int = 0) -> str:
    """Digest all that a request says, whoever is asked.

    Media count by their bytes, so that a file may be moved or renamed, and by their limit. The
    bytes are those before anything is shrunk, which may come out otherwise another time.

    Args:
        chat: with all its examples.
        sampling: how the reply is drawn.
        examples: as in `Request`.
    """
    turns = [[turn.role, [_part_identity(part) for part in turn.parts]] for turn in chat]
    return _sha256([turns, sampling.settings(), *([examples] if examples else [])])


def request_key(digest: str, model: str, endpoint: str) -> str:
    """Name a request by all that can change its answer: what is asked, and who is.

    Args:
        digest: of `chat_digest`.
        model: the model's name.
        endpoint: the server or engine that runs it; two servers may run a name differently.
    """
    return _sha256([digest, model, endpoint])


def _part_identity(part: Part) -> list[str]:
    if isinstance(part, Text):
        return ["text", part.text]
    limit = [] if part.max_side is None else [f"side<={part.max_side}"]
    return [part.kind, part.digest, *limit]


def _sha256(value: object) -> str:
    return hashlib.sha256(msgspec.json.encode(value, order="sorted")).hexdigest()
