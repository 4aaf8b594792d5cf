"""The bytes of media that stand in rows, or in files that rows name."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from fsspec.core import url_to_fs

from mmgen_datasets.errors import RowError


class Media(NamedTuple):
    """A media file out of a row."""

    data: bytes
    name: str
    """As the data call it; may be empty."""


def is_media(value: Any) -> bool:
    """Whether a plain value is what `datasets` stores of a picture, recording or film."""
    return isinstance(value, Mapping) and value.keys() == {"bytes", "path"}


@dataclass(frozen=True)
class MediaHome:
    """The folder or address below which files lie that rows name."""

    address: str

    def read(self, value: Any) -> Iterator[Media]:
        """The media that a cell holds: none, one, or all of a list.

        Args:
            value: bytes, a path, ``{"bytes", "path"}``, a list of these, or None.

        Raises:
            RowError: a file lies outside the home or cannot be read, or it is none of these.
        """
        if isinstance(value, list):
            for item in value:
                yield from self.read(item)
        elif isinstance(value, bytes):
            yield Media(value, "")
        elif isinstance(value, str):
            yield Media(self._file(value), value)
        elif is_media(value):
            if value["bytes"] is not None:
                yield Media(bytes(value["bytes"]), value["path"] or "")
            elif value["path"] is not None:
                yield from self.read(value["path"])
        elif value is not None:
            raise RowError("a media column holds neither a file nor its path")

    def _file(self, path: str) -> bytes:
        """Read a file; data may name no other than those below the home."""
        system, home = url_to_fs(self.address)
        whole = posixpath.normpath(posixpath.join(home, path))
        if not whole.startswith(home.rstrip("/") + "/") or "\0" in path:
            raise RowError("a path leads out of the dataset's folder")
        try:
            return bytes(system.cat_file(whole))
        except FileNotFoundError as error:
            raise RowError("a file that a row names is not there") from error
        except (IsADirectoryError, PermissionError) as error:
            raise RowError("a file that a row names cannot be read") from error
