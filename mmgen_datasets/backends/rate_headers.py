"""What a server tells of its limits in the headers of an answer.

``retry-after`` is of RFC 9110; the ``x-ratelimit-*`` are OpenAI's
(https://platform.openai.com/docs/guides/rate-limits), and many servers have taken them over.
"""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from mmgen_datasets.chat import Allowance


def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Read how much a server takes in a minute, if it says so.

    Example:
        >>> allowance({"x-ratelimit-limit-requests": "500"})
        Allowance(requests_per_minute=500.0, tokens_per_minute=None)
    """
    requests = _number(headers.get("x-ratelimit-limit-requests", ""))
    tokens = _number(headers.get("x-ratelimit-limit-tokens", ""))
    return Allowance(requests or None, tokens or None) if requests or tokens else None


def pause(headers: Mapping[str, str]) -> float | None:
    """Read how many seconds a server asks to be left alone.

    Args:
        headers: ``retry-after-ms`` (OpenAI, Azure), ``retry-after`` (RFC 9110: seconds or a
            date), or the time at which a limit that is used up is renewed.

    Example:
        >>> pause({"retry-after": "2"}), pause({"retry-after-ms": "250"}), pause({})
        (2.0, 0.25, None)
    """
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    text = headers.get("retry-after", "")
    for seconds in (_number(text), _until(text)):
        if seconds is not None:
            return seconds
    return _renewal(headers)


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None


def _until(date: str) -> float | None:
    try:
        return max(0.0, parsedate_to_datetime(date).timestamp() - time.time())
    except (ValueError, OverflowError):
        return None


def _renewal(headers: Mapping[str, str]) -> float | None:
    """The longest wait for a limit with nothing left; durations such as ``6m0s`` or ``120ms``."""
    waits = [
        sum(float(number) * _UNITS_S[unit] for number, unit in _DURATION.findall(reset))
        for of in ("requests", "tokens")
        if headers.get(f"x-ratelimit-remaining-{of}") == "0"
        and (reset := headers.get(f"x-ratelimit-reset-{of}", ""))
    ]
    return max(waits, default=None)


_DURATION = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNITS_S = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}
