"""Convert a dataset: every unit once, in any order, and each part put together when it is whole."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, as_completed
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout
from rich.console import Console
from rich.progress import Progress

from mmgen_datasets.conversion.folder import TAKEN, Counts, PartFolder
from mmgen_datasets.conversion.media_home import MediaHome
from mmgen_datasets.conversion.names import distinct_stems, safe_stem
from mmgen_datasets.conversion.plan import PartPlan, make_plan
from mmgen_datasets.conversion.processes import processes
from mmgen_datasets.conversion.record import Names
from mmgen_datasets.conversion.source import ALL, Part, Source, find_source
from mmgen_datasets.conversion.unit import Work, convert_unit
from mmgen_datasets.errors import RunError, UsageError


@dataclass(frozen=True)
class Converted:
    """A split of a configuration after its conversion."""

    part: Part
    folder: PartFolder
    counts: Counts


def convert(
    dataset_path: str,
    save_root: str | Path,
    *,
    config: str | Sequence[str] = ALL,
    split: str | Sequence[str] = "train",
    revision: str | None = None,
    columns: Mapping[str, str | Sequence[str]] | None = None,
    media_root: str | Path | None = None,
    names: Names = "row",
    num_proc: int = 1,
) -> list[Converted]:
    """Write a dataset of parquet files in LLaVA's format, in the layout that EMOVA has.

    A configuration becomes ``save_root/DATASET/annotations/CONFIG.json``, its media, byte for
    byte, the files of ``save_root/DATASET/CONFIG/``; where several splits are asked for it is
    ``CONFIG-SPLIT`` instead. Rows that cannot be converted are counted, and stand with the reason
    in ``save_root/DATASET/rejects/``. After an interruption the same call goes on, and what it
    writes in the end is the same.

    Args:
        dataset_path: a folder of parquet files, or a dataset of the hub.
        save_root: where the dataset's folder is made.
        config: one or several; ``"all"`` for all.
        split: one or several; ``"all"`` for all.
        revision: branch, tag or commit on the hub.
        columns: names by what they hold, ``"id"``, ``"conversations"``, ``"image"``, ``"audio"``
            or ``"video"``, where they are not called that way.
        media_root: the folder of the files that rows name; the dataset's own if None.
        names: how files are called; see `mmgen_datasets.conversion.record.Names`.
        num_proc: processes to use.

    Returns:
        What became of each split of each configuration.

    Raises:
        UsageError: an argument cannot be meant.
        MissingFileError: there is no such dataset.
        SourceError: its files are not parquet, or damaged.
        RunError: what stands in `save_root` is not the beginning of this conversion.
    """
    if names not in ("row", "data"):
        raise UsageError(f"names is {names!r}", "give 'row' or 'data'")
    source = find_source(dataset_path, _listed(config), _listed(split), revision)
    home = MediaHome(str(Path(media_root).expanduser().resolve()) if media_root else source.home)
    named = {kind: _listed(column) for kind, column in (columns or {}).items()}
    root = Path(save_root).expanduser() / safe_stem(source.name)
    folders = _folders(root, source)
    with ExitStack() as stack:
        for folder in folders:
            stack.enter_context(_held(folder))
        plans = [
            make_plan(part, source.home, named, home=home.address, names=names)
            for part, folder in zip(source.parts, folders, strict=True)
        ]
        progress = stack.enter_context(_progress())
        pool = stack.enter_context(processes(num_proc)) if num_proc > 1 else None
        counts = _convert_parts(plans, folders, home, names, pool, progress)
    return [Converted(*row) for row in zip(source.parts, folders, counts, strict=True)]


def _listed(names: str | Sequence[str]) -> list[str]:
    return [names] if isinstance(names, str) else list(names)


def _folders(root: Path, source: Source) -> list[PartFolder]:
    stems = distinct_stems(source.configs, taken=TAKEN)
    several = len({part.split for part in source.parts}) > 1
    return [
        PartFolder(root, f"{stems[part.config]}-{part.split}" if several else stems[part.config])
        for part in source.parts
    ]


def _convert_parts(
    plans: Sequence[PartPlan],
    folders: Sequence[PartFolder],
    home: MediaHome,
    names: Names,
    pool: Executor | None,
    progress: Progress,
) -> list[Counts]:
    """Do what is not done yet of all parts, so that processes need not wait for the last of one."""
    done = {
        index: counts
        for index, (plan, folder) in enumerate(zip(plans, folders, strict=True))
        if (counts := folder.open(plan.digest, plan.data)) is not None
    }
    missing = {
        index: {
            unit.number: unit for unit in plan.units if folders[index].counts(unit.number) is None
        }
        for index, plan in enumerate(plans)
        if index not in done
    }
    total = sum(unit.rows for units in missing.values() for unit in units.values())
    task = progress.add_task("rows", total=total)
    work = {
        Work(folders[index], unit, home, names): index
        for index, units in missing.items()
        for unit in units.values()
    }
    for index in [index for index, units in missing.items() if not units]:
        done[index] = _finish(folders[index], plans[index])
    for finished in _all(work, pool):
        index = work[finished]
        del missing[index][finished.unit.number]
        if not missing[index]:
            done[index] = _finish(folders[index], plans[index])
        progress.advance(task, finished.unit.rows)
    for folder in folders:
        folder.tidy()
    return [done[index] for index in range(len(plans))]


def _finish(folder: PartFolder, plan: PartPlan) -> Counts:
    return folder.finish(plan.digest, plan.data, [unit.number for unit in plan.units])


def _all(work: Iterable[Work], pool: Executor | None) -> Iterator[Work]:
    """Do all of it, and give each when it is done."""
    if pool is None:
        for one in work:
            convert_unit(one)
            yield one
        return
    under_way = {pool.submit(convert_unit, one): one for one in work}
    for future in as_completed(under_way):
        future.result()
        yield under_way[future]


@contextmanager
def _held(folder: PartFolder) -> Iterator[None]:
    """Keep other processes from the same part."""
    folder.lock.parent.mkdir(parents=True, exist_ok=True)
    try:
        with FileLock(folder.lock, timeout=0):
            yield
    except Timeout as error:
        raise RunError(
            f"{folder.annotations} is being written by another process", "wait until it ends"
        ) from error


def _progress() -> Progress:
    console = Console(stderr=True)
    return Progress(console=console, disable=not console.is_terminal)
