"""OpenAI's demands on a file for fine-tuning with pictures, from its guide to that."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import PIL.Image


def read(file: Path) -> list[list[dict[str, Any]]]:
    """The messages of each example, with pictures decoded.

    Raises:
        ValueError: the file would be refused, or an example skipped.
    """
    examples = [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]
    found = [_example(example) for example in examples]
    if sum(any(map(_pictures, messages)) for messages in found) > 50_000:
        raise ValueError("more than 50,000 examples with pictures")
    return found


def _example(example: dict[str, Any]) -> list[dict[str, Any]]:
    if example.keys() != {"messages"} or example["messages"][-1]["role"] != "assistant":
        raise ValueError(f"not an example: {example.keys()}")
    messages = [
        {"role": turn["role"], "content": _content(turn["content"])} for turn in example["messages"]
    ]
    if sum(len(_pictures(message)) for message in messages) > 10:
        raise ValueError("more than 10 pictures")
    if any(_pictures(message) for message in messages if message["role"] != "user"):
        raise ValueError("a picture that the user does not show")
    return messages


def _pictures(message: dict[str, Any]) -> list[Any]:
    return [part for part in message["content"] if not isinstance(part, str)]


def _content(content: str | list[dict[str, Any]]) -> list[Any]:
    if isinstance(content, str):
        return [content]
    return [
        part["text"] if part["type"] == "text" else _picture(part["image_url"]["url"])
        for part in content
    ]


def _picture(url: str) -> PIL.Image.Image:
    head, _, body = url.partition(";base64,")
    data = base64.b64decode(body, validate=True)
    picture = PIL.Image.open(io.BytesIO(data))
    if head != f"data:{picture.get_format_mimetype()}":
        raise ValueError(f"{head} is {picture.format}")
    if picture.format not in {"JPEG", "PNG", "WEBP"} or picture.mode not in {"RGB", "RGBA"}:
        raise ValueError(f"{picture.format} in {picture.mode}")
    if len(data) > 10 * 10**6:
        raise ValueError(f"{len(data)} bytes")
    return picture
