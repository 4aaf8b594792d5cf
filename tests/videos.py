"""Videos made for tests, without an encoder of videos: a lossy WebP is a key frame of VP8."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image


def webm(
    colours: Sequence[str], *, seconds: float = 1.0, size: tuple[int, int] = (64, 48)
) -> bytes:
    """A video of plain frames, one for each colour, evenly over its length."""
    every = round(1000 * seconds / len(colours))
    blocks = [
        _element("A3", b"\x81" + struct.pack(">hB", place * every, 0x80) + _frame(colour, size))
        for place, colour in enumerate(colours)
    ]
    head = _element("4282", b"webm") + _number("4287", 2) + _number("4285", 2)
    width, height = size
    picture = _element("E0", _number("B0", width) + _number("BA", height))
    track = _number("D7", 1) + _number("73C5", 1) + _number("83", 1) + _element("86", b"V_VP8")
    length = _element("4489", struct.pack(">d", 1000 * seconds))
    return _element("1A45DFA3", head) + _element(
        "18538067",
        _element("1549A966", _number("2AD7B1", 1_000_000) + length)
        + _element("1654AE6B", _element("AE", track + picture))
        + _element("1F43B675", _number("E7", 0) + b"".join(blocks)),
    )


def _frame(colour: str, size: tuple[int, int]) -> bytes:
    file = io.BytesIO()
    Image.new("RGB", size, colour).save(file, "WEBP", quality=90)
    return file.getvalue()[20:]  # behind the heads of the RIFF and of its only chunk


def _element(name: str, content: bytes) -> bytes:
    return bytes.fromhex(name) + struct.pack(">Q", 1 << 56 | len(content)) + content


def _number(name: str, value: int) -> bytes:
    return _element(name, value.to_bytes(4, "big"))
