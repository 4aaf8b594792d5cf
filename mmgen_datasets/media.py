"""Media columns to bytes, untouched.

A media column holds a path while the file is local and the file's bytes once embedded. Bytes
are only ever passed through: decoding and encoding a JPEG again loses quality, and time.
"""

from __future__ import annotations

import hashlib
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset, List
from datasets.utils.file_utils import xopen

from mmgen_datasets.errors import RowError

_ROWS_A_BATCH = 1000


def undecoded(dataset: Dataset) -> Dataset:
    """The same rows as plain Python, with media as ``{"bytes", "path"}``, as they are stored."""
    dataset = dataset.with_format(None)
    for name, feature in dataset.features.items():
        if (plain := _undecoded(feature)) != feature:
            dataset = dataset.cast_column(name, plain)
    return dataset


def _undecoded(feature: Any) -> Any:
    if isinstance(feature, List):
        return replace(feature, feature=_undecoded(feature.feature))
    return replace(feature, decode=False) if getattr(feature, "decode", False) else feature


def media_state(dataset: Dataset, kind: str) -> str:
    """Digest what a column of undecoded media holds or points to.

    Of files it takes path, size and time, so that one which was replaced is noticed.
    """
    digest = hashlib.sha256()
    # Not as Python: a batch may hold the bytes of its files.
    for batch in dataset.select_columns([kind]).with_format("arrow").iter(_ROWS_A_BATCH):
        paths, is_inside = pc.struct_field(batch[kind], "path"), _is_inside(batch[kind])
        for path, inside in zip(paths.to_pylist(), is_inside.to_pylist(), strict=True):
            state = _stat(path) if path and not inside else inside
            digest.update(repr((None if inside else path, state)).encode())
    return digest.hexdigest()


def _is_inside(media: pa.ChunkedArray) -> pa.ChunkedArray:
    """Whether the bytes of a file stand in its row."""
    return pc.is_valid(pc.struct_field(media, "bytes"))


def _stat(path: str) -> tuple[int, int] | None:
    try:
        found = Path(path.rpartition("::")[2]).stat()  # of an archive, what is behind the ::
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def read_media(value: Mapping[str, Any]) -> bytes:
    """The bytes of an undecoded media value, from the value itself or from its file.

    Raises:
        RowError: the file is gone or cannot be read.
    """
    if value["bytes"] is not None:
        return bytes(value["bytes"])
    try:
        if "://" not in value["path"]:
            return Path(value["path"]).read_bytes()
        with xopen(value["path"], "rb") as file:  # in an archive, or on a server
            return bytes(file.read())
    except (OSError, EOFError, zipfile.BadZipFile, zlib.error) as error:
        raise RowError(
            f"the file cannot be read: {error}", "put it back, or build the samples again"
        ) from error
