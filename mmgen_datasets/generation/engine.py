"""Ask a backend many requests at once, and have each end with a reply or a reason."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator
from pathlib import Path

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.generation.budget import Account, Budget
from mmgen_datasets.generation.dispatch import Dispatcher, Pending
from mmgen_datasets.generation.journal import Journal, open_journal
from mmgen_datasets.generation.own_loop import run_in_own_loop
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.tally import Tally


def ask_all(
    batches: Iterable[list[Pending]],
    backend: Backend,
    *,
    journal: Path,
    pace: Pace,
    tally: Tally,
    account: Account | None = None,
    again: frozenset[str] = frozenset(),
) -> None:
    """Ask for all that the journal does not have, and return when each has an outcome.

    It runs on an event loop and a thread of its own, so it can be called from a notebook. The
    first interrupt lets what is in flight finish, the second ends at once; the journal then
    has all that was answered.

    Args:
        batches: requests in lists, read as they are needed.
        backend: whom to ask.
        journal: the file that has and gets the outcomes.
        pace: how many at a time, how often.
        tally: kept up to date for whoever looks.
        account: of the money; without one, what is spent is not counted.
        again: keys to ask for although the journal has settled them.

    Raises:
        StopError: going on makes no sense; the journal has all that was answered.
        KeyboardInterrupt: after the interrupt was carried out.
    """

    async def main(stopping: asyncio.Event) -> None:
        with open_journal(journal) as opened:
            fresh = _unsettled(batches, opened, tally, again)
            kept = account or Account(Budget())
            await Dispatcher(fresh, backend, opened, pace, tally, kept).run(stopping)

    run_in_own_loop(main)


def _unsettled(
    batches: Iterable[list[Pending]], journal: Journal, tally: Tally, again: frozenset[str]
) -> Iterator[Pending]:
    """The requests that have to be sent, each key once."""
    sent: set[str] = set()
    for batch in batches:
        records = journal.records([pending.key for pending in batch])
        for pending in batch:
            record = records.get(pending.key)
            settled = record is not None and record.is_settled and pending.key not in again
            if settled or pending.key in sent:
                tally.known += 1
            else:
                sent.add(pending.key)
                is_cut = record is not None and record.is_cut
                yield pending.longer() if is_cut and pending.longer else pending
