"""What can go wrong between a client and a server, one function each.

A fault is given the request and the body of the good reply, and answers in its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

import msgspec
from aiohttp import web

Answer: TypeAlias = web.StreamResponse
Fault: TypeAlias = Callable[[web.BaseRequest, bytes], Awaitable[Answer]]

CONTEXT = "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens."


def json_answer(body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    return web.Response(body=body, status=status, headers=headers, content_type="application/json")


def _failing(status: int, code: str, message: str = "no", **headers: str) -> Fault:
    """Answer with a status and an error body of OpenAI's form."""
    error = {"message": message, "type": code, "param": None, "code": code}
    body = msgspec.json.encode({"error": error})
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def fail(request: web.BaseRequest, reply: bytes) -> Answer:
        return json_answer(body, status, named)

    return fail


def _saying(body: object) -> Fault:
    """Answer with status 200 and another body: bytes as they are, all else as JSON."""
    raw = body if isinstance(body, bytes) else msgspec.json.encode(body)

    async def say(request: web.BaseRequest, reply: bytes) -> Answer:
        return json_answer(raw)

    return say


def _changed(change: Callable[[dict[str, Any]], None]) -> Fault:
    """Answer with the good reply after a change to it."""

    async def answer(request: web.BaseRequest, reply: bytes) -> Answer:
        value = msgspec.json.decode(reply)
        change(value)
        return json_answer(msgspec.json.encode(value))

    return answer


def _cut_short(reply: dict[str, Any]) -> None:
    choice = reply["choices"][0]
    choice["message"]["content"] = choice["message"]["content"][:-10]
    choice["finish_reason"] = "length"


def _thought(reply: dict[str, Any]) -> None:
    reply["choices"][0] |= {"message": {"content": ""}, "finish_reason": "length"}


def _filtered(reply: dict[str, Any]) -> None:
    reply["choices"][0] |= {"finish_reason": "content_filter"}


def _refused(reply: dict[str, Any]) -> None:
    reply["choices"][0]["message"] = {"content": None, "refusal": "I would rather not."}


def _empty(reply: dict[str, Any]) -> None:
    reply["choices"][0]["message"]["content"] = ""


def _chatty(reply: dict[str, Any]) -> None:
    reply["choices"][0]["message"]["content"] = "The picture shows bars, and the tallest is red."


def _cached(reply: dict[str, Any]) -> None:
    reply["usage"]["prompt_tokens_details"]["cached_tokens"] = 1000


def _without_usage(reply: dict[str, Any]) -> None:
    del reply["usage"]


async def _tell_all(request: web.BaseRequest, reply: bytes) -> Answer:
    """Repeat the request's headers and address, as careless servers do."""
    heard = f"{request.path_qs} {dict(request.headers)}"
    return json_answer(msgspec.json.encode({"error": {"message": heard}}), 400)


async def _tell_all_as_text(request: web.BaseRequest, reply: bytes) -> Answer:
    return web.Response(status=500, text=f"Traceback: {request.path_qs} {dict(request.headers)}")


async def _move(request: web.BaseRequest, reply: bytes) -> Answer:
    return web.Response(status=307, headers={"Location": "https://elsewhere.test/v1?a=b"})


async def _close_before(request: web.BaseRequest, reply: bytes) -> Answer:
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def _close_midway(request: web.BaseRequest, reply: bytes) -> Answer:
    response = await _begin(request, reply)
    await response.write(reply[: len(reply) // 2])
    assert request.transport is not None
    request.transport.close()
    return response


async def _drip(request: web.BaseRequest, reply: bytes) -> Answer:
    """Send half at once and the rest never, so that only a time-out of the whole ends it."""
    response = await _begin(request, reply)
    await response.write(reply[: len(reply) // 2])
    await asyncio.sleep(3600)
    return response


async def _late(request: web.BaseRequest, reply: bytes) -> Answer:
    return json_answer(reply)  # the server has waited already


async def _begin(request: web.BaseRequest, reply: bytes) -> web.StreamResponse:
    response = web.StreamResponse(headers={"Content-Type": "application/json"})
    response.content_length = len(reply)
    await response.prepare(request)
    return response


async def _malformed(request: web.BaseRequest, reply: bytes) -> Answer:
    return json_answer(reply[: len(reply) // 2])


FAULTS: Mapping[str, Fault] = MappingProxyType(
    {
        "busy": _failing(429, "rate_limit_exceeded"),
        "busy-1s": _failing(429, "rate_limit_exceeded", retry_after="1"),
        "busy-50ms": _failing(429, "rate_limit_exceeded", retry_after_ms="50"),
        "quota": _failing(429, "insufficient_quota"),
        "error-500": _failing(500, "server_error"),
        "error-503": _failing(503, "overloaded", retry_after="2"),
        "wrong-key": _failing(401, "invalid_api_key"),
        "no-model": _failing(404, "model_not_found"),
        "too-long": _failing(400, "context_length_exceeded", CONTEXT),
        "too-large": _failing(413, "request_too_large"),
        "bad-request": _failing(400, "invalid_request_error"),
        "filtered-prompt": _failing(400, "content_filter"),
        "error-in-200": _saying({"error": {"code": 502, "message": "upstream is gone"}}),
        "no-choices": _saying({"choices": []}),
        "html": _saying(b"<!doctype html><title>hello</title>"),
        "malformed": _malformed,
        "cut-short": _changed(_cut_short),
        "thought": _changed(_thought),
        "filtered": _changed(_filtered),
        "refused": _changed(_refused),
        "empty": _changed(_empty),
        "chatty": _changed(_chatty),
        "cached": _changed(_cached),
        "no-usage": _changed(_without_usage),
        "tell-all": _tell_all,
        "tell-all-as-text": _tell_all_as_text,
        "moved": _move,
        "close": _close_before,
        "close-midway": _close_midway,
        "drip": _drip,
        "slow-8s": _late,
    }
)
"""By name, for a schedule, a probability, or the word ``inject:NAME`` in a chat."""

DELAYS_S = MappingProxyType({"slow-8s": 8.0})
"""How long an answer takes, where that is the fault."""

ANSWERS = frozenset(
    {"cut-short", "thought", "filtered", "refused", "empty", "chatty", "cached", "no-usage"}
    | {"slow-8s"}
)
"""The faults whose reply a client should keep."""
