"""Carry out a plan: MM-Gen's third step, by the engine that fills every run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from datasets import Dataset, concatenate_datasets

from mmgen_datasets.backends import open_backend
from mmgen_datasets.errors import StopError
from mmgen_datasets.generation.asking import Asking, accounted
from mmgen_datasets.generation.budget import Account
from mmgen_datasets.generation.estimate import Estimate, estimate
from mmgen_datasets.generation.fill import without_secrets
from mmgen_datasets.generation.generate import ask
from mmgen_datasets.generation.job import Job, recorded, refuse_another, write
from mmgen_datasets.generation.manifest import Manifest, Plan, digest_ids
from mmgen_datasets.generation.rows import VERSION
from mmgen_datasets.generation.run import RunFolder
from mmgen_datasets.generation.whom import Whom
from mmgen_datasets.generation.workers import at_work, new_worker
from mmgen_datasets.targeting.generated_file import write_generated
from mmgen_datasets.targeting.prompt_file import PromptFile, write_prompt_file
from mmgen_datasets.targeting.repair_reply import repairs
from mmgen_datasets.targeting.replies import lay_out_items
from mmgen_datasets.targeting.requests import Requests, targeted_requests
from mmgen_datasets.targeting.sending import Sending


def fill_plan(
    folder: RunFolder,
    prompts: PromptFile,
    sending: Sending,
    whom: Whom,
    *,
    again: frozenset[str] = frozenset(),
) -> Manifest:
    """Carry out a plan or a part of it, or what is left of that.

    A reply that cannot be read is put into form by one more call at most. The folder is that of a
    run, which `load_run`, ``mmgen status`` and ``mmgen export`` know, and holds MM-Gen's file of
    generated data besides, ``generated.json``, and the plan, ``plan.json``.

    Args:
        folder: where to; one that holds part of the same plan is continued.
        prompts: the plan.
        sending: which of its prompts, and how.
        whom: who is asked.
        again: keys of requests to put once more although they were answered.

    Returns:
        The manifest, as it stands in the folder.

    Raises:
        UsageError: the plan cannot be carried out so; nothing is written.
        RunError: the folder holds something else, or another process fills it.
    """
    backend = open_backend(whom.backend, **whom.settings)
    asking = Asking.of(backend, whom.pace, whom.caps, again, whom.cache)
    requests = targeted_requests(prompts, sending)
    plan = Plan(
        source=f"{Path(prompts.task_desc_path).stem or 'task'}@{prompts.sha256[:8]}",
        recipe=prompts.mode,
        data_dir=str(sending.input_folder.absolute()),
        source_settings={
            "prompts": prompts.sha256,
            "start_idx": sending.start_idx,
            "num_prompts": sending.num_prompts,
            "json_schema": sending.json_schema,
            "origins": str(sending.origins.absolute()) if sending.origins else None,
        },
        backend=whom.backend,
        settings=whom.settings,
        max_image_side=sending.max_image_side,
        seed=prompts.seed or 0,
        command="mmgen task generate",
    )
    shown = without_secrets(plan, backend)
    manifest = Manifest(
        shown,
        requests.mode.sha256,
        VERSION,
        model=backend.model,
        endpoint=backend.endpoint,
        hides_address=shown != plan,
        samples=len(requests.rows),
        requests=len(requests.rows),
        sample_ids_sha256=digest_ids(requests.rows["id"]),
        findings=folder.findings(),
    )
    job = Job(folder, manifest, requests.rows, requests.recipe)
    with folder.locked():
        refuse_another(job)
        write_prompt_file(prompts, folder.plan_path)
        folder.write(manifest)
        with accounted(job, asking.budget.price):
            _ask(job, asking, requests)
        with recorded(job):
            made = lay_out_items(
                requests,
                backend=backend,
                journal=folder.journal_path,
                seed=prompts.seed,
                cache=job.cache,
            )
            write(job, made)
            write_generated(made, generated_path(folder), sending)
    return manifest


def estimate_plan(requests: Requests, whom: Whom, *, folder: RunFolder | None = None) -> Estimate:
    """Estimate what a plan, or what is left of it, will need; asks nobody.

    Args:
        requests: of `mmgen_datasets.targeting.requests.targeted_requests`.
        whom: who would be asked.
        folder: of the run, where it has begun.
    """
    return estimate(
        requests.rows,
        requests.pictures.rows,
        requests.recipe,
        backend=open_backend(whom.backend, **whom.settings),
        table=whom.caps.prices,
        journal=folder.journal_path if folder else None,
    )


def generated_path(folder: RunFolder) -> Path:
    """Where MM-Gen's file of generated data stands in a run, or in a shard of it."""
    return folder.path / f"generated{folder.shard.suffix}.json"


def _ask(job: Job, asking: Asking, requests: Requests) -> None:
    """Put all prompts, then have the replies mended that cannot be read."""
    journal, worker = job.folder.journal_path, new_worker(asking.backend, no_other=True)
    with at_work(journal, worker):
        try:
            _ask_rows(requests.rows, job, asking, requests, asking.again, worker)
            mending = repairs(requests, asking.backend, journal)
            if len(mending):
                rows = concatenate_datasets([requests.rows, mending])
                _ask_rows(rows, job, asking, requests, frozenset(), worker)
        except StopError as error:
            job.manifest.problem = str(error)


def _ask_rows(
    rows: Dataset,
    job: Job,
    asking: Asking,
    requests: Requests,
    again: frozenset[str],
    worker: str,
) -> None:
    journal, pictures = job.folder.journal_path, requests.pictures.rows
    account, sizes = Account(asking.budget), {}
    if asking.budget.is_limited:
        needs = partial(
            estimate, rows, pictures, job.recipe, backend=asking.backend, table=asking.prices
        )
        needed = needs(journal=journal)
        account.spent = needed.spent
        sizes = needs().sizes() | needed.sizes()
    ask(
        rows,
        pictures,
        asking.backend,
        journal=journal,
        pace=asking.pace,
        account=account,
        sizes=sizes,
        again=again,
        worker=worker,
        cache=asking.cache,
    )
