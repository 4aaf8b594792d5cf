"""Check the conversations of a run folder."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from datasets import Dataset

from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.check import check


def check_run(
    path: str | Path,
    *,
    checks: Sequence[str] | None = None,
    annotations: bool = True,
    data_dir: str | None = None,
    language: str = "en",
) -> Dataset:
    """Check a run's conversations, and write the findings into its parquet files.

    Args:
        path: of the run's folder.
        checks: names of `CHECKS`; all of the table where None.
        annotations: whether the source is loaded anew, to compare with its annotations.
        data_dir: where the source's files are now; by default where the run found them.
        language: that the conversations are to be in, ISO 639-1.

    Returns:
        The conversations, checked.

    Raises:
        RunError: it is no finished run, or its samples cannot be loaded.
        UnknownNameError: a check that does not exist.
    """
    chosen = tuple(CHECKS if checks is None else checks)
    compares = any(name in CHECKS and CHECKS[name].reads_annotations for name in chosen)
    samples = run_samples(path, data_dir) if annotations and compares else None
    return rewrite_run(path, partial(check, samples=samples, checks=chosen, language=language))
