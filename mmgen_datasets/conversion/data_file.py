r"""Files of conversations about pictures: LLaVA's list, and the data file of MM-Gen.

LLaVA's is a list of records, or one on each line::

    {"id": "000000033471", "image": "coco/000000033471.jpg", "conversations": [
      {"from": "human", "value": "<image>\nWhat is red?"}, {"from": "gpt", "value": "..."}]}

MM-Gen's (arXiv 2501.04155) is an object around them. A picture is ``image_1``, the
roles are ``human`` and ``gpt`` or ``user`` and ``assistant``, and an id may be missing::

    {"image_folder": "charts", "dataset_description": "Questions about ...",
     "samples": [{"image_1": "7.png", "conversations": [...]}]}
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from mmgen_datasets.conversion.turns import count_media
from mmgen_datasets.errors import MissingFileError, RowError, SourceError
from mmgen_datasets.json_errors import NO_JSON

_NUMBERED_KEY = re.compile(r"image_(\d+)")
IMAGE_TAG = re.compile(r"<image[ _]?(\d{0,2})>")
"""The place of a picture in a text: ``<image>``, or with the number of the picture, from 1."""

_NAMED = 5
"""So many files are named that may be meant."""


@dataclass(frozen=True)
class DataFile:
    """What a file holds; its records are not decoded yet."""

    records: list[msgspec.Raw]
    image_folder: str = ""
    """Where its pictures are, as the file says."""
    description: str = ""
    """What its task is."""


class _Envelope(msgspec.Struct):
    """MM-Gen's object around the records."""

    samples: list[msgspec.Raw]
    image_folder: str = ""
    dataset_description: str = ""


def read_data_file(path: Path) -> DataFile:
    """Read a file of either kind, or of a record on each line.

    Raises:
        SourceError: it is none of them.
    """
    data = read_bytes(path)
    try:
        if path.suffix == ".jsonl":
            return DataFile(msgspec.json.Decoder(msgspec.Raw).decode_lines(data))
        found = msgspec.json.decode(data, type=list[msgspec.Raw] | _Envelope)
    except NO_JSON as error:
        raise SourceError(
            f"{path}: neither a list of records nor an object with 'samples': {error}",
            "give a file as LLaVA has them, or a data file of MM-Gen",
        ) from error
    if isinstance(found, list):
        return DataFile(found)
    return DataFile(found.samples, found.image_folder, found.dataset_description)


def read_bytes(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        MissingFileError: it is not there.
        SourceError: it cannot be read.
    """
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise MissingFileError(f"no file {path}", "give the path of one that exists") from error
    except IsADirectoryError as error:
        raise SourceError(f"{path} is a folder", name_a_file(path)) from error
    except OSError as error:
        raise SourceError(
            f"{path} cannot be read: {error.strerror}", "give a file that you may read"
        ) from error


def name_a_file(folder: Path) -> str:
    """What to do where a folder was given for a file of JSON."""
    names = sorted(path.name for path in folder.glob("*.json*"))[:_NAMED]
    return f"name a file in it: {', '.join(names)}" if names else "name a file; it has none of JSON"


def picture_names(record: Mapping[str, Any]) -> list[str]:
    """The pictures that a record names: ``image_1``, ``image_2``, ..., or ``image``.

    Raises:
        RowError: a name is no text.

    Example:
        >>> picture_names({"image_2": "b.png", "image_1": "a.png"}), picture_names({"image": "c"})
        (['a.png', 'b.png'], ['c'])
    """
    numbered = sorted(
        (int(match[1]), value)
        for key, value in record.items()
        if (match := _NUMBERED_KEY.fullmatch(key)) and value is not None
    )
    several = [name for _, name in numbered]
    if not several and (named := record.get("image")) is not None:
        several = named if isinstance(named, list) else [named]
    for name in several:
        if not isinstance(name, str) or not name:
            raise RowError(f"a picture is called {name!r:.40}, which is no name")
    return several


def is_picture_key(key: str) -> bool:
    """Whether a key of a record names a picture."""
    return key == "image" or _NUMBERED_KEY.fullmatch(key) is not None


def place_pictures(turns: list[dict[str, Any]], names: list[str]) -> list[str]:
    """Put pictures in the order of their placeholders, which become plain ``<image>``.

    Args:
        turns: changed in place.
        names: of the record's pictures; ``<image 2>`` stands for the second.

    Raises:
        RowError: a placeholder has the number of no picture, or they are not as many.
    """
    tags = [tag[1] for turn in turns for tag in IMAGE_TAG.finditer(turn["value"])]
    if any(tags):
        if not all(tags) or not all(1 <= int(tag) <= len(names) for tag in tags):
            raise RowError("a placeholder has the number of no picture")
        names = [names[int(tag) - 1] for tag in tags]
        for turn in turns:
            turn["value"] = IMAGE_TAG.sub("<image>", turn["value"])
    count_media(turns, {"image": len(names)})
    return names
