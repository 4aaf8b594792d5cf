"""Ask a backend what a run needs, along with other processes, and lay the result out once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from datasets import Dataset

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.errors import RunError, StopError
from mmgen_datasets.generation.budget import Account, Budget, Caps
from mmgen_datasets.generation.conversations import lay_out
from mmgen_datasets.generation.cost import Price, cost
from mmgen_datasets.generation.estimate import estimate
from mmgen_datasets.generation.generate import ask
from mmgen_datasets.generation.job import Job, note_end, recorded, refuse_another, write
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.prices import price_of
from mmgen_datasets.generation.requests import build_requests
from mmgen_datasets.generation.workers import (
    at_work,
    at_work_now,
    names_processes,
    new_worker,
    wants_no_other,
)
from mmgen_datasets.quantity import quantity


@dataclass(frozen=True)
class Asking:
    """How a backend is asked."""

    backend: Backend
    pace: Pace
    budget: Budget
    prices: Path | None
    again: frozenset[str]
    cache: Path | None

    @classmethod
    def of(
        cls, backend: Backend, pace: Pace, caps: Caps, again: frozenset[str], cache: Path | None
    ) -> Asking:
        """See that the caps can be kept.

        Raises:
            UsageError: one of money, and no price is known.
        """
        price = price_of(backend, caps.prices)
        budget = Budget(caps.max_cost, caps.max_tokens, price)
        return cls(backend, pace, budget, caps.prices, again, cache)

    @property
    def is_alone(self) -> bool:
        """Whether no other process may ask.

        None counts what another one spends or asks once more, and one looks after batches.
        """
        is_batch = isinstance(self.backend, BatchBackend)
        return self.budget.is_limited or bool(self.again) or is_batch


def ask_along(job: Job, asking: Asking) -> Manifest:
    """Ask along with whoever else fills the folder, and lay out the result if nobody else has.

    Returns:
        The manifest as it stands in the folder. Its status is ``"running"`` where this process
        had to stop and others go on.

    Raises:
        RunError: the folder holds something else, or is filled in a way that allows no company.
    """
    folder, journal = job.folder, job.folder.journal_path
    worker = new_worker(asking.backend, no_other=asking.is_alone)
    with ExitStack() as presence:
        with folder.locked(wait=True):
            refuse_another(job)
            _refuse_company(job, asking)
            presence.enter_context(at_work(journal, worker))
            requests = build_requests(job.samples, job.recipe)
            job.manifest.requests = len(requests)
            folder.write(job.manifest)
        try:
            put_requests(job, asking, requests, worker)
        except BaseException:
            # Where the disk is full or the journal damaged, that is what is to be told.
            with suppress(OSError, RunError), folder.locked(wait=True):
                presence.close()
                count_usage(job, asking.budget.price)
                if not at_work_now(journal):
                    note_end(job, "interrupted")
            raise
        with folder.locked(wait=True):
            count_usage(job, asking.budget.price)
            if (done := _laid_out(job)) is not None:
                return done
            presence.close()
            if not (job.manifest.problem and at_work_now(journal)):
                with recorded(job):
                    write(job, _lay_out(job, asking, requests))
    return job.manifest


def _refuse_company(job: Job, asking: Asking) -> None:
    """See that the processes at work on a folder do not spoil each other's work.

    Raises:
        RunError: one of them would.
    """
    others = at_work_now(job.folder.journal_path)
    if not others:
        return
    is_filled = f"{job.folder.path}: is being filled by {names_processes(others)}"
    if asking.is_alone or any(map(wants_no_other, others)):
        raise RunError(
            is_filled,
            "wait for it: a cap, 'mmgen retry' or a batch needs a run for itself",
        )
    old = job.folder.read()
    if old is not None and old.samples != job.manifest.samples:
        raise RunError(
            f"{is_filled}, with {quantity(old.samples, 'sample')}, not {job.manifest.samples:,}",
            "give the same command as there, or wait for it",
        )


def put_requests(job: Job, asking: Asking, requests: Dataset, worker: str) -> None:
    """Put requests until each has an outcome in the folder's journal, or the backend cannot go on.

    What it cannot go on for is written into the job's manifest, as its problem.

    Args:
        job: whose samples and recipe the requests were built from.
        asking: how.
        requests: rows of `mmgen_datasets.generation.request_row.REQUEST`.
        worker: the name of one that is at work on the journal.
    """
    journal, backend = job.folder.journal_path, asking.backend
    account, sizes = Account(asking.budget), {}
    if asking.budget.is_limited:
        needs = partial(
            estimate, requests, job.samples, job.recipe, backend=backend, table=asking.prices
        )
        needed = needs(journal=journal)
        account.spent = needed.spent
        sizes = needs().sizes() | needed.sizes()  # the first has also what is asked once more
    try:
        ask(
            requests,
            job.samples,
            backend,
            journal=journal,
            pace=asking.pace,
            account=account,
            sizes=sizes,
            again=asking.again,
            worker=worker,
            cache=asking.cache,
        )
    except StopError as error:
        job.manifest.problem = str(error)


def _laid_out(job: Job) -> Manifest | None:
    """The manifest, if another process has laid out all that the journal has, meanwhile."""
    done = job.folder.read()
    is_done = done and done.status == "finished" and done.attempts == job.manifest.attempts
    return done if is_done else None


def _lay_out(job: Job, asking: Asking, requests: Dataset) -> Dataset:
    return lay_out(
        requests,
        job.samples,
        recipe=job.recipe,
        backend=asking.backend,
        journal=job.folder.journal_path,
        seed=job.manifest.plan.seed,
        cache=job.cache,
    )


@contextmanager
def accounted(job: Job, price: Price | None) -> Iterator[None]:
    """Write into the manifest what a block's replies used, however it ends; also if it was cut off.

    For a folder that is locked, and that no other process fills.
    """
    try:
        yield
    except BaseException:
        # Where the disk is full or the journal damaged, that is what is to be told.
        with suppress(OSError, RunError):
            count_usage(job, price)
            note_end(job, "interrupted")
        raise
    count_usage(job, price)


def count_usage(job: Job, price: Price | None) -> None:
    """Write what the replies in a folder's journal used into its manifest."""
    manifest = job.manifest
    with open_journal(job.folder.journal_path) as journal:
        used = journal.usage()
        manifest.attempts = journal.last_id()
        manifest.taken_over = journal.num_taken_over()
    manifest.prompt_tokens = used.prompt_tokens
    manifest.completion_tokens = used.completion_tokens
    manifest.cached_tokens = used.cached_tokens
    if price is not None and used.replies:
        mean = (number / used.replies for number in used[1:])
        manifest.cost = round(used.replies * cost(price, *mean), 6)
        manifest.price_source = price.source
