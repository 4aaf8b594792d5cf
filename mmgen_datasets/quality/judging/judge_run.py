"""Judge the conversations of a run folder by a model.

Beside the run, each judge has a folder that is one of a run itself::

    runs/NAME/judging/JUDGE/
      run.json            who judges, by which rubric, and what it used
      journal.sqlite      every reply, from the moment it came
      rejects.jsonl       which conversations have no score, and why
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.generation.asking import Asking, accounted, put_requests
from mmgen_datasets.generation.command import command_line
from mmgen_datasets.generation.estimate import Estimate, estimate
from mmgen_datasets.generation.fill import without_secrets
from mmgen_datasets.generation.job import Job, recorded
from mmgen_datasets.generation.manifest import Manifest, Plan, digest_ids, without_folders
from mmgen_datasets.generation.requests import build_requests
from mmgen_datasets.generation.result import rejected_keys, write_rejects
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.generation.rows import VERSION
from mmgen_datasets.generation.run import RunFolder, load_run, read_run
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.generation.whom import Whom
from mmgen_datasets.generation.workers import at_work, new_worker
from mmgen_datasets.prompts.recipe import limit_pictures
from mmgen_datasets.quality.judging.rubric import DEFAULT, Rubric, load_rubric, recipe_of
from mmgen_datasets.quality.judging.scores import put_scores, read_verdicts
from mmgen_datasets.quality.judging.table import judged_table

_UNFIT = re.compile(r"[^\w.@+-]+")


@dataclass(frozen=True)
class Judging:
    """How a run is judged."""

    rubric: str | Path = DEFAULT
    """A name of `mmgen_datasets.quality.judging.rubrics.RUBRICS`, or the path of a file."""
    judge: str | None = None
    """The name that the scores bear; by default the model's, and the rubric's where that is not
    `DEFAULT`."""
    limit: int | None = None
    """Judge only so many conversations, from all parts of the run."""
    annotations: bool = True
    """Whether the source is loaded anew, for the rubric's inputs that are annotations."""
    data_dir: str | None = None
    """Where the source's files are now; by default where the run found them."""
    max_image_side: int | None = None
    """In place of the rubric's, in pixels."""


class Judged(NamedTuple):
    """A run that was judged."""

    conversations: Dataset
    """All of the run, with the scores."""
    judge: str
    folder: RunFolder
    """Of the judge."""
    manifest: Manifest
    """Of the judge: ``conversations`` counts those that have scores."""


def judge_run(
    path: str | Path, whom: Whom, judging: Judging | None = None, *, again: bool = False
) -> Judged:
    """Have a run's conversations judged, and write the scores into its parquet files.

    Called again, after a crash or with a larger limit, it asks only for what is missing. Several
    judges may judge a run, one after the other or at the same time.

    Args:
        path: of the run's folder.
        whom: who judges.
        judging: by what; by default by the rubric ``"default"``, all conversations.
        again: whether to ask once more for those whose verdict could not be used.

    Returns:
        What came of it. The manifest's status is ``"stopped"`` where the judge could not go on;
        what it gave until then is written.

    Raises:
        UsageError, RecipeError: this cannot be done; nothing is written.
        RunError: it is no finished run, its samples cannot be loaded, or a judge of the same name
            judged it otherwise.
        KeyboardInterrupt: every reply so far is in the journal of the judge.

    Example::

        judged = judge_run("runs/llava", Whom("openai", {"model": "gpt-5-mini"}))
    """
    court = _prepare(path, whom, judging or Judging())
    job, folder, manifest = court.job, court.job.folder, court.job.manifest
    chosen = rejected_keys(folder) if again else frozenset()
    asking = Asking.of(court.backend, whom.pace, whom.caps, chosen, whom.cache)
    worker = new_worker(court.backend, no_other=True)
    with folder.locked():
        _refuse_another(job)
        folder.write(manifest)
        with accounted(job, asking.budget.price), at_work(folder.journal_path, worker):
            put_requests(job, asking, court.requests, worker)
        with recorded(job):
            verdicts = read_verdicts(
                court.requests,
                job.samples,
                court.rubric,
                judge=court.judge,
                backend=court.backend,
                journal=folder.journal_path,
                cache=job.cache,
            )
            errors = verdicts.with_format("arrow")[:]["error"]
            rejects = verdicts.select(pc.indices_nonzero(pc.is_valid(errors)).to_pylist())
            manifest.conversations = len(verdicts) - len(rejects)
            manifest.rejects = dict(write_rejects(folder, rejects).most_common())
            put = partial(put_scores, verdicts=verdicts, judge=court.judge)
            told = _command(manifest.plan, judging or Judging())
            conversations = rewrite_run(path, put, command=told)
    return Judged(conversations, court.judge, folder, manifest)


def estimate_judging(path: str | Path, whom: Whom, judging: Judging | None = None) -> Estimate:
    """Estimate what the judging of a run, or what is left of it, will need; asks nobody."""
    court = _prepare(path, whom, judging or Judging())
    return estimate(
        court.requests,
        court.job.samples,
        court.job.recipe,
        backend=court.backend,
        table=whom.caps.prices,
        journal=court.job.folder.journal_path,
    )


def _command(plan: Plan, judging: Judging) -> str:
    """The command that judges a run like that, by a plan without secrets."""
    bare = without_folders(plan)
    settings = dict(bare.settings)
    options = [
        ("backend", bare.backend),
        ("model", settings.pop("model", None)),
        ("base-url", settings.pop("base_url", None)),
        ("rubric", None if judging.rubric == DEFAULT else bare.recipe),
        ("name", judging.judge),
        ("limit", judging.limit),
        ("max-image-side", judging.max_image_side),
        *(("option", f"{name}={value}") for name, value in settings.items()),
        ("no-annotations", not judging.annotations),
    ]
    return command_line(["mmgen", "judge", "RUN"], options)


class _Court(NamedTuple):
    """All that a judging needs."""

    judge: str
    rubric: Rubric
    backend: Backend
    job: Job
    requests: Dataset


def _prepare(path: str | Path, whom: Whom, judging: Judging) -> _Court:
    rubric = load_rubric(judging.rubric)
    rubric = rubric if judging.annotations else rubric.without_annotations()
    recipe = limit_pictures(recipe_of(rubric), judging.max_image_side)
    backend = open_backend(whom.backend, **whom.settings)
    judge = _name(judging, rubric, backend)
    _, run = read_run(path)[0]
    conversations = load_run(path)
    samples = run_samples(path, judging.data_dir) if rubric.reads else None
    table = judged_table(conversations, samples, rubric, limit=judging.limit)
    plan = Plan(
        source=run.plan.source,
        recipe=str(judging.rubric),
        split=run.plan.split,
        backend=whom.backend,
        settings=whom.settings,
        max_image_side=judging.max_image_side,
        limit=judging.limit,
        command="mmgen judge",
    )
    shown = without_secrets(plan, backend)
    manifest = Manifest(
        shown,
        recipe.sha256,
        VERSION,
        model=backend.model,
        endpoint=backend.endpoint,
        hides_address=shown != plan,
        samples=len(conversations),
        requests=len(table),
        sample_ids_sha256=digest_ids(table["id"][:]),
    )
    folder = RunFolder(Path(path) / "judging" / judge)
    job = Job(folder, manifest, table, recipe)
    return _Court(judge, rubric, backend, job, build_requests(table, recipe))


def _name(judging: Judging, rubric: Rubric, backend: Backend) -> str:
    if judging.judge is None:
        model = backend.model.rstrip("/").rpartition("/")[2]
        return _UNFIT.sub("-", model if rubric.name == DEFAULT else f"{model}-{rubric.name}")
    if _UNFIT.search(judging.judge) or not judging.judge.strip("."):
        raise UsageError(
            f"{judging.judge!r} cannot name a judge and its folder",
            "write letters, digits and any of . _ @ + -",
        )
    return judging.judge


def _refuse_another(job: Job) -> None:
    """See that all scores of a name come from one judge.

    Raises:
        RunError: those that it gave are another's, or by another rubric.
    """
    old = job.folder.read()
    if old is None or not job.folder.num_settled():
        return
    if found := old.differences(job.manifest):
        raise RunError(
            f"{job.folder.path}: has judged with {found[0]}",
            "give this judge another name (--name)",
        )
