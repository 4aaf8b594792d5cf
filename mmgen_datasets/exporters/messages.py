r"""Chats as TRL and the chat templates of transformers read them, in parquet.

::

    {"id": "...", "images": [<picture>],
     "messages": [{"role": "user", "content": [{"type": "image"},
                                               {"type": "text", "text": "How many ..."}]}, ...]}

From "Dataset formats" in the documentation of TRL: `images` in the order of the parts that stand
for them, and as many. All contents are lists, as a column has one type; only where a table has no
pictures at all they are plain text, which templates without eyes need.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Image, List, Value

from mmgen_datasets.exporters.attachments import Attached, Row, kinds_in
from mmgen_datasets.exporters.base import Exported, Pictures, alternating, each
from mmgen_datasets.exporters.parquet_shards import SizedRow, embedded, write_parquet
from mmgen_datasets.exporters.parts import parts

_STRING = Value("string")


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``train-00000-of-00001.parquet``, ... with the pictures inside; see `Exporter`.

    With ``pictures="none"`` the column `images` has the names of their files.
    """
    exported = Exported(out)
    has_images = "image" in kinds_in(conversations.features)

    def record(row: Row, media: Attached) -> SizedRow:
        messages = alternating(row, with_system=True)
        if not has_images:
            return {"id": row["id"], "messages": messages}, 0
        chat = [{**message, "content": _parts(message["content"])} for message in messages]
        files = media.get("image", [])
        made = {"id": row["id"], "messages": chat}
        if pictures == "none":
            return {**made, "images": [str(file.path) for file in files]}, 0
        images = [embedded(file) for file in files]
        exported.pictures += len(images)
        return {**made, "images": images}, sum(len(image["bytes"]) for image in images)

    rows = each(conversations, exported, record, takes=("image",))
    write_parquet(rows, _features(has_images, _STRING if pictures == "none" else Image()), out)
    return exported


def _parts(content: str) -> list[dict[str, str | None]]:
    return [
        {"type": kind, "text": text if kind == "text" else None} for kind, text in parts(content)
    ]


def _features(has_images: bool, image: Any) -> Features:
    content = List({"type": _STRING, "text": _STRING}) if has_images else _STRING
    columns = {"id": _STRING, "messages": List({"role": _STRING, "content": content})}
    return Features({**columns, "images": List(image)} if has_images else columns)
