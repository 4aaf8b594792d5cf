"""Calls of the hub: tried again where that may help, told in a sentence where it does not."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx2
from huggingface_hub import get_session
from huggingface_hub.errors import (
    HfHubHTTPError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    OfflineModeIsEnabled,
)

from mmgen_datasets.errors import HubError

_LOG = logging.getLogger(__name__)
_PAUSES_S = (0.5, 1, 2, 4, 8, 16)
_PASSING = frozenset({408, 429, 500, 502, 503, 504})
_MOVED = frozenset({409, 412})
"""Somebody else changes the repository at the same time."""

_Result = TypeVar("_Result")


class MovedError(Exception):
    """Somebody else has changed the repository meanwhile."""


def patiently(call: Callable[[], _Result], repo: str, *, timeout_s: float) -> _Result:
    """Call the hub, and again after a pause where it was down, busy or too slow.

    Args:
        call: what may be repeated.
        repo: the name that is written to, for messages.
        timeout_s: how long the hub may say nothing; the client by itself waits for ever.

    Raises:
        HubError: it refused, or does not come back.
        MovedError: the repository has changed meanwhile.
    """
    for pause in (*_PAUSES_S, None):
        try:
            with _limited(timeout_s):
                return call()
        except (OSError, ValueError, RuntimeError, httpx2.HTTPError) as error:
            cause = _cause(error)
            if isinstance(cause, HfHubHTTPError) and cause.response.status_code in _MOVED:
                raise MovedError from error
            if not _may_pass(cause):
                if (refused := refusal(cause, repo)) is None:
                    raise
                raise refused from error
            if pause is None:
                raise HubError(
                    f"the hub does not come back: {_words(cause)}",
                    "give the same command again later; what was uploaded is not sent again",
                ) from error
            _LOG.warning("%s; trying again in %s s", _words(cause), pause)
            time.sleep(pause)
    raise AssertionError


def refusal(error: BaseException, repo: str) -> HubError | None:
    """What an error that will not pass means to the user; None where it is not the hub's."""
    if isinstance(error, LocalTokenNotFoundError):
        return HubError(
            "nobody is logged in to the hub", "run 'hf auth login', or set HF_TOKEN to a token"
        )
    if isinstance(error, OfflineModeIsEnabled):
        return HubError("the hub is switched off", "unset HF_HUB_OFFLINE")
    if isinstance(error, PermissionError) and error.filename is None:  # Xet's, not of a file
        return HubError(f"the token may not write to {repo!r}: {error}", "log in anew")
    if not isinstance(error, HfHubHTTPError):  # the client's word for what a page says of a file
        words = " ".join(str(error).split())
        return HubError(f"the hub refused: {words}") if isinstance(error, ValueError) else None
    status = error.response.status_code
    said = error.server_message or error.response.reason_phrase
    if status == 401:
        return HubError(
            "the hub does not accept the token",
            "make one on huggingface.co/settings/tokens; HF_TOKEN goes before 'hf auth login'",
        )
    if status in (403, 404):
        return HubError(
            f"the token may not write to {repo!r}: {said}",
            "use a token with the right to write, and a name that begins with your own or that of"
            " an organisation of yours",
        )
    return HubError(f"the hub refused, with status {status}: {said}")


@contextmanager
def _limited(timeout_s: float) -> Iterator[None]:
    """Have the client, which others share, give up for a while when it hears nothing."""
    client = get_session()
    before = client.timeout
    client.timeout = timeout_s
    try:
        yield
    finally:
        client.timeout = before


def _cause(error: BaseException) -> BaseException:
    """What is behind the errors that the client wraps around others."""
    while isinstance(error, RuntimeError | LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__
    return error


def _may_pass(error: BaseException) -> bool:
    if isinstance(error, HfHubHTTPError):
        return error.response.status_code in _PASSING
    # A proxy's page in the place of JSON is a server that is down; Xet, which transfers files,
    # knows RuntimeErrors only.
    return isinstance(error, httpx2.TransportError | json.JSONDecodeError | RuntimeError)


def _words(error: BaseException) -> str:
    if isinstance(error, HfHubHTTPError):
        return f"it answers with status {error.response.status_code}"
    if isinstance(error, httpx2.TimeoutException):
        return "it says nothing"
    if isinstance(error, httpx2.ConnectError):
        return "it cannot be reached"
    return f"the connection broke ({type(error).__name__})"
