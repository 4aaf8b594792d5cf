"""Fill a run folder: from a plan to conversations on disk, continued wherever it was cut off."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from datasets import Dataset
from datasets.exceptions import DatasetsError

from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import (
    MMGenError,
    RunError,
    SourceError,
    StopError,
    UnknownNameError,
    UsageError,
)
from mmgen_datasets.generation.budget import Account, Budget, Caps
from mmgen_datasets.generation.conversations import answer_all, lay_out
from mmgen_datasets.generation.cost import Price, cost
from mmgen_datasets.generation.estimate import Estimate, estimate
from mmgen_datasets.generation.generate import ask, check_fit
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.manifest import Manifest, Plan, Status, digest_ids, now
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.prices import price_of
from mmgen_datasets.generation.requests import build_requests
from mmgen_datasets.generation.result import write_result
from mmgen_datasets.generation.rows import VERSION
from mmgen_datasets.generation.run import RunFolder, shards_of
from mmgen_datasets.loading import SOURCES, load_dataset
from mmgen_datasets.prompts.recipe import Recipe, limit_pictures, load_recipe


@dataclass(frozen=True)
class _Job:
    """A plan with all that it names at hand."""

    folder: RunFolder
    manifest: Manifest
    samples: Dataset
    recipe: Recipe

    @property
    def cache(self) -> str:
        """Where `datasets` lays the result out before it becomes parquet."""
        return str(self.folder.path / f".layout{self.folder.shard.suffix}.arrow")


def fill_run(
    folder: RunFolder,
    plan: Plan,
    *,
    pace: Pace | None = None,
    caps: Caps | None = None,
    again: frozenset[str] = frozenset(),
) -> Manifest:
    """Carry out a plan, or what is left of it.

    Args:
        folder: where to; one that holds part of the same plan is continued.
        plan: what to do.
        pace: how hard the backend is pressed.
        caps: what the whole run may cost.
        again: keys of requests to put once more although they were answered.

    Returns:
        The manifest, as it stands in the folder. Its status is ``"stopped"`` where the backend
        could not go on; all that it answered is laid out.

    Raises:
        UsageError, SourceError, RecipeError: the plan cannot be carried out; nothing is written.
        RunError: the folder holds something else, or another process fills it.
        KeyboardInterrupt: every reply so far is in the journal.
    """
    if plan.settings and not plan.backend:
        name = next(iter(plan.settings))
        raise UsageError(f"a {name} is given, and no backend", "name the backend, or leave it out")
    recipe = limit_pictures(load_recipe(plan.recipe), plan.max_image_side)
    backend = open_backend(plan.backend, **plan.settings) if plan.backend else None
    samples = _samples(plan, folder)
    check_fit(samples, recipe, backend)
    asking = _Asking.of(backend, pace or Pace(), caps or Caps(), again) if backend else None
    shown = _without_secrets(plan, backend)
    manifest = Manifest(
        shown,
        recipe.sha256,
        VERSION,
        model=backend.model if backend else None,
        endpoint=backend.endpoint if backend else None,
        hides_address=shown != plan,
        samples=len(samples),
        sample_ids_sha256=digest_ids(samples["id"]),
    )
    job = _Job(folder, manifest, samples, recipe)
    with folder.locked():
        _refuse_another(job)
        with _recorded(job):
            if asking is None:
                result = answer_all(samples, recipe, seed=plan.seed, cache=job.cache)
            else:
                result = _ask(job, asking)
            _write(job, result)
    return manifest


def estimate_run(
    plan: Plan, *, prices: Path | None = None, folder: RunFolder | None = None
) -> Estimate:
    """Estimate what a plan will need, or what is left of it; asks nobody and writes nothing.

    Args:
        plan: what is to be done.
        prices: a table of the user's own; see `mmgen_datasets.generation.prices`.
        folder: of the run, where it has begun.

    Raises:
        UsageError, SourceError, RecipeError: the plan cannot be carried out.
    """
    recipe = limit_pictures(load_recipe(plan.recipe), plan.max_image_side)
    backend = open_backend(plan.backend, **plan.settings) if plan.backend else None
    samples = _samples(plan, folder or RunFolder(Path()))
    check_fit(samples, recipe, backend)
    if backend is None:
        raise UsageError(f"the recipe {recipe.name!r} asks no model", "it costs nothing")
    journal = folder.journal_path if folder else None
    requests = build_requests(samples, recipe)
    return estimate(requests, samples, recipe, backend=backend, table=prices, journal=journal)


def _samples(plan: Plan, folder: RunFolder) -> Dataset:
    samples = _load(plan)
    if plan.limit is not None:
        samples = samples.select(range(min(plan.limit, len(samples))))
    if len(samples) < folder.shard.count:
        raise UsageError(
            f"{plan.source}, split {plan.split!r}: {len(samples)} samples"
            f" for {folder.shard.count} shards",
            "see that its files hold any, or use fewer shards",
        )
    return samples.shard(folder.shard.count, folder.shard.index, contiguous=True)


def _load(plan: Plan) -> Dataset:
    """The samples of a source, a prepared folder, or a dataset of the hub."""
    source = plan.source
    if source not in SOURCES and not {":", "/"} & set(source) and not Path(source).exists():
        raise UnknownNameError(
            f"no source is called {source!r}",
            f"use {', '.join(SOURCES)}, a folder made by 'mmgen prepare', or OWNER/NAME of the hub",
        )
    try:
        settings: dict[str, Any] = {"with_images": True} if plan.with_images else {}
        return load_dataset(source, data_dir=plan.data_dir, split=plan.split, **settings)
    except MMGenError:
        raise
    except (DatasetsError, OSError, ValueError) as error:
        raise SourceError(
            f"{source}, split {plan.split!r}: cannot be loaded: {error}",
            "see that it exists and has this split",
        ) from error


def _refuse_another(job: _Job) -> None:
    """See that a folder is only ever filled with one thing.

    Raises:
        RunError: it holds a run of another plan, of other samples, or cut into other shards.
    """
    path, mine, manifest = job.folder.path, job.folder.shard, job.manifest
    for shard in shards_of(path):
        folder = RunFolder(path, shard)
        old = folder.read()
        if old is None or folder.is_empty:
            continue
        found = old.differences(manifest)
        if shard.count != mine.count:
            found.append(f"the number of shards {shard.count}, not {mine.count}")
        if mine.count > 1 and old.plan.limit != manifest.plan.limit:
            found.append(f"the limit {old.plan.limit}, not {manifest.plan.limit}")
        if shard == mine:
            known = job.samples["id"][: old.samples]
            if digest_ids(known) != old.sample_ids_sha256:
                found.append(f"{old.samples} samples which these do not begin with")
        if found:
            raise RunError(f"{path}: holds a run with {found[0]}", "choose another folder")


def _without_secrets(plan: Plan, backend: Backend | None) -> Plan:
    """The plan as a file may hold it: an address can carry a password, or a key in its query."""
    address = plan.settings.get("base_url")
    if backend is None or address is None or not {"@", "?"} & set(address):
        return plan
    return replace(plan, settings=plan.settings | {"base_url": backend.endpoint})


@contextmanager
def _recorded(job: _Job) -> Iterator[None]:
    """Keep the manifest true to what happens, however it ends."""
    manifest, began = job.manifest, time.monotonic()
    job.folder.write(manifest)
    Path(job.cache).unlink(missing_ok=True)  # of a call that was killed; `datasets` would use it
    status: Status = "interrupted"
    try:
        yield
        status = "stopped" if manifest.problem else "finished"
    finally:
        manifest.status = status
        manifest.seconds = round(time.monotonic() - began, 1)
        manifest.finished_at = now()
        failing = status == "interrupted"
        with contextlib.suppress(OSError) if failing else contextlib.nullcontext():
            job.folder.write(manifest)  # where the disk is full, that is what is to be told


@dataclass(frozen=True)
class _Asking:
    """How a backend is asked."""

    backend: Backend
    pace: Pace
    budget: Budget
    prices: Path | None
    again: frozenset[str]

    @classmethod
    def of(cls, backend: Backend, pace: Pace, caps: Caps, again: frozenset[str]) -> _Asking:
        """See that the caps can be kept.

        Raises:
            UsageError: one of money, and no price is known.
        """
        price = price_of(backend, caps.prices)
        budget = Budget(caps.max_cost, caps.max_tokens, price)
        return cls(backend, pace, budget, caps.prices, again)


def _ask(job: _Job, asking: _Asking) -> Dataset:
    requests = build_requests(job.samples, job.recipe)
    job.manifest.requests = len(requests)
    job.folder.write(job.manifest)
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
        )
    except StopError as error:
        job.manifest.problem = str(error)
    finally:
        _count_usage(job, asking.budget.price)
    return lay_out(
        requests,
        job.samples,
        recipe=job.recipe,
        backend=backend,
        journal=journal,
        seed=job.manifest.plan.seed,
        cache=job.cache,
    )


def _count_usage(job: _Job, price: Price | None) -> None:
    with open_journal(job.folder.journal_path) as journal:
        used = journal.usage()
    manifest = job.manifest
    manifest.prompt_tokens = used.prompt_tokens
    manifest.completion_tokens = used.completion_tokens
    manifest.cached_tokens = used.cached_tokens
    if price is not None and used.replies:
        mean = (number / used.replies for number in used[1:])
        manifest.cost = round(used.replies * cost(price, *mean), 6)
        manifest.price_source = price.source


def _write(job: _Job, result: Dataset) -> None:
    manifest = job.manifest
    written = write_result(job.folder, manifest.plan.split, result)
    manifest.requests = len(result)
    manifest.conversations = written.conversations
    manifest.rejects = dict(written.rejects.most_common())
    Path(job.cache).unlink(missing_ok=True)
