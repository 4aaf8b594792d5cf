"""OpenAI's format for fine-tuning with pictures, which others read as well.

::

    {"messages": [{"role": "user", "content": [
        {"type": "image_url", "image_url": {"url": "data:image/jpeg;base64,..."}},
        {"type": "text", "text": "How many ..."}]}, {"role": "assistant", "content": "..."}]}

From https://developers.openai.com/api/docs/guides/vision-fine-tuning: JPEG, PNG or WebP in RGB or
RGBA, at most 10 MB each and 10 in an example, in at most 50,000 examples of a file. A picture of
another kind is converted; what is beyond a limit is left out. OpenAI itself leaves out pictures
of people, and wants ten examples or more.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.exporters.attachments import Attached, Attachment, Row
from mmgen_datasets.exporters.base import Exported, Pictures, alternating, each, write_lines
from mmgen_datasets.exporters.parts import parts
from mmgen_datasets.picture import rgb_picture

MAX_PICTURES = 10
MAX_PICTURE_BYTES = 10 * 10**6
MAX_EXAMPLES = 50_000
"""With pictures; there may be more without."""


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``openai.jsonl`` with the pictures inside; see `Exporter`.

    Raises:
        UsageError: with ``pictures="none"``; a line names no files.
    """
    if pictures == "none":
        raise UsageError(
            "the format 'openai' holds its pictures, not their names", "leave '--images none' out"
        )
    exported = Exported(out / "openai.jsonl")
    num_examples = 0

    def record(row: Row, media: Attached) -> dict[str, Any]:
        nonlocal num_examples
        messages = alternating(row, with_system=True)
        files = media.get("image", [])
        if len(files) > MAX_PICTURES:
            raise RowError(f"OpenAI takes no more than {MAX_PICTURES} pictures in an example")
        if files and num_examples == MAX_EXAMPLES:
            raise RowError(f"OpenAI takes no more than {MAX_EXAMPLES:,} examples with pictures")
        urls = iter([_data_url(file) for file in files])
        num_examples += bool(files)
        exported.pictures += len(files)
        return {
            "messages": [
                {"role": message["role"], "content": _content(message, urls)}
                for message in messages
            ]
        }

    write_lines(exported.file, each(conversations, exported, record, takes=("image",)))
    return exported


def _content(message: dict[str, str], urls: Any) -> str | list[dict[str, Any]]:
    cut = list(parts(message["content"]))
    if all(kind == "text" for kind, _ in cut):
        return message["content"]
    return [
        {"type": "text", "text": text}
        if kind == "text"
        else {"type": "image_url", "image_url": {"url": next(urls)}}
        for kind, text in cut
    ]


def _data_url(file: Attachment) -> str:
    picture = rgb_picture(file.read())
    if len(picture.data) > MAX_PICTURE_BYTES:
        raise RowError(f"OpenAI takes no picture of more than {MAX_PICTURE_BYTES // 10**6} MB")
    return f"data:{picture.mime_type};base64,{base64.b64encode(picture.data).decode()}"
