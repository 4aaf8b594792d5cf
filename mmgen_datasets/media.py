"""Media columns to bytes, untouched.

A media column holds a path while the file is local and the file's bytes once embedded. Bytes
are only ever passed through: decoding and encoding a JPEG again loses quality, and time.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import PIL.Image
from datasets import Dataset
from datasets.utils.file_utils import xopen

from mmgen_datasets.errors import RowError

_LAST_BYTES = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}


def undecoded(dataset: Dataset) -> Dataset:
    """The same rows with media as ``{"bytes", "path"}``, as they are stored."""
    for name, feature in dataset.features.items():
        if getattr(feature, "decode", False):
            dataset = dataset.cast_column(name, replace(feature, decode=False))
    return dataset


def read_media(value: Mapping[str, Any]) -> bytes:
    """The bytes of an undecoded media value, from the value itself or from its file.

    Raises:
        RowError: the file is gone or cannot be read.
    """
    if value["bytes"] is not None:
        return bytes(value["bytes"])
    try:
        with xopen(value["path"], "rb") as file:
            return bytes(file.read())
    except OSError as error:
        raise RowError(
            f"{value['path']}: cannot be read: {error}",
            "put the file back, or build the samples again",
        ) from error


def picture_type(data: bytes, name: str) -> str:
    """The MIME type of a picture that can be opened and is not cut short.

    The pixels are decoded only where the end of the file leaves a doubt.

    Args:
        data: the bytes of its file.
        name: what the message of an error calls it.

    Raises:
        RowError: no picture, or not the whole of one.
    """
    try:
        with PIL.Image.open(io.BytesIO(data)) as picture:
            if _LAST_BYTES.get(picture.format or "", b"") not in data[-32:]:
                picture.load()
            return PIL.Image.MIME[picture.format or ""]
    except (OSError, SyntaxError, ValueError, KeyError, PIL.Image.DecompressionBombError) as error:
        raise RowError(
            f"{name}: not a readable picture ({len(data):,} bytes): {error}",
            "replace the file by a whole JPEG, PNG, WebP, GIF or BMP file",
        ) from error
