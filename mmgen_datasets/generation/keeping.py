"""Commit what arrives in one turn of the event loop together."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal

from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.ledger import Ledger


class Keeper:
    """Writes to a ledger from the event loop's thread.

    Args:
        ledger: where to.
        on_loss: called when something could not be committed, as on a full disk.
    """

    def __init__(self, ledger: Ledger, on_loss: Callable[[sqlite3.Error], None]) -> None:
        self._ledger = ledger
        self._on_loss = on_loss
        self._uncommitted = 0
        self.lost = 0
        """How many replies could not be kept."""

    def keep_reply(self, key: str, reply: Reply, *, is_last: bool) -> None:
        """See `Ledger.keep_reply`."""
        self._uncommitted += 1
        with self._writing():
            self._ledger.keep_reply(key, reply, is_last=is_last)

    def keep_failure(self, key: str, outcome: Literal["row", "retry"], problem: str) -> None:
        """See `Ledger.keep_failure`."""
        with self._writing():
            self._ledger.keep_failure(key, outcome, problem)

    def commit(self) -> None:
        """Commit what was kept by now; done by itself once the loop has had its turn."""
        try:
            self._ledger.commit()
            self._uncommitted = 0
        except sqlite3.Error as error:
            self._lose(error)

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            if self._ledger.begin():
                asyncio.get_running_loop().call_soon(self.commit)
            yield
        except sqlite3.Error as error:
            self._lose(error)
            raise

    def _lose(self, error: sqlite3.Error) -> None:
        self._ledger.roll_back()
        self.lost += self._uncommitted
        self._uncommitted = 0
        self._on_loss(error)
