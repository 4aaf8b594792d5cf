"""The samples that a run was made from, for what compares its conversations with annotations."""

from __future__ import annotations

from pathlib import Path

from datasets import Dataset

from mmgen_datasets.errors import MMGenError, RunError
from mmgen_datasets.generation.fill import load_split
from mmgen_datasets.generation.manifest import GENERATE
from mmgen_datasets.generation.run import read_run


def has_samples(path: str | Path) -> bool:
    """Whether a run was made from a source; what a task's plan made has nothing to load anew.

    Raises:
        RunError: the folder is not that of a run.
    """
    _, manifest = read_run(path)[0]
    return manifest.plan.command == GENERATE


def run_samples(
    path: str | Path,
    data_dir: str | None = None,
    *,
    instead: str = "do without annotations (--no-annotations)",
) -> Dataset:
    """Load the split that a run was made from, all of it.

    Args:
        path: of the run's folder.
        data_dir: where the source's files are now; by default where the run found them.
        instead: what one can do where they cannot be loaded, in the imperative.

    Returns:
        Rows of `mmgen_datasets.schema.SAMPLE`; a conversation's ``sample_id`` is the ``id`` of one.

    Raises:
        RunError: they cannot be loaded, or never were of a source, as those of a task.
    """
    if not has_samples(path):
        raise RunError(
            f"{path}: was made from the plan of a task, whose pictures have no annotations",
            instead,
        )
    _, manifest = read_run(path)[0]
    plan = manifest.plan
    try:
        return load_split(
            plan.source,
            plan.split,
            data_dir=data_dir or plan.data_dir,
            settings=plan.source_settings,
        )
    except (MMGenError, TypeError) as error:
        problem = error.problem if isinstance(error, MMGenError) else error
        raise RunError(
            f"{path}: the samples that it was made from cannot be loaded: {problem}",
            f"say where its source's files are now (--data-dir), or {instead}",
        ) from error
