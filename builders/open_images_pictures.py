"""Where the picture of each image is: in a folder of the user's, or in the public bucket."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from mmgen_datasets.columns import structs
from mmgen_datasets.errors import RowError
from mmgen_datasets.picture import picture_size

from .open_images_files import list_pictures
from .open_images_ids import ID, Keys, keys_of, texts_of, within

_HEAD_BYTES = 1 << 16


@dataclass(frozen=True)
class Pictures:
    """Where to look for the pictures of a split."""

    folder: str | None
    url: str | None
    """The address before ``<id>.jpg`` of those that the folder does not have."""


def picture_columns(keys: Keys, pictures: Pictures, type: pa.DataType) -> dict[str, Any]:
    """The columns ``image``, and ``width`` and ``height`` of pictures in the folder.

    The size is that of the pixels as they are stored. It is null where a picture is not there
    or cannot be read.
    """
    ids = texts_of(keys)
    there = np.zeros(len(keys), np.bool_)
    paths = pa.nulls(len(keys), pa.string())
    if pictures.url is not None:
        paths = pc.binary_join_element_wise(pictures.url, ids, ".jpg", "")
    columns = {}
    if pictures.folder is not None:
        there = within(keys, _present(pictures.folder, Path(pictures.folder).stat().st_mtime_ns))
        local = pc.binary_join_element_wise(f"{pictures.folder}/", ids, ".jpg", "")
        local = pc.if_else(pa.array(there), local, None)
        sizes = [path and _size(path) for path in local.to_pylist()]
        paths = pc.coalesce(local, paths)
        for axis, name in enumerate(("width", "height")):
            columns[name] = pa.array([size and size[axis] for size in sizes], pa.int32())
    images = structs(type, {"path": paths}, len(keys))
    return {"image": pc.if_else(pc.is_valid(paths), images, None), **columns}


@lru_cache(maxsize=1)
def _present(folder: str, changed_ns: int) -> Keys:
    """The images whose pictures are in a folder, sorted. `changed_ns` tells when to look anew."""
    names = [name.encode() for name in list_pictures(Path(folder)) if name.isascii()]
    return np.sort(keys_of(pa.array(names, ID), folder))


def _size(path: str) -> tuple[int, int] | None:
    try:
        with Path(path).open("rb") as file:
            head = file.read(_HEAD_BYTES)
            try:
                return picture_size(head)
            except RowError:  # what describes the camera may take more room
                return picture_size(head + file.read())
    except (RowError, OSError):
        return None
