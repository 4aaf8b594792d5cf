"""Recordings and videos as a page holds them: whole files, where it has room for them."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.conversion.sniffing import ending
from mmgen_datasets.errors import RowError

_ROWS_A_BATCH = 1000


class Room(NamedTuple):
    """How much of a kind a page holds."""

    name: str
    each: int
    """Bytes of a file."""
    all: int
    """Bytes of all of them together."""


ROOM = {
    "audio": Room("recording", 2_000_000, 30_000_000),
    "video": Room("video", 10_000_000, 60_000_000),
}
_PLAYED = {
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".aac": "audio/aac",
    ".m4a": "audio/mp4",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
}
"""What browsers play, by the ending that its bytes deserve."""


def left_out(sizes: Iterable[int | None], kind: str) -> list[str | None]:
    """Say which files a page does without: the first ones that fit fill its room.

    Args:
        sizes: in bytes, of files in the order in which they are shown. One that nobody knows
            counts as the largest that may be.
        kind: of `ROOM`.

    Returns:
        Of each file why; None where the page holds it.

    Example:
        >>> left_out([40, 12_000_000], "video")
        [None, 'the video has 12 MB; this page holds those of up to 10 MB']
    """
    room = ROOM[kind]
    left, reasons = room.all, []
    for size in sizes:
        reasons.append(_why_not(room, size, left))
        if reasons[-1] is None:
            left -= room.each if size is None else size
    return reasons


def sizes_of(column: Dataset, kind: str) -> Iterator[int | None]:
    """The bytes of each file; None where it is in an archive, on a server, or gone.

    Args:
        column: undecoded media of a kind.
        kind: of `ROOM`.
    """
    # Not as Python: a batch may hold the bytes of its files.
    for batch in column.with_format("arrow").iter(_ROWS_A_BATCH):
        paths = pc.struct_field(batch[kind], "path").to_pylist()
        lengths = pc.binary_length(pc.struct_field(batch[kind], "bytes")).to_pylist()
        for path, length in zip(paths, lengths, strict=True):
            yield _size_of(path) if length is None else length


def data_uri(data: bytes, kind: str) -> str:
    """A file that browsers play.

    Raises:
        RowError: they do not, or it is too large.
    """
    room = ROOM[kind]
    if why := _why_not(room, len(data), room.each):
        raise RowError(why)
    try:
        found = _PLAYED.get(ending(data, kind))
    except RowError:
        found = None
    if found is None:
        raise RowError(f"the {room.name} is in a format that browsers do not play")
    return f"data:{found};base64,{base64.b64encode(data).decode('ascii')}"


def _size_of(path: str | None) -> int | None:
    try:
        return Path(path).stat().st_size if path else None
    except OSError:
        return None


def _why_not(room: Room, size: int | None, left: int) -> str | None:
    if (room.each if size is None else size) <= min(room.each, left):
        return None
    if size is not None and size > room.each:
        held = f"those of up to {_megabytes(room.each)}"
        return f"the {room.name} has {_megabytes(size)}; this page holds {held}"
    return f"this page holds the first {_megabytes(room.all)} of {room.name}s"


def _megabytes(size: int) -> str:
    return f"{size / 10**6:,.1f} MB".replace(".0 ", " ")
