"""Pictures, clips and sounds as the page holds them: a line for each sample.

A line has a word for each of `shown_kinds`: ``data:...`` for a picture, a sound or a video,
``joints:...`` for what moves (`mmgen_datasets.report.motions`), ``note:...``, as a URL is quoted,
for what is not in the page, and ``none:`` where the run has nothing. Of several pictures there are
as many such words, with ``|`` between them.
"""

from __future__ import annotations

import base64
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any, get_args
from urllib.parse import quote

import numpy as np
import pyarrow as pa
from datasets import Dataset, Features

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import MMGenError, RowError
from mmgen_datasets.media import read_media, undecoded
from mmgen_datasets.picture import thumbnail
from mmgen_datasets.report.chunks import MEDIA_A_CHUNK, Chunk
from mmgen_datasets.report.motions import pack_clip, pack_motion
from mmgen_datasets.report.recordings import ROOM, data_uri, left_out, sizes_of

JOINTS = "joints"
"""The column that shows what moves, where a table has no motions."""
_COLUMNS = {"image": ("image", "images"), JOINTS: (JOINTS, "skeleton", "fps", "view")}
"""What a kind is made of, where that is more than the column of its name."""
_FORMATS = {"motion": "numpy", JOINTS: "arrow"}
_LARGE_SIDE, _SMALL_SIDE = 640, 320
_FEW = 400  # samples, whose pictures may be large


def shown_kinds(features: Features) -> list[str]:
    """What there is to show of the rows of a table."""
    kinds: list[str] = [
        kind for kind in get_args(MediaKind) if {*_COLUMNS.get(kind, (kind,))} & {*features}
    ]
    return [*kinds, JOINTS] if JOINTS in features and "motion" not in kinds else kinds


def side_for(num_samples: int, side: int | None) -> int:
    """The longer side of pictures that leaves a page of so many samples fit to be opened."""
    return side or (_LARGE_SIDE if num_samples <= _FEW else _SMALL_SIDE)


@dataclass(frozen=True)
class Column:
    """What there is of a kind."""

    kind: str
    """One of `shown_kinds`."""
    table: Dataset
    rows: Sequence[int | None]
    """Of each sample its row in the table; None where it has none."""

    def values(self, samples: Sequence[int]) -> list[Any]:
        """The values of samples, by their numbers; of pictures, lists of them.

        Where there is none in the run it is None; where the page has no room, a string says so.
        """
        rows = [self.rows[sample] for sample in samples]
        there = [row for row in rows if row is not None and row not in self._left_out]
        found = dict(zip(there, _values(self._read[there], self.kind), strict=True))
        return [found[row] if row in found else self._left_out.get(row) for row in rows]

    @cached_property
    def _left_out(self) -> dict[int | None, str]:
        """Why, by row, files are not in the page for which it has no room."""
        if self.kind not in ROOM:
            return {}
        rows = [row for row in self.rows if row is not None]
        reasons = left_out(sizes_of(self._read.select(rows), self.kind), self.kind)
        return {row: why for row, why in zip(rows, reasons, strict=True) if why}

    @cached_property
    def _read(self) -> Dataset:
        names = _COLUMNS.get(self.kind, (self.kind,))
        columns = self.table.select_columns([n for n in names if n in self.table.column_names])
        form = _FORMATS.get(self.kind)
        return columns.with_format(form) if form else undecoded(columns)


def columns_of(table: Dataset, rows: Sequence[int | None]) -> list[Column]:
    """All that there is to show of samples, which have these rows of a table."""
    return [Column(kind, table, rows) for kind in shown_kinds(table.features)]


@dataclass(frozen=True)
class Media:
    """What is shown of samples, to be made small."""

    columns: Sequence[Column]
    side: int
    """Of the longer side of pictures, in pixels."""

    @property
    def kinds(self) -> list[str]:
        """Of each word of a line what it shows."""
        return [column.kind for column in self.columns]

    def lines(self, samples: Sequence[int], pool: Executor | None = None) -> list[str]:
        """The lines of samples, by their numbers; several at a time where there is a pool."""
        values = [column.values(samples) for column in self.columns]
        return list((pool.map if pool else map)(self._line, *values))

    def _line(self, *values: Any) -> str:
        return " ".join(_words(*one, self.side) for one in zip(self.kinds, values, strict=True))


def media_chunks(media: Media, num_samples: int) -> Iterator[Chunk]:
    """Make the media of samples small, several at a time.

    Yields:
        ``media-0``, ``media-1``, ...
    """
    # Pillow lets go of Python's lock while it decodes, shrinks and encodes.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        starts = range(0, num_samples if media.columns else 0, MEDIA_A_CHUNK)
        for number, start in enumerate(starts):
            samples = range(num_samples)[start : start + MEDIA_A_CHUNK]
            yield Chunk(f"media-{number}", "\n".join(media.lines(samples, pool)))


def _values(found: Any, kind: str) -> list[Any]:
    """The values of rows that were read."""
    if kind == "image":
        return _pictures(found)
    if kind != JOINTS:
        return list(found[kind])
    # In Arrow's form: a list for each joint would take its time.
    return [{name: found[name][row] for name in found.column_names} for row in range(len(found))]


def _pictures(found: Mapping[str, list[Any]]) -> list[list[Any]]:
    """All pictures of each row; of several, ``image`` is the first."""
    nothing = [None] * len(next(iter(found.values())))
    pairs = zip(found.get("image", nothing), found.get("images", nothing), strict=True)
    return [several or [one] for one, several in pairs]


def _words(kind: str, value: Any, side: int) -> str:
    several = (value or [None]) if kind == "image" else [value]
    return "|".join(_word(kind, one, side) for one in several)


def _word(kind: str, value: Any, side: int) -> str:
    if isinstance(value, str):
        return _note(value)
    if value is None or (kind in _FILES and not (value["bytes"] or value["path"])):
        return "none:"
    try:
        return _EMBED[kind](value, side)
    except MMGenError as error:
        return _note(error.problem)


def _picture(value: Mapping[str, Any], side: int) -> str:
    picture = base64.b64encode(thumbnail(_bytes(value), side))
    return f"data:image/webp;base64,{picture.decode('ascii')}"


def _recording(value: Mapping[str, Any], side: int, *, kind: str) -> str:
    return data_uri(_bytes(value), kind)


def _motion(value: Any, side: int) -> str:
    return f"joints:{pack_motion(np.asarray(value, np.float32))}"


def _clip(value: Mapping[str, pa.Scalar], side: int) -> str:
    return f"joints:{pack_clip(value)}"


_EMBED: dict[str, Callable[[Any, int], str]] = {
    "image": _picture,
    "video": partial(_recording, kind="video"),
    "audio": partial(_recording, kind="audio"),
    "motion": _motion,
    JOINTS: _clip,
}
_FILES = ("image", "video", "audio")


def _bytes(value: Mapping[str, Any]) -> bytes:
    try:
        return read_media(value)
    except RowError as error:  # it names the file's folder, which is nobody else's business
        raise RowError("its file cannot be read") from error


def _note(text: str) -> str:
    return f"note:{quote(text)}"
