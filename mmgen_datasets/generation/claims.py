"""Which requests each worker on a journal has taken on itself to ask.

A claim holds as long as its worker lives and the request has no outcome. Claims stand in the
journal, where they are made in the same step that looks for an outcome: so of several processes
only one asks.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from mmgen_datasets.generation.journal import SETTLED, SETTLING, Journal, Outcome, Record
from mmgen_datasets.generation.workers import at_work_now

_SCHEMA = """
CREATE TABLE IF NOT EXISTS claims (key TEXT PRIMARY KEY, worker TEXT NOT NULL) WITHOUT ROWID
"""
_DROP_SETTLED = f"""
DELETE FROM claims WHERE worker = ? AND key IN
    (SELECT key FROM attempts WHERE id > ? AND {SETTLED})
"""


class Taken(NamedTuple):
    """What became of requests that a worker wanted to ask."""

    settled: dict[str, Record]
    """Those that have an outcome."""
    mine: dict[str, Record | None]
    """Those that the worker is to ask, and the last attempt. All others are another worker's."""


class Claims:
    """The claims in a journal, as one of its workers makes and sees them.

    Args:
        journal: the open journal.
        path: its file, beside which its workers are looked for.
        worker: the name of this one; see `mmgen_datasets.generation.workers`.
    """

    def __init__(self, journal: Journal, path: Path, worker: str) -> None:
        self._journal = journal
        self._path = path
        self._worker = worker
        self._looked_at = journal.last_id()  # the newest row when settled claims were dropped
        journal.connection.execute(_SCHEMA)

    def take(
        self,
        keys: Sequence[str],
        *,
        again: frozenset[str] = frozenset(),
        settling: frozenset[Outcome] = SETTLING,
    ) -> Taken:
        """Claim requests that nobody has claimed or settled.

        Args:
            keys: of the requests, each once.
            again: keys that are to be asked although they are settled.
            settling: the outcomes that settle a request.
        """
        if not keys:
            return Taken({}, {})
        with self._journal.in_one_step():
            records = self._journal.records(keys)
            settled = {
                key: record
                for key, record in records.items()
                if record.outcome in settling and key not in again
            }
            mine = self._claim([key for key in keys if key not in settled])
            return Taken(settled, {key: records.get(key) for key in mine})

    def drop(self, key: str) -> None:
        """Leave a request to others."""
        self._journal.connection.execute(
            "DELETE FROM claims WHERE key = ? AND worker = ?", (key, self._worker)
        )

    def drop_all(self) -> None:
        """Leave all requests to others."""
        self._journal.connection.execute("DELETE FROM claims WHERE worker = ?", (self._worker,))

    def rivals(self) -> list[str]:
        """The other live workers that have claims, sorted."""
        if not (others := self._workers() - {self._worker}):
            return []
        return sorted(others.intersection(at_work_now(self._path, self._worker)))

    def _claim(self, keys: Sequence[str]) -> set[str]:
        connection = self._journal.connection
        connection.execute(_DROP_SETTLED, (self._worker, self._looked_at))
        self._looked_at = self._journal.last_id()
        if self._insert(keys) == len(keys):
            return set(keys)
        alive = {self._worker, *at_work_now(self._path, self._worker)}
        for name in self._workers() - alive:
            connection.execute("DELETE FROM claims WHERE worker = ?", (name,))
        self._insert(keys)
        mine = connection.execute("SELECT key FROM claims WHERE worker = ?", (self._worker,))
        return {key for (key,) in mine}.intersection(keys)

    def _insert(self, keys: Sequence[str]) -> int:
        rows = [(key, self._worker) for key in keys]
        statement = "INSERT OR IGNORE INTO claims VALUES (?, ?)"
        return self._journal.connection.executemany(statement, rows).rowcount

    def _workers(self) -> set[str]:
        names = self._journal.connection.execute("SELECT DISTINCT worker FROM claims")
        return {name for (name,) in names}
