"""The picture files of an export."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mmgen_datasets.errors import RowError
from mmgen_datasets.exporters.base import Pictures
from mmgen_datasets.files import safe_name, write_bytes_whole
from mmgen_datasets.media import read_media
from mmgen_datasets.picture import picture_type


def place(row: Mapping[str, Any], folder: Path, how: Pictures) -> bool:
    """Put the picture of a row into a folder under its own name, its bytes as they are.

    Args:
        row: a conversation with its media undecoded.
        folder: where to.
        how: with ``"none"`` nothing happens.

    Returns:
        Whether a file was written; not so where an earlier row has the same picture.

    Raises:
        RowError: the picture is not there or cannot be opened, or its name cannot be used.
    """
    target = folder / safe_name(row["file_name"])
    if how == "none":
        return False
    value = row["image"]
    if value is None:
        raise RowError("the picture is not on disk")
    data = read_media(value)
    picture_type(data)
    if target.exists():
        if target.read_bytes() == data:
            return False
        raise RowError("another picture has the same name")
    target.parent.mkdir(parents=True, exist_ok=True)
    if how == "link" and value["bytes"] is None and _link(Path(value["path"]), target):
        return True
    write_bytes_whole(target, data)
    return True


def _link(source: Path, target: Path) -> bool:
    """Whether the file could be linked; not across file systems, nor into an archive."""
    try:
        os.link(source.resolve(), target)
    except OSError:
        return False
    return True
