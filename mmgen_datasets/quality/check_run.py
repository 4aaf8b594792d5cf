"""Check the conversations of a run folder."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.command import command_line
from mmgen_datasets.generation.rewriting import rewrite_run
from mmgen_datasets.generation.run import load_run
from mmgen_datasets.generation.run_samples import has_samples, run_samples
from mmgen_datasets.quality import CHECKS, SET_CHECKS
from mmgen_datasets.quality.check import check
from mmgen_datasets.quality.repeats.benchmark import load_benchmark
from mmgen_datasets.quality.repeats.check_set import Compared, check_set
from mmgen_datasets.registry import resolve


def check_run(
    path: str | Path,
    *,
    checks: Sequence[str] | None = None,
    annotations: bool = True,
    data_dir: str | None = None,
    language: str = "en",
    compared: Compared | None = None,
) -> Dataset:
    """Check a run's conversations, and write the findings into its parquet files.

    Args:
        path: of the run's folder.
        checks: names of `CHECKS` and `SET_CHECKS`; where None, all of them for which there is
            something to compare with.
        annotations: whether the source is loaded anew, to compare with its annotations; what a
            task's plan made has none.
        data_dir: where the source's files are now; by default where the run found them.
        language: that the conversations are to be in, ISO 639-1.
        compared: with what conversations are compared, beside one another.

    Returns:
        The conversations, checked.

    Raises:
        RunError: it is no finished run, or its samples cannot be loaded.
        UnknownNameError: a check that does not exist.
        UsageError: a check has nothing to compare with, or the run is compared with itself.
    """
    compared = compared or Compared()
    for other in compared.known:
        if Path(other).resolve() == Path(path).resolve():
            raise UsageError(f"{other} is the run itself", "it is compared with itself anyway")
    of_set = compared.choose(checks)
    chosen = tuple(CHECKS if checks is None else (n for n in checks if n not in SET_CHECKS))
    for name in chosen:  # an unknown name is told before the source is loaded
        resolve("check", CHECKS | SET_CHECKS, name)
    compares = any(name in CHECKS and CHECKS[name].reads_annotations for name in chosen)
    loads = annotations and compares and has_samples(path)
    samples = run_samples(path, data_dir) if loads else None

    def checked(conversations: Dataset) -> Dataset:
        if chosen:
            conversations = check(conversations, samples, checks=chosen, language=language)
        return check_set(conversations, of_set, compared)

    told = _command(checks, annotations=annotations, language=language, compared=compared)
    return rewrite_run(path, checked, command=told)


def _command(
    checks: Sequence[str] | None, *, annotations: bool, language: str, compared: Compared
) -> str:
    options = [
        *(("check", name) for name in checks or ()),
        ("language", None if language == "en" else language),
        ("no-annotations", not annotations),
        *(("against", f"runs/{Path(run).name}") for run in compared.known),
        *(("benchmark", benchmark.name) for benchmark in compared.benchmarks),
        ("no-pictures", not compared.pictures),
    ]
    return command_line(["mmgen", "check", "RUN"], options)


def compare_with(
    runs: Iterable[str | Path] = (), benchmarks: Iterable[str] = (), *, pictures: bool = True
) -> Compared:
    """Load what a run is to be compared with.

    Args:
        runs: folders of other runs.
        benchmarks: as `load_benchmark` takes them.
        pictures: whether pictures are read.

    Raises:
        RunError: a folder is no finished run.
        MissingFileError, SourceError: a benchmark is not there, or cannot be read.
    """
    return Compared(
        {str(run): load_run(run) for run in runs},
        [load_benchmark(path, pictures=pictures) for path in benchmarks],
        pictures,
    )
