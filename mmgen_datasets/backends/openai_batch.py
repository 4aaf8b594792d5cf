"""OpenAI's Batch API: files of requests, answered within a day for half the price.

Format: https://platform.openai.com/docs/api-reference/batch, as Azure, Groq and some gateways
speak it too. It goes over the client of the backend `openai`, so that addresses, keys, proxies
and failures are read in one way, and files are streamed from disk and to it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar, TypeVar
from urllib.parse import quote as percent_encoded

import msgspec

from mmgen_datasets.backends.batch import Batch, BatchState, Fault, Outcome
from mmgen_datasets.backends.batch_objects import (
    BatchList,
    BatchObject,
    FaultObject,
    FileObject,
    RequestLine,
    ResultLine,
    decode_result,
)
from mmgen_datasets.backends.http_client import Answer, Post, post
from mmgen_datasets.backends.http_failures import Asked, complaint_of, failure, read_complaint
from mmgen_datasets.backends.http_transfer import get, receive_file, send_file
from mmgen_datasets.backends.openai import OpenAI, address_of
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import BackendError, RetryError, StopError, UsageError
from mmgen_datasets.json_errors import NO_JSON

T = TypeVar("T")

quote = partial(percent_encoded, safe="")

_STATES: Mapping[str, BatchState] = {
    "completed": "completed",
    "expired": "expired",
    "cancelled": "cancelled",
    "failed": "failed",
}
"""Every other status is one on the way: validating, in_progress, finalizing, cancelling."""

_PAGES = 10  # of a hundred batches, to be looked through for one that was just made


@dataclass(frozen=True)
class OpenAIBatch(OpenAI):
    """A model behind the Batch API; answers as the backend `openai` would, later.

    Both have the same requests' keys, so that a run can go on with the other of the two. `reply`
    asks at once and for the full price.

    Raises:
        UsageError: a setting that cannot be meant.
    """

    max_requests: int = 50_000
    """The most requests in a batch; OpenAI allows so many."""
    max_bytes: int = 200_000_000
    """The largest file of requests; OpenAI allows this."""
    poll_s: float = 60.0
    """The longest pause between two looks at a batch, in seconds."""

    price_terms: ClassVar[Mapping[str, str]] = {"processing": "batch"}
    """Which of a model's prices holds, as `genai-prices` names it."""

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("max_requests", "max_bytes"):
            if (value := getattr(self, name)) < 1:
                raise UsageError(f"{name} is {value}", "give a number of at least 1")
        if not 0 < self.poll_s < math.inf:
            raise UsageError(f"poll_s is {self.poll_s!r}", "give a number of seconds above 0")

    def line(self, request: Request) -> bytes:
        """A request as a line of a file."""
        body = msgspec.Raw(self._body(request))
        line = RequestLine(request.key, "POST", "/v1/chat/completions", body)
        return msgspec.json.encode(line) + b"\n"

    def outcome(self, line: bytes) -> Outcome | None:
        """What a line of results says."""
        try:
            result = decode_result(line)
        except NO_JSON:
            return None
        try:
            return Outcome(result.custom_id, self._reply_of(result))
        except BackendError as error:
            return Outcome(result.custom_id, error)

    def _reply_of(self, result: ResultLine) -> Reply:
        if result.response is not None:
            answer = Answer(result.response.status_code, {}, bytes(result.response.body))
            return self._read(answer, self._secrets())
        complaint = complaint_of(HTTPStatus.OK, {"error": result.error}, self._secrets())
        if complaint.code in {"batch_expired", "batch_cancelled", "request_timeout"}:
            raise RetryError(complaint.message or complaint.code)
        raise self._failure(complaint_of(HTTPStatus.OK, {"error": result.error}, self._secrets()))

    async def upload(self, file: Path) -> str:
        """Send a file."""
        answer = await send_file(self._call("files"), file, purpose="batch")
        if answer.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            raise StopError(
                f"{self.endpoint} takes no file of {file.stat().st_size:,} bytes",
                "set max_bytes to what it takes",
            )
        return self._decoded(answer, FileObject).id

    async def create(self, uploaded: str) -> Batch:
        """Make a batch of an uploaded file."""
        wanted = {
            "input_file_id": uploaded,
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h",
            "metadata": {"client": "mmgen_datasets"},
        }
        answer = await post(self._call("batches")._replace(body=msgspec.json.encode(wanted)))
        if _is_file_unseen(answer):
            raise RetryError(f"{self.endpoint} does not know the uploaded file {uploaded} yet")
        return self._batch(self._decoded(answer, BatchObject))

    async def find(self, uploaded: str) -> Batch | None:
        """The batch that was made of an uploaded file, among the last thousand."""
        page = self._call("batches")
        after: dict[str, str] = {}
        for _ in range(_PAGES):
            url = page.url.update_query({"limit": "100"} | after)
            listed = self._decoded(await get(page._replace(url=url)), BatchList)
            for found in listed.data:
                if found.input_file_id == uploaded and found.status != "failed":
                    return self._batch(found)
            if not (listed.has_more and listed.data):
                break
            after = {"after": listed.data[-1].id}
        return None

    async def look(self, batch: str) -> Batch:
        """How far a batch is."""
        answer = await get(self._call(f"batches/{quote(batch)}"))
        return self._batch(self._decoded(answer, BatchObject))

    async def fetch(self, results: str, file: Path) -> None:
        """Write a file of results to disk."""
        answer = await receive_file(self._call(f"files/{quote(results)}/content"), file)
        self._refuse_failed(answer)

    async def cancel(self, batch: str) -> None:
        """Give a batch up."""
        self._refuse_failed(await post(self._call(f"batches/{quote(batch)}/cancel")))

    def _call(self, path: str) -> Post:
        address, key = address_of(self.base_url), self._key()
        secrets = (key, *address.secrets)
        return Post(address.at(path), b"", address.authorization(key), self.timeout_s, secrets)

    def _secrets(self) -> Iterable[str]:
        return (self._key(), *address_of(self.base_url).secrets)

    def _failure(self, complaint: Any, headers: Mapping[str, str] | None = None) -> BackendError:
        return failure(complaint, Asked(self.endpoint, self.model, self.api_key_env), headers or {})

    def _refuse_failed(self, answer: Answer) -> None:
        if not 200 <= answer.status < 300:
            complaint = read_complaint(answer.status, answer.body, self._secrets())
            raise self._failure(complaint, answer.headers)

    def _decoded(self, answer: Answer, kind: type[T]) -> T:
        self._refuse_failed(answer)
        try:
            return msgspec.json.decode(answer.body, type=kind, strict=False)
        except NO_JSON as error:
            raise StopError(
                f"{self.endpoint} speaks no Batch API: {error}",
                "use the backend 'openai' there, or check base_url",
            ) from error

    def _batch(self, told: BatchObject) -> Batch:
        state = _STATES.get(told.status, "running")
        faults = told.errors.data or () if told.errors else ()
        limits = [_LIMIT.search(fault.message or "") for fault in faults]
        return Batch(
            told.id,
            state,
            told.status != "validating",
            told.request_counts.answered if told.request_counts else 0,
            tuple(name for name in (told.output_file_id, told.error_file_id) if name),
            tuple(Fault(fault.line, self._fault(fault)) for fault in faults),
            next((int(limit[1].replace(",", "")) for limit in limits if limit), None),
        )

    def _fault(self, fault: FaultObject) -> BackendError:
        full = "token_limit" in (fault.code or "") or "nqueued token" in (fault.message or "")
        broken = "server_error" in (fault.code or "")
        status = 429 if full else 500 if broken else 400
        error = {"code": fault.code, "message": fault.message, "param": fault.param}
        return self._failure(complaint_of(status, {"error": error}, self._secrets()))


_LIMIT = re.compile(r"limit: *(\d[\d,]*) enqueued", re.IGNORECASE)


def _is_file_unseen(answer: Answer) -> bool:
    """Whether it is said that there is no such file: an upload may take a while to be seen."""
    return answer.status in {400, 404} and bool(
        re.search(rb"find file|file[^\"]{0,60}not found|no such file", answer.body, re.IGNORECASE)
    )
