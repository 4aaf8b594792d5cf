"""Give up batches that are under way."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path

from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.errors import RowError, StopError
from mmgen_datasets.generation.batch_folder import batch_folder
from mmgen_datasets.generation.batch_records import BatchRecords, Part
from mmgen_datasets.generation.batches import BatchDispatcher
from mmgen_datasets.generation.budget import Account, Budget
from mmgen_datasets.generation.ledger import open_ledger
from mmgen_datasets.generation.own_loop import run_in_own_loop
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.progress import shown
from mmgen_datasets.generation.tally import Tally
from mmgen_datasets.generation.workers import at_work, new_worker


def cancel_batches(journal: Path, backend: BatchBackend, *, forget: bool = False) -> Tally:
    """Cancel the batches of a journal, wait until that is done, and collect what they answered.

    Args:
        journal: the file that knows of them.
        backend: whom they were given to.
        forget: ask the server nothing, and know of them no more; for batches that it has lost.

    Returns:
        What was collected.

    Raises:
        RunError: another process looks after them.
        StopError: the server cannot be asked.
    """
    tally = Tally(0)

    async def main(stopping: asyncio.Event) -> None:
        worker = new_worker(backend)
        with at_work(journal, worker), open_ledger(journal, worker) as ledger:
            records = BatchRecords(ledger.journal, backend)
            tally.total = sum(len(records.open_lines(part)) for part in records.under_way())
            with batch_folder(ledger.journal, journal) as folder:
                for part in records.under_way():
                    if forget or not await _cancelled(part, records, backend):
                        records.close(part, "forgotten")
                while (parts := records.under_way()) and not stopping.is_set():
                    collecting = BatchDispatcher(
                        [], backend, ledger, folder, Pace(), tally, Account(Budget())
                    )
                    try:
                        await collecting.run(stopping)
                    except StopError:
                        if len(records.under_way()) == len(parts):
                            raise  # not that one was cancelled

    with shown(tally):
        run_in_own_loop(main)
    return tally


async def _cancelled(part: Part, records: BatchRecords, backend: BatchBackend) -> bool:
    """Cancel the batch of a part; whether there is one to collect the results of."""
    name = part.batch
    if name is None and part.file is not None and part.tried_at is not None:
        found = await backend.find(part.file)
        name = found.id if found else None
    if name is None:
        return False
    records.note(part, batch=name)
    with contextlib.suppress(RowError):  # it is over already
        await backend.cancel(name)
    return True
