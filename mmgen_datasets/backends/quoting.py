"""Text of a server's, made fit to be shown."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable

_KEY_LIKE = re.compile(r"\bsk-[\w*-]{4,}")
"""OpenAI repeats the beginning and the end of a wrong key."""


def quoted(text: str, secrets: Iterable[str] = ()) -> str:
    r"""Put a text into one line of 300 characters at most, without secrets.

    Args:
        text: of a server or of a library.
        secrets: what must not be shown; one shorter than 6 characters protects nothing and is
            likelier to be a part of some word.

    Example:
        >>> quoted("no key 'topsecret'\n here", ["topsecret", ""])
        "no key '***' here"
    """
    for secret in secrets:
        if len(secret) >= 6:
            text = text.replace(secret, "***")
    return textwrap.shorten(_KEY_LIKE.sub("***", text), 300, placeholder=" ...")
