"""What can befall a journal's file, in words: a full disk, damage, another process."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import msgspec

from mmgen_datasets.errors import RunError


class _Trouble(NamedTuple):
    problem: str
    hint: str


_FULL = _Trouble(
    "cannot be written", "make room on its disk, then give the same command again to go on"
)
_DAMAGED = _Trouble("is damaged", "save what can be read of it: mmgen repair {path}")
_NO_RIGHT = _Trouble("cannot be written", "see who may write it and its folder")
_TROUBLES = {
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: _FULL,
    sqlite3.SQLITE_READONLY: _NO_RIGHT,
    sqlite3.SQLITE_BUSY: _Trouble("is held by another process", "wait for that process, or end it"),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
}
"""By the code of SQLite; its finer codes have these in their last byte."""
_NO_JOURNAL = _Trouble("cannot be used as a journal", "name another folder, or move the file away")


def refusal(path: Path, error: Exception) -> RunError:
    """Why a file cannot be opened as a journal."""
    return _told(path, error, _trouble_of(error) or _NO_JOURNAL)


@contextmanager
def told(path: Path, connection: sqlite3.Connection) -> Iterator[None]:
    """Put what befalls an open journal into words; defects of ours pass unchanged.

    Raises:
        RunError: the disk is full, the file is damaged, or another process holds it for long.
    """
    try:
        yield
    except (sqlite3.Error, msgspec.DecodeError) as error:
        trouble = _trouble_of(error)
        # A process may have two journals open, and the error does not say whose it is.
        if trouble is None or (trouble is _DAMAGED and is_sound(connection)):
            raise
        raise _told(path, error, trouble) from error


def is_sound(connection: sqlite3.Connection) -> bool:
    """Read the whole file to see whether it is what was written.

    SQLite takes the missing part of a page for zeros, which no JSON holds.
    """
    try:
        [(said,)] = connection.execute("PRAGMA quick_check(1)")
        [(torn,)] = connection.execute("SELECT count(*) FROM attempts WHERE NOT json_valid(reply)")
    except sqlite3.DatabaseError:
        return False
    return bool(said == "ok" and not torn)


def _trouble_of(error: Exception) -> _Trouble | None:
    if isinstance(error, msgspec.DecodeError) or str(error).startswith("Could not decode"):
        return _DAMAGED  # the text of a row, in the words of Python's own part of sqlite3
    if isinstance(error, PermissionError):
        return _NO_RIGHT
    return _TROUBLES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF)


def _told(path: Path, error: Exception, trouble: _Trouble) -> RunError:
    said = "; ".join([str(error), *getattr(error, "__notes__", ())])
    return RunError(f"{path}: {trouble.problem}: {said}", trouble.hint.format(path=path))
