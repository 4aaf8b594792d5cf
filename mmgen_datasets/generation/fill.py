"""Fill a run folder: from a plan to conversations on disk, continued wherever it was cut off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from datasets import Dataset
from datasets.exceptions import DatasetsError

from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import (
    MMGenError,
    SourceError,
    UnknownNameError,
    UsageError,
)
from mmgen_datasets.generation.anchoring import anchored
from mmgen_datasets.generation.answers import answer_all
from mmgen_datasets.generation.asking import Asking, ask_along
from mmgen_datasets.generation.budget import Caps
from mmgen_datasets.generation.company import accompanied
from mmgen_datasets.generation.estimate import Estimate, estimate
from mmgen_datasets.generation.generate import check_fit
from mmgen_datasets.generation.job import Job, recorded, refuse_another, write
from mmgen_datasets.generation.manifest import Manifest, Plan, digest_ids
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.requests import build_requests
from mmgen_datasets.generation.rows import VERSION
from mmgen_datasets.generation.run import RunFolder, shards_of
from mmgen_datasets.loading import SOURCES, load_dataset
from mmgen_datasets.motion.facts_column import with_facts
from mmgen_datasets.prompts.recipe import limit_pictures, load_recipe
from mmgen_datasets.publish.licence import Kept, keep, refuse_empty
from mmgen_datasets.quantity import quantity
from mmgen_datasets.registry import is_own
from mmgen_datasets.splits import split_error


def fill_run(
    folder: RunFolder,
    plan: Plan,
    *,
    pace: Pace | None = None,
    caps: Caps | None = None,
    again: frozenset[str] = frozenset(),
    cache: Path | None = None,
    num_proc: int = 1,
) -> Manifest:
    """Carry out a plan, or what is left of it, along with other processes that do the same.

    Args:
        folder: where to; one that holds part of the same plan is continued.
        plan: what to do.
        pace: how hard the backend is pressed.
        caps: what the whole run may cost.
        again: keys of requests to put once more although they were answered.
        cache: a journal that several runs share; replies that it has are not asked for, new ones
            are added to it.
        num_proc: how many processes ask; the pace holds for all of them together.

    Returns:
        The manifest, as it stands in the folder. Its status is ``"stopped"`` where the backend
        could not go on; all that it answered is laid out.

    Raises:
        UsageError, SourceError, RecipeError: the plan cannot be carried out; nothing is written.
        RunError: the folder holds something else, or another process needs it for itself.
        KeyboardInterrupt: every reply so far is in the journal.
    """
    if plan.settings and not plan.backend:
        name = next(iter(plan.settings))
        raise UsageError(f"a {name} is given, and no backend", "name the backend, or leave it out")
    recipe = limit_pictures(load_recipe(plan.recipe), plan.max_image_side)
    backend = open_backend(plan.backend, **plan.settings) if plan.backend else None
    plan = anchored(plan)
    kept = _allowed(plan)
    check_fit(kept.rows, recipe, backend)
    samples, not_allowed = _part(kept.rows, plan, folder), kept.left_out
    if cache is not None and cache.resolve() == folder.journal_path.resolve():
        raise UsageError(f"the cache {cache} is the run's own journal", "leave it out")
    asking = Asking.of(backend, pace or Pace(), caps or Caps(), again, cache) if backend else None
    _refuse_many(num_proc, asking)
    shown = without_secrets(plan, backend)
    manifest = Manifest(
        shown,
        recipe.sha256,
        VERSION,
        model=backend.model if backend else None,
        endpoint=backend.endpoint if backend else None,
        hides_address=shown != plan,
        samples=len(samples),
        not_allowed=dict(not_allowed.most_common()),
        sample_ids_sha256=digest_ids(samples["id"]),
        findings=folder.findings(),
    )
    job = Job(folder, manifest, samples, recipe)
    if asking is not None:
        more = partial(fill_run, folder, plan, pace=pace, cache=cache)
        with accompanied(num_proc - 1, more):
            manifest = ask_along(job, asking)
        return (folder.read() or manifest) if num_proc > 1 else manifest
    with folder.locked():
        refuse_another(job)
        with recorded(job):
            write(job, answer_all(samples, recipe, seed=plan.seed, cache=job.cache))
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
    samples = _allowed(plan).rows
    check_fit(samples, recipe, backend)
    samples = _part(samples, plan, folder or RunFolder(Path()))
    if backend is None:
        raise UsageError(f"the recipe {recipe.name!r} asks no model", "it costs nothing")
    journal = folder.journal_path if folder else None
    requests = build_requests(samples, recipe)
    return estimate(requests, samples, recipe, backend=backend, table=prices, journal=journal)


def plan_samples(plan: Plan, folder: RunFolder) -> Dataset:
    """The part of a plan's samples that a folder is for."""
    return _part(_allowed(plan).rows, plan, folder)


def _allowed(plan: Plan) -> Kept:
    """The samples of a plan's split whose licences allow its use."""
    samples = load_split(
        plan.source, plan.split, data_dir=plan.data_dir, settings=plan.source_settings
    )
    kept = keep(samples, plan.licence)
    refuse_empty(kept, plan.licence)
    return kept


def _part(samples: Dataset, plan: Plan, folder: RunFolder) -> Dataset:
    """Those of them that a folder is for."""
    if plan.limit is not None:
        samples = samples.select(range(min(plan.limit, len(samples))))
    if len(samples) < folder.shard.count:
        raise UsageError(
            f"{plan.source}, split {plan.split!r}: {quantity(len(samples), 'sample')}"
            f" for {quantity(folder.shard.count, 'shard')}",
            "see that its files hold any, or use fewer shards",
        )
    return with_facts(samples.shard(folder.shard.count, folder.shard.index, contiguous=True))


def load_split(
    source: str, split: str, *, data_dir: str | None, settings: Mapping[str, Any]
) -> Dataset:
    """A split of a source, a prepared folder, a folder of pictures, or a dataset of the hub.

    Raises:
        UnknownNameError: it is none of them.
        SourceError: it cannot be loaded.
    """
    known = (*SOURCES, "imagefolder")
    if source not in known and not {":", "/"} & set(source) and not Path(source).exists():
        raise UnknownNameError(
            f"no source is called {source!r}",
            f"use {', '.join(SOURCES)}, a folder made by 'mmgen prepare', or OWNER/NAME of the hub",
        )
    if source not in known and shards_of(Path(source)):
        raise UsageError(
            f"{source}: is the folder of a run, not of samples",
            "name the source that it was made from; 'mmgen status' tells which",
        )
    try:
        return load_dataset(source, data_dir=data_dir, split=split, **settings)
    except MMGenError:
        raise
    except (DatasetsError, OSError, ValueError) as error:
        if isinstance(error, ValueError) and (told := split_error(source, split, error)):
            raise told from error
        here = "" if is_own(source) or Path(source).exists() else "is no folder here, and "
        raise SourceError(
            f"{source}, split {split!r}: {here}cannot be loaded: {error.__cause__ or error}",
            "see that it exists and has this split",
        ) from error


def _refuse_many(num_proc: int, asking: Asking | None) -> None:
    """See that there is work that so many processes can do together.

    Raises:
        UsageError: there is none.
    """
    if num_proc < 1:
        raise UsageError(f"num_proc is {num_proc}", "give a number of at least 1")
    if num_proc > 1 and asking is None:
        raise UsageError(f"num_proc is {num_proc}, and no model is asked", "leave it out")
    if num_proc > 1 and asking is not None and asking.is_alone:
        raise UsageError(
            f"num_proc is {num_proc}, and a cap, a retry or a batch needs one process",
            "leave one of them out",
        )


def without_secrets(plan: Plan, backend: Backend | None) -> Plan:
    """The plan as a file may hold it: an address can carry a password, or a key in its query."""
    address = plan.settings.get("base_url")
    if backend is None or address is None or not {"@", "?"} & set(address):
        return plan
    return replace(plan, settings=plan.settings | {"base_url": backend.endpoint})
