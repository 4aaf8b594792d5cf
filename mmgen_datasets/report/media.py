"""Pictures, clips and sounds as the page holds them: a line for each sample.

A line has a word for each medium of the sample, in the schema's order: ``data:...`` for a picture
or a sound, ``joints:...`` for a motion (`mmgen_datasets.report.motions`), and ``note:...``, as a
URL is quoted, for what is not in the page.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import numpy as np
from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import MMGenError, RowError
from mmgen_datasets.media import read_media, undecoded
from mmgen_datasets.picture import thumbnail
from mmgen_datasets.report.chunks import MEDIA_A_CHUNK, Chunk
from mmgen_datasets.report.motions import pack_motion
from mmgen_datasets.schema import media_kinds

_LARGE_SIDE, _SMALL_SIDE = 640, 320
_FEW = 400  # samples, whose pictures may be large
_SOUNDS = 30_000_000  # bytes of all sounds together
_LONGEST_SOUND = 2_000_000  # bytes
_SOUND_TYPES = {b"RIFF": "wav", b"fLaC": "flac", b"OggS": "ogg", b"ID3": "mpeg", b"\xff": "mpeg"}


@dataclass(frozen=True)
class Limits:
    """How large a medium may be."""

    side: int
    """Of the longer side of pictures, in pixels."""
    sound: int
    """Bytes of a recording."""


def limits_for(num_samples: int, side: int | None) -> Limits:
    """What leaves a page of so many samples fit to be opened."""
    chosen = side or (_LARGE_SIDE if num_samples <= _FEW else _SMALL_SIDE)
    return Limits(chosen, min(_LONGEST_SOUND, _SOUNDS // max(1, num_samples)))


@dataclass(frozen=True)
class Media:
    """The media of a table, to be made small; made by `media_of`."""

    columns: Mapping[MediaKind, Dataset]
    limits: Limits

    def lines(self, rows: Sequence[int], pool: Executor | None = None) -> list[str]:
        """The lines of so many rows, made several at a time where there is a pool."""
        values = [column[rows][kind] for kind, column in self.columns.items()]
        return list((pool.map if pool else map)(self._line, *values))

    def _line(self, *values: Any) -> str:
        return " ".join(_word(*one, self.limits) for one in zip(self.columns, values, strict=True))


def media_of(table: Dataset, limits: Limits) -> Media:
    """The media of samples, or of conversations about them."""
    return Media({kind: _column(table, kind) for kind in media_kinds(table.features)}, limits)


def media_chunks(conversations: Dataset, rows: Sequence[int], limits: Limits) -> Iterator[Chunk]:
    """Make the media of samples small, several at a time.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        rows: of these the first one of each sample.
        limits: how large they may be.

    Yields:
        ``media-0``, ``media-1``, ...
    """
    media = media_of(conversations, limits)
    # Pillow lets go of Python's lock while it decodes, shrinks and encodes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for number, start in enumerate(range(0, len(rows) if media.columns else 0, MEDIA_A_CHUNK)):
            lines = media.lines(rows[start : start + MEDIA_A_CHUNK], pool)
            yield Chunk(f"media-{number}", "\n".join(lines))


def _column(conversations: Dataset, kind: MediaKind) -> Dataset:
    column = conversations.select_columns([kind])
    return column.with_format("numpy") if kind == "motion" else undecoded(column)


def _word(kind: MediaKind, value: Any, limits: Limits) -> str:
    if value is None or (isinstance(value, Mapping) and not (value["bytes"] or value["path"])):
        return _note(f"the {kind} is not in the run")
    try:
        return _EMBED[kind](value, limits)
    except MMGenError as error:
        return _note(error.problem)


def _picture(value: Mapping[str, Any], limits: Limits) -> str:
    return _data_uri("image/webp", thumbnail(_bytes(value), limits.side))


def _sound(value: Mapping[str, Any], limits: Limits) -> str:
    data = _bytes(value)
    if len(data) > limits.sound:
        return _note(f"the recording has {len(data) / 10**6:,.1f} MB, too much for this page")
    known = (name for head, name in _SOUND_TYPES.items() if data.startswith(head))
    if (name := next(known, None)) is None:
        return _note("the recording is in a format that browsers do not play")
    return _data_uri(f"audio/{name}", data)


def _video(value: Mapping[str, Any], limits: Limits) -> str:
    return _note("a video, which this page does not hold")


def _motion(value: Any, limits: Limits) -> str:
    return f"joints:{pack_motion(np.asarray(value, np.float32))}"


_EMBED = {"image": _picture, "video": _video, "audio": _sound, "motion": _motion}


def _bytes(value: Mapping[str, Any]) -> bytes:
    try:
        return read_media(value)
    except RowError as error:  # it names the file's folder, which is nobody else's business
        raise RowError("its file cannot be read") from error


def _note(text: str) -> str:
    return f"note:{quote(text, errors='replace')}"


def _data_uri(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"
