"""What a backend is that takes requests by the thousand and answers within a day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, TypeAlias, runtime_checkable

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import BackendError

BatchState: TypeAlias = Literal["running", "completed", "expired", "cancelled", "failed"]
"""``"failed"``: the file was refused, and nothing of it done; the others may have results."""


class Fault(NamedTuple):
    """Why a server refused a file."""

    line: int | None
    """Which line is at fault, from 1; None where it is not one line."""
    error: BackendError
    """A `RetryError` that is ``"busy"`` where too much is waiting at the server already."""


@dataclass(frozen=True)
class Batch:
    """A batch, as its server describes it."""

    id: str
    state: BatchState
    is_accepted: bool = True
    """Whether its file has been found good, and there was room for it."""
    answered: int = 0
    """Requests that have a result."""
    results: tuple[str, ...] = ()
    """Names of the files to `fetch`."""
    faults: tuple[Fault, ...] = ()
    """Of a batch that failed."""
    token_limit: int | None = None
    """How many tokens may wait at the server, where it says so."""


class Outcome(NamedTuple):
    """What became of one request of a batch."""

    key: str
    answer: Reply | BackendError


@runtime_checkable
class BatchBackend(Backend, Protocol):
    """A backend that also answers files of requests, cheaper and later.

    A file is uploaded, a batch made of it, looked at until it has ended, and its results are
    fetched. All but `line` and `outcome` talk to the server, and raise the errors of
    `Backend.reply`.
    """

    @property
    def price_terms(self) -> Mapping[str, str]:
        """Which of a model's prices holds, as `genai-prices` names it."""

    @property
    def max_requests(self) -> int:
        """The most requests in a file."""

    @property
    def max_bytes(self) -> int:
        """The largest file."""

    @property
    def poll_s(self) -> float:
        """The longest pause between two looks, in seconds."""

    def line(self, request: Request) -> bytes:
        """A request as a line of a file, its end included.

        Raises:
            RowError: it cannot be written.
            StopError: none of its kind can.
        """

    def outcome(self, line: bytes) -> Outcome | None:
        """What a line of results says; None where it tells of no request."""

    async def upload(self, file: Path) -> str:
        """Send a file; returns the server's name for it."""

    async def create(self, uploaded: str) -> Batch:
        """Make a batch of an uploaded file. To be paid for, so never to be done twice."""

    async def find(self, uploaded: str) -> Batch | None:
        """The batch that was made of an uploaded file, if one was that has not failed."""

    async def look(self, batch: str) -> Batch:
        """How far a batch is."""

    async def fetch(self, results: str, file: Path) -> None:
        """Write a file of results to disk."""

    async def cancel(self, batch: str) -> None:
        """Give a batch up; what has been answered by then is kept, and paid for."""
