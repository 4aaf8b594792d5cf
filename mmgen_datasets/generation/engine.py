"""Ask a backend many requests at once, and have each end with a reply or a reason."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from pathlib import Path

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.generation.batch_folder import batch_folder
from mmgen_datasets.generation.batch_records import refuse_batched
from mmgen_datasets.generation.batches import BatchDispatcher
from mmgen_datasets.generation.budget import Account, Budget
from mmgen_datasets.generation.dispatch import Dispatcher
from mmgen_datasets.generation.ledger import Ledger, open_ledger
from mmgen_datasets.generation.own_loop import run_in_own_loop
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from mmgen_datasets.generation.workers import at_work, in_team_of, new_worker
from mmgen_datasets.generation.worklist import Worklist

_LOOK_EVERY_S = 1.0  # at what other workers do
_WAIT_S = 0.3  # for what other workers are asking, when nothing else is left


def ask_all(
    batches: Iterable[list[Pending]],
    backend: Backend,
    *,
    journal: Path,
    pace: Pace,
    tally: Tally,
    account: Account | None = None,
    again: frozenset[str] = frozenset(),
    worker: str | None = None,
    cache: Path | None = None,
) -> None:
    """Ask for all that the journal does not have, and return when each has an outcome.

    It runs on an event loop and a thread of its own, so it can be called from a notebook. The
    first interrupt lets what is in flight finish, the second ends at once; the journal then
    has all that was answered. Where several processes work on one journal, each request is
    asked by one of them, and all return when all have an outcome.

    Args:
        batches: requests in lists, read as they are needed; a backend that works in batches
            reads them anew where some are left, so not from an iterator.
        backend: whom to ask.
        journal: the file that has and gets the outcomes.
        pace: how many at a time, how often; workers on the same journal share it.
        tally: kept up to date for whoever looks.
        account: of the money; without one, what is spent is not counted.
        again: keys to ask for although the journal has settled them.
        worker: the name of one that is at work on the journal; by default a new one.
        cache: a journal shared with other runs, whose replies are taken over.

    Raises:
        StopError: going on makes no sense; the journal has all that was answered.
        KeyboardInterrupt: after the interrupt was carried out.
    """
    name = worker or new_worker(backend)

    async def main(stopping: asyncio.Event) -> None:
        present: AbstractContextManager[None] = nullcontext() if worker else at_work(journal, name)
        with present, open_ledger(journal, name, cache) as ledger:
            kept = account or Account(Budget())
            if isinstance(backend, BatchBackend):
                with batch_folder(ledger.journal, journal) as folder:
                    await BatchDispatcher(
                        batches, backend, ledger, folder, pace, tally, kept, again
                    ).run(stopping)
                return
            worklist = Worklist(refuse_batched(batches, ledger.journal), ledger, tally, again)
            dispatcher = Dispatcher(backend, ledger, pace, tally, kept)

            def look_around() -> None:
                team = sorted([name, *in_team_of(name, ledger.rivals())])
                dispatcher.share(team.index(name), len(team))
                worklist.notice()

            async with _every(_LOOK_EVERY_S, look_around):
                await _work(dispatcher, worklist, ledger, stopping)

    run_in_own_loop(main)


async def _work(
    dispatcher: Dispatcher, worklist: Worklist, ledger: Ledger, stopping: asyncio.Event
) -> None:
    """Ask what falls to this worker, and then what others have left, until nothing is."""
    await dispatcher.run(worklist.fresh(), stopping)
    ledger.give_up_all()
    while not worklist.is_settled() and not stopping.is_set():
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), _WAIT_S)
        worklist.notice()
        await dispatcher.run(worklist.left_over(), stopping)
        ledger.give_up_all()


@asynccontextmanager
async def _every(seconds: float, act: Callable[[], None]) -> AsyncIterator[None]:
    """Do something at once, and then again and again while a block runs."""

    async def repeat() -> None:
        while True:
            await asyncio.sleep(seconds)
            act()

    act()
    repeating = asyncio.create_task(repeat())
    try:
        yield
    finally:
        repeating.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await repeating
