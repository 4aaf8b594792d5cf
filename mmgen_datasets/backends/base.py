"""What every backend is."""

from __future__ import annotations

from typing import Protocol

from mmgen_datasets.chat import Reply, Request


class Addressed(Protocol):
    """Whom a request is put to, as it counts for the request's key."""

    @property
    def model(self) -> str:
        """The model's name."""

    @property
    def endpoint(self) -> str:
        """The server or engine that runs the model, without secrets."""


class Backend(Addressed, Protocol):
    """The settings of something that answers chats.

    An implementation is a frozen dataclass: it holds names and numbers only, so that it can be
    hashed, pickled and moved between processes. Connections and models live outside of it and
    are opened when first needed.
    """

    async def reply(self, request: Request) -> Reply:
        """Answer one chat, once, without retrying.

        Raises:
            RetryError: the same request may succeed later.
            RowError: this request will not succeed; others may.
            StopError: no request can succeed until the user changes something.
        """
