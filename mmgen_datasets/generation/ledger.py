"""Where a worker looks for outcomes and keeps them: a run's own journal, and perhaps a cache.

A cache is a journal that several runs share. Replies that it has are copied into the run's own
journal, which is so complete by itself; new replies are kept in both.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.claims import Claims, Taken
from mmgen_datasets.generation.journal import Journal, Outcome, open_journal
from mmgen_datasets.generation.workers import at_work

_REPLIES: frozenset[Outcome] = frozenset({"reply", "cached"})
"""What settles a request in all runs; what failed in one may come out well in another."""


class _Book(NamedTuple):
    journal: Journal
    claims: Claims

    @classmethod
    def opened(cls, path: Path, worker: str, stack: ExitStack) -> _Book:
        journal = stack.enter_context(open_journal(path))
        return cls(journal, Claims(journal, path, worker))


class Ledger:
    """A run's own journal and the cache, if there is one; made by `open_ledger`."""

    def __init__(self, own: _Book, cache: _Book | None) -> None:
        self._own = own
        self._cache = cache
        self._books = [book for book in (own, cache) if book]

    @property
    def journal(self) -> Journal:
        """The run's own."""
        return self._own.journal

    def take(self, keys: Sequence[str], again: frozenset[str]) -> Taken:
        """Find out which requests this worker is to ask, and keep other workers from it.

        Args:
            keys: of the requests, each once.
            again: keys that are to be asked although they are settled.
        """
        settled, mine = self._own.claims.take(keys, again=again)
        if self._cache is None or not mine:
            return Taken(settled, mine)
        wanted = [key for key in keys if key in mine]
        found, asked = self._cache.claims.take(wanted, again=again, settling=_REPLIES)
        with self._own.journal.in_one_step():
            for key, record in found.items():
                self._own.journal.copy_reply(key, record)
        return Taken(settled | found, {key: mine[key] for key in asked})

    def begin(self) -> bool:
        """Commit nothing until `commit`; see `Journal.begin`."""
        # Each worker begins with its own journal: so no two wait for each other.
        begun = [book.journal.begin() for book in self._books]
        return any(begun)

    def commit(self) -> None:
        """Commit all that was kept since `begin`."""
        for book in self._books:
            book.journal.commit()

    def roll_back(self) -> None:
        """Take back all that was kept since `begin`."""
        for book in self._books:
            book.journal.roll_back()

    def keep_reply(self, key: str, reply: Reply, *, is_last: bool = True) -> None:
        """Commit a reply, or one that another attempt is to follow."""
        for book in self._books:
            book.journal.keep_reply(key, reply, is_last=is_last)

    def keep_failure(self, key: str, outcome: Literal["row", "retry"], problem: str) -> None:
        """Commit that an attempt failed, and why."""
        for book in self._books:
            book.journal.keep_failure(key, outcome, problem)

    def give_up(self, key: str) -> None:
        """Leave a request without an outcome to others."""
        for book in self._books:
            book.claims.drop(key)

    def give_up_all(self) -> None:
        """Leave all requests without an outcome to others."""
        for book in self._books:
            book.claims.drop_all()

    def settled_since(self, row: int) -> tuple[set[str], int]:
        """The requests of the run that got an outcome after a row, and the newest row."""
        return self._own.journal.settled_since(row)

    def last_row(self) -> int:
        """The newest row of the run's journal."""
        return self._own.journal.last_id()

    def rivals(self) -> list[str]:
        """The other live workers of the run that are asking, sorted."""
        return self._own.claims.rivals()


@contextmanager
def open_ledger(journal: Path, worker: str, cache: Path | None = None) -> Iterator[Ledger]:
    """Open what a worker needs, or begin it; to be used in the thread that opened it.

    Args:
        journal: the run's own.
        worker: the name of this one, which is at work on the journal.
        cache: a journal that the run shares with others.

    Raises:
        RunError: a file is not a journal, or cannot be written.
    """
    with ExitStack() as stack:
        own = _Book.opened(journal, worker, stack)
        shared = None
        if cache is not None:
            cache.parent.mkdir(parents=True, exist_ok=True)
            stack.enter_context(at_work(cache, worker))
            shared = _Book.opened(cache, worker, stack)
        yield Ledger(own, shared)
