"""Save what can be read of a damaged journal.

A power cut or an unfinished copy tears off the end of a file. What SQLite had not yet moved from
its log into the main file it leaves out by itself; here is what to do where the main file lacks
pages, so that SQLite gives up on all of it.
"""

from __future__ import annotations

import contextlib
import glob
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple, get_args

import msgspec

from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import RunError
from mmgen_datasets.files import PARTIAL
from mmgen_datasets.generation.journal import Outcome, open_journal
from mmgen_datasets.generation.troubles import is_sound, refusal
from mmgen_datasets.generation.workers import at_work_now, names_processes
from mmgen_datasets.json_errors import NO_JSON

DAMAGED = ".damaged"
"""The ending that a damaged journal gets."""
_MAGIC = b"SQLite format 3"
"""What a file of SQLite begins with; that of a damaged one may be lost."""
_LEAST_BYTES_A_ROW = 64
_OUTCOMES = frozenset(get_args(Outcome))
_COLUMNS = "id, key, outcome, reply, problem, created_at"


class Repaired(NamedTuple):
    """What became of a journal."""

    attempts: int
    """That were saved."""
    replies: int
    """How many of these are replies."""
    damaged: Path | None
    """Where the damaged file stands now; None where there was no damage."""


def repair(path: Path) -> Repaired:
    """Put what can be read of a damaged journal into a new one in its place.

    The damaged file is kept beside it.

    Raises:
        RunError: it is in use, is no journal, or the new one cannot be written.
    """
    if path.suffix != ".sqlite" and not _begins_with(path, _MAGIC):
        raise RunError(f"{path}: is not a journal", "name the folder of a run, or its journal")
    if names := at_work_now(path):
        raise RunError(f"{path}: is in use by {names_processes(names)}", "wait for it to end")
    fresh = path.with_name(path.name + PARTIAL)
    try:
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA writable_schema=ON")  # else a short file is not read at all
            if is_sound(connection):
                return Repaired(*_counts(connection), None)
            _forget(fresh)
            with open_journal(fresh) as journal, journal.in_one_step():
                rows = _readable(connection, _size(path) // _LEAST_BYTES_A_ROW)
                marks = f"INSERT INTO attempts ({_COLUMNS}) VALUES (?,?,?,?,?,?)"
                journal.connection.executemany(marks, rows)
                _copy_other_tables(connection, journal.connection)
                saved = _counts(journal.connection)
    except sqlite3.Error as error:
        _forget(fresh)
        raise refusal(path, error) from error
    damaged = _move(path, DAMAGED)
    fresh.rename(path)
    return Repaired(*saved, damaged)


def _begins_with(path: Path, magic: bytes) -> bool:
    with path.open("rb") as file:
        return file.read(len(magic)) == magic


def journals_of(place: Path) -> list[Path]:
    """The journals of a run's folder, or the one that is named itself.

    Raises:
        RunError: there is none.
    """
    found = sorted(place.glob("journal*.sqlite")) if place.is_dir() else [place]
    if not found or not found[0].exists():
        raise RunError(f"{place}: there is no journal", "name the folder of a run, or its journal")
    return found


def _readable(connection: sqlite3.Connection, most: int) -> Iterator[tuple[Any, ...]]:
    """The attempts that stand on whole pages, in order; no more than `most` have been made."""
    last = 0
    while last < most:
        try:
            for row in connection.execute(
                f"SELECT {_COLUMNS} FROM attempts WHERE id > ? ORDER BY id", (last,)
            ):
                if last < row[0] <= most:  # what a page of noise says may lead anywhere
                    last = row[0]
                    if _is_whole(*row):
                        yield row
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_NOTADB:
                raise
            last += 1  # what stands there cannot be read
        else:
            return


def _copy_other_tables(damaged: sqlite3.Connection, fresh: sqlite3.Connection) -> None:
    """Copy what else stands in the file, such as the batches under way, as far as it is whole."""
    tables = _before_damage(
        damaged,
        "SELECT name, sql FROM sqlite_master WHERE type = 'table'"
        " AND name NOT IN ('attempts', 'claims')",
    )
    for name, made in tables:
        fresh.execute(made)
        rows = _before_damage(damaged, f'SELECT * FROM "{name}"')
        if rows:
            marks = ",".join("?" * len(rows[0]))
            fresh.executemany(f'INSERT OR IGNORE INTO "{name}" VALUES ({marks})', rows)


def _before_damage(connection: sqlite3.Connection, query: str) -> list[tuple[Any, ...]]:
    rows = []
    with contextlib.suppress(sqlite3.DatabaseError):
        for row in connection.execute(query):
            rows.append(row)  # one by one: what came before the damage counts
    return rows


def _is_whole(
    row: object, key: object, outcome: object, reply: object, problem: object, created_at: object
) -> bool:
    if not (isinstance(key, str) and isinstance(created_at, str) and outcome in _OUTCOMES):
        return False
    if reply is None:
        return isinstance(problem, str)
    try:
        msgspec.json.decode(reply if isinstance(reply, str) else "", type=Reply)
    except NO_JSON:
        return False
    return True


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    [counts] = connection.execute("SELECT count(*), count(reply) FROM attempts")
    return counts[0], counts[1]


def _size(path: Path) -> int:
    return sum(file.stat().st_size for file in path.parent.glob(f"{glob.escape(path.name)}*"))


def _move(path: Path, ending: str) -> Path:
    """Move a journal and its log to a name that is free."""
    number, target = 1, path.with_name(path.name + ending)
    while target.exists():
        number += 1
        target = path.with_name(f"{path.name}{ending}-{number}")
    for log in ("-wal", "-shm"):
        if (beside := path.with_name(path.name + log)).exists():
            beside.rename(target.with_name(target.name + log))
    return path.rename(target)


def _forget(path: Path) -> None:
    for log in ("", "-wal", "-shm"):
        path.with_name(path.name + log).unlink(missing_ok=True)
