"""Cells of parquet files with conversations, and what a conversion leaves on the disk."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import PIL.Image

Turns = list[dict[str, Any]]


def picture(form: str = "JPEG", colour: int = 0) -> bytes:
    file = io.BytesIO()
    shade = tuple(16 * (colour // 16**digit % 16) for digit in range(3))
    PIL.Image.new("RGB", (8, 8), shade).save(file, form)
    return file.getvalue()


def media(data: bytes | None, path: str | None = None) -> dict[str, Any]:
    return {"bytes": data, "path": path}


def talk(question: str = "<image>\nWhat is it?", answer: str = "A square.") -> Turns:
    return [{"from": "human", "value": question}, {"from": "gpt", "value": answer}]


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path, but for what only converting needs."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".convert" not in path.parts
    }
