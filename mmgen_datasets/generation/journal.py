"""What was asked and what came back, kept as it happens.

One SQLite file in WAL mode with ``synchronous=NORMAL``: a reply is committed as it arrives,
together with those that arrive in the same turn of the event loop, so killing the process loses
nothing, and a power cut at most the last moments. Rows are only ever added: the newest reply or
refusal counts, or else the newest failure; the others are the log of a request's attempts.
SQLite's WAL needs a local disk, so each machine keeps a journal of its own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, NamedTuple, TypeAlias

import msgspec
from filelock import FileLock

from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.troubles import refusal, told

Outcome: TypeAlias = Literal["reply", "cached", "cut", "row", "retry"]
"""How an attempt ended: with a reply, with one of another run's, with one that was cut short and is
to be asked for with more room, with an error of this request, or with one that may pass."""

SETTLING: frozenset[Outcome] = frozenset({"reply", "cached", "row"})
"""The outcomes after which a request need not be sent again."""
SETTLED = f"outcome IN ({', '.join(map(repr, sorted(SETTLING)))})"
"""The same, in SQL."""
_PAID_FOR = "reply IS NOT NULL AND outcome != 'cached'"

_SCHEMA = """
CREATE TABLE IF NOT EXISTS attempts (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reply TEXT,
    problem TEXT,
    created_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS attempts_by_key ON attempts (key);
"""
_decode = msgspec.json.Decoder(Reply).decode
_KEYS_A_QUERY = 500  # SQLite takes at least 999 variables


@dataclass(frozen=True)
class Record:
    """The attempt at a request that counts."""

    outcome: Outcome
    reply: Reply | None
    problem: str | None
    """Why there is no reply."""
    created_at: str
    """ISO 8601, UTC."""

    @property
    def is_settled(self) -> bool:
        """Whether the request need not be sent again."""
        return self.outcome in SETTLING

    @property
    def is_cut(self) -> bool:
        """Whether there is a reply, and it is not whole."""
        return self.reply is not None and self.reply.is_cut


class Usage(NamedTuple):
    """Tokens of replies, as far as their servers told them."""

    replies: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    cached_tokens: int = 0


class Journal:
    """The attempts of one file; made by `open_journal`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def begin(self) -> bool:
        """Commit nothing until `commit`, which makes many rows cost little more than one.

        Returns:
            Whether this call began it; false where it had begun before.
        """
        if self.connection.in_transaction:
            return False
        self.connection.execute("BEGIN IMMEDIATE")
        return True

    def commit(self) -> None:
        """Commit all that was kept since `begin`."""
        self.connection.commit()

    def roll_back(self) -> None:
        """Take back all that was kept since `begin`."""
        self.connection.rollback()

    @contextmanager
    def in_one_step(self) -> Iterator[None]:
        """Let no other process write while a block reads and writes."""
        if self.begin():
            with self.connection:  # commits it, or takes it back
                yield
        else:
            yield

    def keep_reply(self, key: str, reply: Reply, *, is_last: bool = True) -> None:
        """Commit a reply, or one that another attempt is to follow."""
        self._add(key, "reply" if is_last else "cut", msgspec.json.encode(reply).decode(), None)

    def copy_reply(self, key: str, record: Record) -> None:
        """Take over a reply from another journal; this one's run has not paid for it."""
        reply = msgspec.json.encode(record.reply).decode()
        self._add(key, "cached", reply, None, record.created_at)

    def keep_failure(self, key: str, outcome: Literal["row", "retry"], problem: str) -> None:
        """Commit that an attempt failed, and why."""
        self._add(key, outcome, None, problem)

    def records(self, keys: Sequence[str]) -> dict[str, Record]:
        """The attempt that counts, of each key that has one."""
        found: dict[str, Record] = {}
        for chunk, marks in _chunks(keys):
            rows = self.connection.execute(
                "SELECT key, outcome, reply, problem, created_at FROM attempts"
                f" WHERE key IN ({marks}) ORDER BY outcome != 'retry', id",
                chunk,
            )
            for key, outcome, reply, problem, created_at in rows:
                answered = _decode(reply) if reply is not None else None
                found[key] = Record(outcome, answered, problem, created_at)
        return found

    def replies(self, keys: Sequence[str]) -> dict[str, list[Reply]]:
        """All replies of this run to each key: those cut short and asked for once more too."""
        found: dict[str, list[Reply]] = {}
        for chunk, marks in _chunks(keys):
            rows = self.connection.execute(
                "SELECT key, reply FROM attempts"
                f" WHERE key IN ({marks}) AND {_PAID_FOR} ORDER BY id",
                chunk,
            )
            for key, reply in rows:
                found.setdefault(key, []).append(_decode(reply))
        return found

    def num_settled(self) -> int:
        """How many requests need not be sent again."""
        (count,) = self.connection.execute(
            f"SELECT count(DISTINCT key) FROM attempts WHERE {SETTLED}"
        ).fetchone()
        return int(count)

    def num_taken_over(self) -> int:
        """How many requests have a reply that another run has paid for."""
        (count,) = self.connection.execute(
            "SELECT count(DISTINCT key) FROM attempts WHERE outcome = 'cached'"
        ).fetchone()
        return int(count)

    def settled_since(self, row: int, at_most: int | None = None) -> tuple[set[str], int]:
        """The requests that got an outcome after a row, and the newest such row.

        Args:
            row: of the journal; 0 stands before the first.
            at_most: so many outcomes are read, the oldest; all where None.
        """
        rows = self.connection.execute(
            f"SELECT id, key FROM attempts WHERE id > ? AND {SETTLED} ORDER BY id LIMIT ?",
            (row, -1 if at_most is None else at_most),
        ).fetchall()
        return {key for _, key in rows}, rows[-1][0] if rows else row

    def usage(self, since: int = 0, until: int | None = None) -> Usage:
        """What the replies of this run used, those included that were asked for once more.

        Args:
            since: only those that came after this row.
            until: and up to this one; all where None.
        """
        sums = (f"sum(json_extract(reply, '$.{name}'))" for name in Usage._fields[1:])
        row = self.connection.execute(
            f"SELECT count(*), {', '.join(sums)} FROM attempts"
            f" WHERE id > ? AND id <= ? AND {_PAID_FOR}",
            (since, self.last_id() if until is None else until),
        ).fetchone()
        return Usage(*(value or 0 for value in row))

    def last_id(self) -> int:
        """The number of the newest row; it changes whenever anything was added."""
        (last,) = self.connection.execute("SELECT max(id) FROM attempts").fetchone()
        return last or 0

    def _add(
        self,
        key: str,
        outcome: Outcome,
        reply: str | None,
        problem: str | None,
        created_at: str | None = None,
    ) -> None:
        self.connection.execute(
            "INSERT INTO attempts (key, outcome, reply, problem, created_at) VALUES (?,?,?,?,?)",
            (key, outcome, reply, problem, created_at or moment()),
        )


def moment() -> str:
    """This moment, as rows hold it: ISO 8601, UTC, in milliseconds."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def _chunks(keys: Sequence[str]) -> Iterator[tuple[Sequence[str], str]]:
    """So many keys as fit into a query, and the marks that stand for them there."""
    for start in range(0, len(keys), _KEYS_A_QUERY):
        chunk = keys[start : start + _KEYS_A_QUERY]
        yield chunk, ",".join("?" * len(chunk))


@contextmanager
def open_journal(path: Path) -> Iterator[Journal]:
    """Open a journal, or begin one.

    To be used in the thread that opened it. Several processes of a machine may have it open.

    Raises:
        RunError: the file is not a journal, or cannot be written; or it turns out in the block
            that its disk is full, or that it is damaged.
    """
    try:
        # The change to WAL does not wait for other processes, whatever the timeout.
        with FileLock(path.parent.resolve(strict=True) / f".{path.name}.lock"):
            connection = _connect(path)
    except (sqlite3.Error, OSError) as error:
        raise refusal(path, error) from error
    with closing(connection), told(path, connection):
        yield Journal(connection)


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=60, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.executescript(_SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection
