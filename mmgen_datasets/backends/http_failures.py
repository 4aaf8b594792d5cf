"""What a server's failure means: ask again later, give this request up, or stop.

The statuses are those of RFC 9110; what OpenAI means by them is listed in
https://platform.openai.com/docs/guides/error-codes. Codes and wordings of vLLM, llama.cpp,
Gemini and OpenRouter are in the same table, since a gateway may hand on any of them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec

from mmgen_datasets.backends.quoting import quoted
from mmgen_datasets.backends.rate_headers import pause
from mmgen_datasets.errors import BackendError, RetryError, RowError, StopError, TooLongError
from mmgen_datasets.json_errors import NO_JSON


class Asked(NamedTuple):
    """Who was asked for what, as messages name it."""

    endpoint: str
    model: str
    key_name: str
    """The environment variable that holds the key."""


@dataclass(frozen=True)
class Complaint:
    """What a server says when it gives no reply, free of secrets."""

    status: int
    code: str
    """Its ``code`` and ``type``, in lower case; servers differ in which of the two they use."""
    message: str
    parameter: str
    """The field of the request that it complains about, or nothing."""


class _Rule(NamedTuple):
    statuses: range | set[int]
    code: str
    """A pattern to find in the code; one that is empty is found in all."""
    error: type[BackendError]
    hint: str = ""
    wording: str = r"(?!)"
    """A pattern to find in the message, where no code tells the cases apart; finds nothing."""


_SHORTER = "use a recipe with a shorter context, fewer max_tokens, or a model with a longer context"
_PAY = "look at the account's plan and balance"
_KEY = "check the key in the environment variable {key_name}, and that base_url is its server's"
_MODEL = "check the model's name, and that base_url is the address before /chat/completions"
_FIELD = "leave {parameter} unset; where 'max_tokens' has another name, set token_limit_field to it"
_SCHEMA = (
    "correct json_schema in the recipe's sampling; leave it out where the server knows no schemas"
)
_ALLOWED = "check what the key in {key_name} may do, and that base_url is its server's"
_REFUSING = {200, 400, 403, 422}

# The first rule that fits holds. "quota" and "billing" are no wordings of an empty purse: Gemini
# says both when the limit of a minute is reached.
_RULES = (
    _Rule(
        range(200, 600),
        r"context_length|exceed_context_size",
        TooLongError,
        _SHORTER,
        r"maximum context length|context size|prompt is too long|request too large"
        r"|exceeds n_ctx",
    ),
    # llama-cpp-python's server says so with 500.
    _Rule({400, 422, 500}, r"(?!)", StopError, _SCHEMA, r"\bresponse_format\b"),
    _Rule(
        _REFUSING,
        r"content_filter|content_policy|moderation",
        RowError,
        wording=r"content filter|content management policy|was flagged|requires moderation",
    ),
    _Rule(
        range(200, 500),
        r"insufficient_quota|billing|insufficient_balance|deactivated",
        StopError,
        _PAY,
    ),
    _Rule(_REFUSING, r"invalid_api_key", StopError, _KEY, r"api key not valid|invalid api key"),
    _Rule(_REFUSING, r"model_not_found|invalid_model", StopError, _MODEL, r"invalid model"),
    _Rule(
        {200, 400, 422},
        r"unsupported_(parameter|value)|unknown_parameter",
        StopError,
        _FIELD,
        r"unsupported parameter|unrecognized request argument",
    ),
    _Rule({200}, r"rate_limit|overloaded|server_error|timeout|unavailable", RetryError),
    _Rule(
        range(300, 400),
        r"",
        StopError,
        "write the address that it leads to as base_url: {location}",
    ),
    _Rule({401}, r"", StopError, _KEY),
    _Rule({402}, r"", StopError, _PAY),
    _Rule({403}, r"", StopError, _ALLOWED),
    _Rule({404, 405}, r"", StopError, _MODEL),
    _Rule({408, 409, 425, 429}, r"", RetryError),
    _Rule(range(100, 500), r"", RowError),
    _Rule(range(500, 1000), r"", RetryError),
)


def failure(complaint: Complaint, asked: Asked, headers: Mapping[str, str]) -> BackendError:
    """Class a complaint.

    Args:
        complaint: what the server says.
        asked: who was asked for what.
        headers: of the answer; their names are looked up in lower case.
    """
    rule = next(rule for rule in _RULES if _fits(rule, complaint))
    problem = (
        f"{asked.endpoint} answered {_spelled(complaint.status)} to a request for "
        f"{asked.model!r}: {complaint.message or 'it gives no reason'}"
    )
    hint = rule.hint.format(
        key_name=asked.key_name,
        parameter=repr(complaint.parameter) if complaint.parameter else "that field",
        location=headers.get("location", "").partition("?")[0],
    )
    if issubclass(rule.error, RetryError):
        is_busy = complaint.status == HTTPStatus.TOO_MANY_REQUESTS or "rate_limit" in complaint.code
        return rule.error(problem, hint, pause(headers), "busy" if is_busy else "down")
    return rule.error(problem, hint)


def _fits(rule: _Rule, complaint: Complaint) -> bool:
    return complaint.status in rule.statuses and bool(
        re.search(rule.code, complaint.code)
        or re.search(rule.wording, complaint.message, re.IGNORECASE)
    )


def _spelled(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:  # of the server's own making, such as Cloudflare's 520
        return str(status)


def read_complaint(status: int, body: bytes, secrets: Iterable[str] = ()) -> Complaint:
    """Read the body of an answer that is no reply, whatever form it has.

    Args:
        status: of the answer.
        body: of the answer; JSON, a page of HTML or nothing.
        secrets: what must not be quoted, should the server repeat it.
    """
    try:
        value = msgspec.json.decode(body)
    except NO_JSON:
        value = body.decode(errors="replace")
    return complaint_of(status, value, secrets)


def complaint_of(status: int, value: Any, secrets: Iterable[str] = ()) -> Complaint:
    """Read a complaint out of JSON.

    Where the status is 200 and the code is a status, the code counts, as at OpenRouter.
    """
    while isinstance(value, list) and value:  # Gemini wraps it in a list
        value = value[0]
    outer = value if isinstance(value, dict) else {"error": value}
    inner = outer.get("error") or outer
    fields = inner if isinstance(inner, dict) else {"message": inner}
    code = str(fields.get("code") or "")
    if status == HTTPStatus.OK and re.fullmatch(r"[3-5]\d\d", code):
        status = int(code)
    return Complaint(
        status,
        f"{code} {fields.get('type') or ''}".strip().lower(),
        quoted(_message(fields), secrets),
        quoted(str(fields.get("param") or ""), secrets),
    )


def _message(fields: Mapping[str, Any]) -> str:
    message = fields.get("message") or fields.get("detail") or ""
    if "n_ctx" in fields:  # llama.cpp keeps its numbers out of its sentence
        return f"{message} ({fields.get('n_prompt_tokens')} tokens, {fields['n_ctx']} fit)"
    return str(message)
