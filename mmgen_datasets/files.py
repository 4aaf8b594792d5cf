"""Files that are whole or not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from mmgen_datasets.errors import RowError

PARTIAL = ".part"
"""The ending of a file that is being written."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """Lend another name to write a file under, and rename it once it is whole.

    The other name is always the same, so that a process which was killed leaves nothing that the
    next one, doing the same, does not write over. When the block fails, the file that stood there
    before still does, and nothing else remains.
    """
    partial = path.with_name(path.name + PARTIAL)
    try:
        with named(path):
            yield partial
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


@contextmanager
def whole_file(path: Path) -> Iterator[IO[str]]:
    """Write a text file that is whole or not there: UTF-8, line ends as written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as partial, partial.open("w", encoding="utf-8", newline="") as file:
        yield file


def write_bytes_whole(path: Path, data: bytes) -> None:
    """Write a binary file that is whole or not there."""
    with replacing(path) as partial:
        partial.write_bytes(data)


@contextmanager
def named(path: Path) -> Iterator[None]:
    """Let an error of the system tell which file it is about; one of writing does not."""
    try:
        yield
    except OSError as error:
        error.filename = error.filename or str(path)
        raise


def safe_name(name: str | None) -> PurePosixPath:
    """A file name out of data, as a relative path that stays where it is put.

    Raises:
        RowError: it is empty, absolute, climbs out, or holds what no file name may.

    Example:
        >>> str(safe_name("train2017/000000000009.jpg"))
        'train2017/000000000009.jpg'
    """
    path = PurePosixPath(name or "")
    if not path.parts or path.is_absolute() or ".." in path.parts or {*"\\\0:"} & {*str(path)}:
        raise RowError(
            f"{name!r} cannot be used as a file name",
            "name the media of the samples by plain relative paths (column 'file_name')",
        )
    return path
