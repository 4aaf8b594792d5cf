"""Which requests are in which batch, kept in the journal's file.

What is to be paid for is written down before it is asked for, and each step after it was taken:
a part of the requests gets a *file* at the server, then is *tried* to be made a batch of, then
has a *batch*, then an *outcome*. A process that is killed between two of them is followed by one
that knows which, and what has to be looked up before it is done again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import msgspec

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import StopError
from mmgen_datasets.generation.budget import Spending
from mmgen_datasets.generation.journal import Journal, moment
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.quantity import quantity

_SCHEMA = """
CREATE TABLE IF NOT EXISTS batches (
    part TEXT PRIMARY KEY,
    endpoint TEXT NOT NULL,
    model TEXT NOT NULL,
    requests INTEGER NOT NULL,
    tokens REAL NOT NULL,
    expected TEXT NOT NULL,
    written_at TEXT NOT NULL,
    file TEXT,
    tried_at REAL,
    batch TEXT,
    answered INTEGER NOT NULL DEFAULT 0,
    outcome TEXT
);
CREATE TABLE IF NOT EXISTS batched (
    key TEXT PRIMARY KEY,
    part TEXT NOT NULL,
    line INTEGER NOT NULL,
    has_longer INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS batched_by_part ON batched (part);
"""
_KEYS_A_QUERY = 500  # SQLite takes at least 999 variables
_COLUMNS = "part, requests, tokens, expected, file, tried_at, batch, answered"
_OPEN = f"SELECT {_COLUMNS} FROM batches WHERE outcome IS NULL"
_ORDER = "ORDER BY written_at, part"


@dataclass(frozen=True)
class Part:
    """Requests that are, or will be, one batch."""

    name: str
    """Of the file beside the journal that holds them until the batch is made."""
    requests: int
    tokens: float
    """Of all prompts and longest replies, about."""
    expected: Spending
    """What a budget sets aside for all of them."""
    file: str | None = None
    """The server's name for the uploaded file."""
    tried_at: float | None = None
    """When making the batch was last begun, in seconds since 1970; null before that."""
    batch: str | None = None
    """The server's name for the batch."""
    answered: int = 0
    """Requests with a result, when it was last looked at."""

    @property
    def share(self) -> Spending:
        """What is set aside for one of its requests."""
        whole, number = self.expected, self.requests
        return Spending(*(getattr(whole, name) / number for name in vars(whole)))


class Line(NamedTuple):
    """A request in a part."""

    key: str
    has_longer: bool
    """Whether a second attempt, with more room, is to follow a reply that is cut short."""


class BatchRecords:
    """The batches of a journal, of one model at one server.

    Args:
        journal: whose file they stand in.
        backend: whom the batches are for.
    """

    def __init__(self, journal: Journal, backend: Backend) -> None:
        self._journal = journal
        self._place = (backend.endpoint, backend.model)
        self._run = journal.connection.execute
        prepare(journal)

    def under_way(self) -> list[Part]:
        """The parts that have no outcome yet, in the order they were written."""
        rows = self._run(f"{_OPEN} AND endpoint = ? AND model = ? {_ORDER}", self._place)
        return [_part(row) for row in rows]

    def part(self, name: str) -> Part:
        """A part, as it is now."""
        row = self._run(f"SELECT {_COLUMNS} FROM batches WHERE part = ?", (name,)).fetchone()
        return _part(row)

    def write(self, name: str, lines: Sequence[Line], tokens: float, expected: Spending) -> Part:
        """Note a new part, whose file is on disk."""
        with self._durably():
            self._run(
                "INSERT INTO batches"
                " (part, endpoint, model, requests, tokens, expected, written_at)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (name, *self._place, len(lines), tokens, _encoded(expected), moment()),
            )
            self._journal.connection.executemany(
                "INSERT INTO batched (key, part, line, has_longer) VALUES (?, ?, ?, ?)",
                [(line.key, name, i, line.has_longer) for i, line in enumerate(lines, start=1)],
            )
        return Part(name, len(lines), tokens, expected)

    def note(self, part: Part, **columns: Any) -> Part:
        """Note how far a part is: ``file``, ``tried_at``, ``batch``, ``answered``."""
        with self._durably():
            for column, value in columns.items():
                self._run(f"UPDATE batches SET {column} = ? WHERE part = ?", (value, part.name))
        return self.part(part.name)

    def open_lines(self, part: Part, keys: Sequence[str] | None = None) -> dict[str, Line]:
        """The lines of a part that have no outcome yet, by key; all, or those of 500 keys."""
        among = f" AND key IN ({','.join('?' * len(keys))})" if keys is not None else ""
        rows = self._run(
            f"SELECT key, has_longer FROM batched WHERE part = ?{among} ORDER BY line",
            (part.name, *(keys or ())),
        )
        return {key: Line(key, bool(has_longer)) for key, has_longer in rows}

    def key_of_line(self, part: Part, line: int) -> str | None:
        """Which request a line of a part's file holds; lines count from 1."""
        row = self._run(
            "SELECT key FROM batched WHERE part = ? AND line = ?", (part.name, line)
        ).fetchone()
        return row[0] if row else None

    @contextmanager
    def settling(self, keys: Iterable[str]) -> Iterator[None]:
        """Take keys out of their batches in one step with what the block keeps in the journal."""
        with self._durably():
            yield
            self._journal.connection.executemany(
                "DELETE FROM batched WHERE key = ?", [(key,) for key in keys]
            )

    def close(self, part: Part, outcome: str) -> None:
        """Note what became of a part; keys that are left in it can be asked anew."""
        with self._durably():
            self._run("DELETE FROM batched WHERE part = ?", (part.name,))
            self._run("UPDATE batches SET outcome = ? WHERE part = ?", (outcome, part.name))

    @contextmanager
    def _durably(self) -> Iterator[None]:
        """Commit to the disk itself: after a power cut too, what is paid for must be known."""
        self._run("PRAGMA synchronous=FULL")
        try:
            with self._journal.in_one_step():
                yield
        finally:
            self._run("PRAGMA synchronous=NORMAL")


def prepare(journal: Journal) -> None:
    """Make the tables, where they are not there."""
    journal.connection.executescript(_SCHEMA)


def parts_under_way(journal: Journal) -> list[Part]:
    """All parts that have no outcome yet, for whomever they are."""
    prepare(journal)
    return [_part(row) for row in journal.connection.execute(f"{_OPEN} {_ORDER}")]


def describe_parts(parts: Sequence[Part]) -> str:
    """Say in a line what is under way, as far as it was seen last; nothing where nothing is."""
    if not parts:
        return ""
    answered, total = sum(part.answered for part in parts), sum(part.requests for part in parts)
    batches = quantity(len(parts), "batch", "batches")
    return f"{batches} under way, {answered:,} of {quantity(total, 'request')} answered there"


def batch_of(journal: Journal, keys: Sequence[str]) -> Mapping[str, str]:
    """The name of the part that each key is under way in; others are left out."""
    found: dict[str, str] = {}
    for start in range(0, len(keys), _KEYS_A_QUERY):
        chunk = keys[start : start + _KEYS_A_QUERY]
        marks = ",".join("?" * len(chunk))
        found |= dict(
            journal.connection.execute(
                f"SELECT key, part FROM batched WHERE key IN ({marks})", chunk
            ).fetchall()
        )
    return found


def refuse_batched(requests: Iterable[list[Pending]], journal: Journal) -> Iterator[list[Pending]]:
    """Hand requests on, except such as are in batches.

    Raises:
        StopError: one is; to ask for it now would be to pay twice.
    """
    prepare(journal)
    for batch in requests:
        if batch_of(journal, [pending.key for pending in batch]):
            (number,) = journal.connection.execute("SELECT count(*) FROM batched").fetchone()
            raise StopError(
                f"{number:,} requests are in batches that are under way",
                "collect them with the backend they were given to, or run: mmgen cancel",
            )
        yield batch


def new_name() -> str:
    """A name for a part that no other has."""
    return f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().hex[:8]}"


def _part(row: tuple[Any, ...]) -> Part:
    name, requests, tokens, expected, *steps = row
    return Part(name, requests, tokens, msgspec.json.decode(expected, type=Spending), *steps)


def _encoded(expected: Spending) -> str:
    return msgspec.json.encode(expected).decode()
