"""What of a benchmark's record is a question, and what a picture.

A question stands under one of the names in `QUESTIONS`, or in turns of a user; a picture in a cell
itself, as bytes, as ``{"bytes", "path"}`` or in base64, or as the name of a file under ``image``,
``image_1``, ... or one of the names in `NAMES`, or as an id under one of those in `IDS`.
"""

from __future__ import annotations

import re
from base64 import b64decode
from binascii import Error as Base64Error
from collections.abc import Iterator, Mapping
from typing import Any

from mmgen_datasets.conversion.data_file import IMAGE_TAG, is_picture_key, picture_names
from mmgen_datasets.conversion.turns import HUMAN, read_turns
from mmgen_datasets.errors import RowError

QUESTIONS = ("question", "text", "prompt", "query", "instruction")
TURNS = ("conversations", "messages")
NAMES = (
    *("image_path", "image_file", "img_path", "file_name", "filename"),
    *("image_name", "imagename", "imgname", "images"),
)
IDS = ("image_id", "imageid", "img_id", "data_id")
"""The name of a file without its ending, or the number at its end: 42 means
``COCO_val2014_000000000042.jpg``."""

_BASE64 = re.compile(r"[A-Za-z0-9+/\s]{65,}={0,2}")
# of JPEG, PNG, GIF, WebP, BMP and TIFF
_BEGINNINGS = (b"\xff\xd8\xff", b"\x89PNG", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")


def questions_in(record: Mapping[str, Any]) -> list[str]:
    """What a record asks.

    Example:
        >>> questions_in({"question": "<image 1> What is red?", "answer": "A cup."})
        ['What is red?']
    """
    turns = next((record[key] for key in TURNS if record.get(key)), None)
    if turns is not None:
        try:
            said = [turn["value"] for turn in read_turns(turns)[0] if turn["from"] == HUMAN]
        except RowError:
            said = []
    else:
        found = next((record[key] for key in QUESTIONS if record.get(key)), None)
        said = [text for text in _as_list(found) if isinstance(text, str)]
    return [bare for text in said if (bare := IMAGE_TAG.sub("", text).strip())]


def pictures_in(record: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The pictures that stand in a record itself, as an undecoded column has them."""
    return [
        picture
        for key, cell in record.items()
        for value in _as_list(cell)
        for picture in _pictures(value, is_named=is_picture_key(key) or key in NAMES)
    ]


def names_in(record: Mapping[str, Any]) -> list[str]:
    """The pictures that a record names.

    Example:
        >>> names_in({"image_id": 42, "question": "What is red?"})
        ['42']
    """
    try:
        if names := picture_names({key: cell for key, cell in record.items() if cell != ""}):
            return names
    except RowError:
        pass
    for key in (*NAMES, *IDS):
        values = [str(value) for value in _as_list(record.get(key)) if _is_name(value)]
        if values:
            return values
    return []


def _pictures(value: object, *, is_named: bool) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, Mapping) and {"bytes", "path"} == set(value):
        data, path = value["bytes"], value["path"]
        if isinstance(data, bytes) or (data is None and isinstance(path, str) and path):
            yield value
    elif isinstance(value, bytes) and value.startswith(_BEGINNINGS):
        yield {"bytes": value, "path": None}
    elif isinstance(value, str) and is_named:
        for text in _BASE64.findall(value):  # a list of them may be a text as well
            try:
                data = b64decode(text)
            except Base64Error:
                continue
            if data.startswith(_BEGINNINGS):
                yield {"bytes": data, "path": None}


def _is_name(value: object) -> bool:
    return isinstance(value, str | int) and not isinstance(value, bool) and value != ""


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
