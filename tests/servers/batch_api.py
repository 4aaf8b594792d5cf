"""The Files and Batches pages of an OpenAI-compatible server, which really answer the lines.

Time does not pass by itself: each look at a batch takes it a step further, so that a test knows
what will be seen. `endings` says how the first batches end, `faults` what the first calls of a
kind meet, `hold_at` where the server stops answering, so that a client can be killed there.
"""

from __future__ import annotations

import asyncio
import re
import threading
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import msgspec
from aiohttp import BodyPartReader, web

from tests.servers.faults import FAULTS, Answer, json_answer

_INJECTED = re.compile(rb"inject:([a-z0-9-]+)")
_TOKENS = "Enqueued token limit reached for any in organization org-1. Limit: {:,} enqueued tokens."
_OVER = ("completed", "failed", "expired", "cancelled")


@dataclass(frozen=True)
class BatchBehaviour:
    """How batches go; by default all lines are answered, and that is seen at the third look."""

    looks: int = 3
    """At which look a batch has ended; at the one before it is ``finalizing``."""
    endings: tuple[str, ...] = ()
    """Of the first batches: ``"completed"``; ``"expired"`` or ``"cancelled"`` when half is done;
    ``"half"``, completed without a result for the other half; ``"failed CODE"`` or
    ``"failed CODE LINE"``."""
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By stage, what the first calls meet: a name of `FAULTS`, ``"ok"``, or ``"lost"`` where the
    connection is closed in the place of the answer."""
    line_faults: Mapping[str, str] = field(default_factory=dict)
    """What lines with a text in them meet the first time, by that text."""
    max_tokens: int | None = None
    """How many may wait at a time, a token for four bytes."""


@dataclass
class _Batch:
    id: str
    file: str
    ending: str
    metadata: Any
    looks: int = 0
    status: str = "validating"
    files: dict[str, str] = field(default_factory=dict)
    errors: list[dict[str, Any]] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


class BatchApi:
    """The state of these pages.

    Args:
        behaviour: how it goes.
        reply: makes the body of a chat completion from that of a request.
    """

    def __init__(self, behaviour: BatchBehaviour, reply: Callable[[bytes], bytes]) -> None:
        self.behaviour = behaviour
        self.files: dict[str, bytes] = {}
        self.batches: dict[str, _Batch] = {}
        self.done: Counter[str] = Counter()
        """How often each key was given a reply, and so is paid for."""
        self.calls: Counter[str] = Counter()
        """By stage."""
        self.hold_at = ""
        """The stage at which calls are not answered any more; before it is carried out, or, for
        ``uploaded`` and ``created``, after."""
        self.hold_after: Counter[str] = Counter()
        """How many calls of that stage are answered before."""
        self.held = threading.Event()
        """Set when a call has come there."""
        self._reply = reply
        self._met: set[tuple[str, str]] = set()

    async def handle(self, request: web.BaseRequest) -> Answer | None:
        """Answer a call; None where it is for another page."""
        path = request.rel_url.path.partition("/v1/")[2]
        for page in _PAGES:
            if page.method == request.method and (match := re.fullmatch(page.path, path)):
                return await self._answer(page, request, *match.groups())
        return None

    async def _answer(self, page: _Page, request: web.BaseRequest, *names: str) -> Answer:
        self.calls[page.stage] += 1
        faults, count = self.behaviour.faults.get(page.stage, ()), self.calls[page.stage]
        fault = faults[count - 1] if count <= len(faults) else "ok"
        await self._hold(page.stage)
        if fault not in {"ok", "lost", "close-midway"}:
            return await FAULTS[fault](request, b"{}")
        body = await page.carry_out(self, request, *names)
        await self._hold(page.done)
        if body is None:
            error = {"message": f"No such File or batch: {names}", "type": "invalid_request_error"}
            return json_answer(msgspec.json.encode({"error": error}), 404)
        if fault == "ok":
            return json_answer(body)
        return await FAULTS["close" if fault == "lost" else fault](request, body)

    async def _hold(self, stage: str) -> None:
        if not stage or self.hold_at != stage:
            return
        self.hold_after[stage] -= 1
        if self.hold_after[stage] < 0:
            self.held.set()
            await asyncio.sleep(3600)

    async def upload(self, request: web.BaseRequest) -> bytes:
        fields: dict[str, bytes] = {}
        async for part in await request.multipart():
            assert isinstance(part, BodyPartReader)
            pieces = []
            while piece := await part.read_chunk(2**20):  # has no limit, unlike read()
                pieces.append(piece)
            fields[part.name or ""] = b"".join(pieces)
        assert fields["purpose"] == b"batch"
        return msgspec.json.encode({"id": self._keep(fields["file"]), "object": "file"})

    def _keep(self, data: bytes) -> str:
        name = f"file-{len(self.files)}"
        self.files[name] = data
        return name

    async def create(self, request: web.BaseRequest) -> bytes | None:
        wanted = msgspec.json.decode(await request.read())
        assert wanted["endpoint"] == "/v1/chat/completions"
        assert wanted["completion_window"] == "24h"
        if (file := wanted["input_file_id"]) not in self.files:
            return None
        endings, number = self.behaviour.endings, len(self.batches)
        ending = endings[number] if number < len(endings) else "completed"
        if self._is_too_much(file):
            ending = "failed token_limit_exceeded"
        batch = _Batch(f"batch_{number}", file, ending, wanted.get("metadata"))
        self.batches[batch.id] = batch
        return self._told(batch)

    def _is_too_much(self, file: str) -> bool:
        waiting = [batch.file for batch in self.batches.values() if batch.status not in _OVER]
        tokens = sum(len(self.files[name]) // 4 for name in (*waiting, file))
        return self.behaviour.max_tokens is not None and tokens > self.behaviour.max_tokens

    async def listed(self, request: web.BaseRequest) -> bytes:
        """The newest first, at most two on a page."""
        names = list(reversed(self.batches))
        after = request.query.get("after")
        rest = names[names.index(after) + 1 :] if after else names
        shown = [msgspec.Raw(self._told(self.batches[name])) for name in rest[:2]]
        return msgspec.json.encode({"data": shown, "has_more": len(rest) > 2})

    async def look(self, request: web.BaseRequest, name: str) -> bytes | None:
        if name not in self.batches:
            return None
        batch = self.batches[name]
        if batch.status not in _OVER:
            batch.looks += 1
            await self._step(batch)
        return self._told(batch)

    async def _step(self, batch: _Batch) -> None:
        left = self.behaviour.looks - batch.looks
        kind, *details = batch.ending.split()
        if kind == "failed":
            batch.status = "failed"
            batch.errors = [self._error(*details)]
        elif batch.status == "cancelling" or left <= 0:
            await self._work(batch, "cancelled" if batch.status == "cancelling" else kind)
        else:
            batch.status = "finalizing" if left == 1 else "in_progress"

    def _error(self, code: str, line: str | None = None) -> dict[str, Any]:
        message = _TOKENS.format(self.behaviour.max_tokens or 1000) if "token" in code else "no"
        return {
            "code": code,
            "message": message,
            "param": None,
            "line": int(line) if line else None,
        }

    async def _work(self, batch: _Batch, ending: str) -> None:
        """Answer the lines, all or the first half of them."""
        lines = self.files[batch.file].splitlines()
        end = len(lines) if ending == "completed" else len(lines) // 2
        output: list[bytes] = []
        errors: list[bytes] = []
        for line in lines[:end]:
            status, body = await self._answer_line(line)
            (output if status == 200 else errors).append(_result(line, status, body))
        if ending in {"expired", "cancelled"}:
            errors += [_result(line, 0, ending.encode()) for line in lines[end:]]
        batch.status = "completed" if ending == "half" else ending
        batch.counts = Counter(completed=len(output), failed=len(errors))
        for kind, results in (("output_file_id", output), ("error_file_id", errors)):
            if results:
                batch.files[kind] = self._keep(b"\n".join(reversed(results)) + b"\n")

    async def _answer_line(self, line: bytes) -> tuple[int, bytes]:
        asked = msgspec.json.decode(line)
        assert (asked["method"], asked["url"]) == ("POST", "/v1/chat/completions")
        key, body = asked["custom_id"], msgspec.json.encode(asked["body"])
        fault = found[1].decode() if (found := _INJECTED.search(body)) else ""
        for text, name in self.behaviour.line_faults.items():
            if text.encode() in body and (key, text) not in self._met:
                self._met.add((key, text))
                fault = name
        reply = self._reply(body)
        if not fault:
            self.done[key] += 1
            return 200, reply
        answer = await FAULTS[fault](None, reply)  # type: ignore[arg-type]  # it reads no request
        assert isinstance(answer, web.Response)
        assert isinstance(answer.body, bytes)
        return answer.status, answer.body

    async def cancel(self, request: web.BaseRequest, name: str) -> bytes | None:
        batch = self.batches[name]
        if batch.status not in _OVER:
            batch.status = "cancelling"
        return self._told(batch)

    async def content(self, request: web.BaseRequest, name: str) -> bytes | None:
        return self.files.get(name)

    def _told(self, batch: _Batch) -> bytes:
        total = self.files[batch.file].count(b"\n")
        return msgspec.json.encode(
            {
                "id": batch.id,
                "object": "batch",
                "endpoint": "/v1/chat/completions",
                "input_file_id": batch.file,
                "completion_window": "24h",
                "status": batch.status,
                "output_file_id": batch.files.get("output_file_id"),
                "error_file_id": batch.files.get("error_file_id"),
                "errors": {"object": "list", "data": batch.errors} if batch.errors else None,
                "request_counts": {"total": total, "completed": 0, "failed": 0} | batch.counts,
                "metadata": batch.metadata,
            }
        )


def _result(line: bytes, status: int, body: bytes) -> bytes:
    """A line of results; status 0 stands for none, and a batch's ending for the body."""
    result: dict[str, Any] = {
        "id": "batch_req_0",
        "custom_id": msgspec.json.decode(line)["custom_id"],
    }
    if status:
        response = {"status_code": status, "request_id": "", "body": msgspec.Raw(body)}
        return msgspec.json.encode(result | {"response": response, "error": None})
    error = {"code": f"batch_{body.decode()}", "message": f"The batch is {body.decode()}."}
    return msgspec.json.encode(result | {"response": None, "error": error})


class _Page(NamedTuple):
    method: str
    path: str
    stage: str
    carry_out: Callable[..., Awaitable[bytes | None]]
    done: str = ""
    """The stage when it is carried out."""


_PAGES = (
    _Page("POST", "files", "upload", BatchApi.upload, "uploaded"),
    _Page("GET", r"files/([\w-]+)/content", "download", BatchApi.content),
    _Page("POST", "batches", "create", BatchApi.create, "created"),
    _Page("GET", "batches", "list", BatchApi.listed),
    _Page("GET", r"batches/(\w+)", "look", BatchApi.look),
    _Page("POST", r"batches/(\w+)/cancel", "cancel", BatchApi.cancel),
)
