"""The pieces that the data of a page come in.

A packed chunk is JSON, compressed by gzip, in base64. Nothing that a model wrote can be taken for
HTML that way, and the page need not unpack what nobody looks at.
"""

from __future__ import annotations

import base64
import gzip
import json
from typing import Any, NamedTuple

ROWS_A_CHUNK = 200
"""Conversations, or samples, that are unpacked together."""
MEDIA_A_CHUNK = 40
"""Samples whose media stand together."""


class Chunk(NamedTuple):
    """A piece of a page's data."""

    name: str
    """``overview``, ``index``, ``texts-0``, ``samples-0``, ``media-0``, ..."""
    text: str
    """ASCII without ``<`` and ``&``."""


def pack(value: Any) -> str:
    """Pack a value that JSON knows.

    Example:
        >>> unpack(pack({"said": "</script>"}))
        {'said': '</script>'}
    """
    # Escaped to ASCII: a lone surrogate in a reply could not be encoded otherwise.
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return compress(text.encode("ascii"))


def unpack(text: str) -> Any:
    """Read what `pack` wrote."""
    return json.loads(gzip.decompress(base64.b64decode(text)))


def compress(data: bytes) -> str:
    """Bytes by gzip, in base64; the same bytes give the same text."""
    return base64.b64encode(gzip.compress(data, 6, mtime=0)).decode("ascii")


class Pieces:
    """Records in packed chunks of `ROWS_A_CHUNK`, the last of which still grows."""

    def __init__(self) -> None:
        self._packed: list[str] = []
        self._open: list[Any] = []

    def add(self, record: Any) -> None:
        """Put a record behind the others."""
        self._open.append(record)
        if len(self._open) == ROWS_A_CHUNK:
            self._packed.append(pack(self._open))
            self._open = []

    def __len__(self) -> int:
        """How many chunks there are."""
        return len(self._packed) + bool(self._open)

    def __getitem__(self, number: int) -> str:
        """A chunk as it is now."""
        if self._open and number == len(self._packed):
            return pack(self._open)
        return self._packed[number]
