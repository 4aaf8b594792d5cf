"""Parquet files with conversations, and what a conversion leaves on the disk."""

from __future__ import annotations

import io
import json
import wave
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq

from mmgen_datasets import convert
from mmgen_datasets.conversion.convert import Converted

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


def recording() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(8000)
        wav.writeframes(bytes(80))
    return file.getvalue()


def write(folder: Path, columns: Mapping[str, Any], name: str = "train") -> Path:
    """A folder with one file of parquet."""
    folder.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table(dict(columns)), folder / f"{name}.parquet")
    return folder


def converted(data: Path, out: Path, **settings: Any) -> tuple[list[Any], Converted]:
    """The records of a dataset with one part, and what is said of it."""
    [part] = convert(str(data), out, **settings)
    return json.loads(part.folder.annotations.read_text(encoding="utf-8")), part


def content(folder: Path) -> dict[str, bytes]:
    """Every file below a folder by its path, but for what only converting needs."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and ".convert" not in path.parts
    }
