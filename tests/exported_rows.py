"""Conversations with several media, one of another kind, or none, to be exported."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from datasets import Audio, Dataset, Features, Image, List, Video

from mmgen_datasets.schema import CONVERSATION, MEDIA
from tests.photographs import file_of, photograph

PICTURES = [file_of(photograph(24, 16, seed=seed)) for seed in range(3)]
CLIP = b"\0\0\0\x18ftypmp42 made up"
SOUND = b"RIFF made up"

FEATURES = {
    "images": List(Image()),
    "video": Video(),
    "audio": Audio(),
    "motion": MEDIA["motion"],
}
"""Columns that generated conversations do not have, or not together."""


def table(rows: Sequence[dict[str, Any]], *media: str) -> Dataset:
    """Rows of conversations with some columns of media."""
    features = Features({**CONVERSATION, **{name: FEATURES[name] for name in media}})
    filled = [
        dict.fromkeys(features) | {k: v for k, v in row.items() if k in features} for row in rows
    ]
    # Not by `from_list`: of a recording, that would encode one.
    return Dataset(pa.Table.from_pylist(filled, features.arrow_schema))


def row(id: str, question: str, answer: str = "Two.", **columns: Any) -> dict[str, Any]:
    """A conversation of one exchange."""
    messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"id": id, "sample_id": id, "source": "made up", "messages": messages, **columns}


def stored(data: bytes, path: str | None = None) -> dict[str, Any]:
    """A media file as a column holds it."""
    return {"bytes": data, "path": path}


def two_pictures() -> dict[str, Any]:
    """About two pictures, named in the middle of the question."""
    images = [stored(data, f"{n}.jpg") for n, data in enumerate(PICTURES[:2])]
    return row("two", "<image>\nand\n<image>\nHow do they differ?", images=images)


def no_picture() -> dict[str, Any]:
    """About text only."""
    return row("text", "What is one and one?", images=[])


def one_picture() -> dict[str, Any]:
    """About one, under its own name."""
    images = [stored(PICTURES[2], "c.jpg")]
    return row("one", "<image>\nHow many?", file_name="train/c.jpg", images=images)


def mixed() -> Dataset:
    """All three."""
    return table([two_pictures(), no_picture(), one_picture()], "images")


def about_a_clip() -> Dataset:
    """One conversation about a video."""
    clip = row("clip", "<video>\nWhat happens?", file_name="v/a.mp4", video=stored(CLIP, "a.mp4"))
    return table([clip], "video")
