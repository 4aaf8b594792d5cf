"""Change the conversations of a run that is finished, file by file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pyarrow.parquet as pq
from datasets import Dataset

from mmgen_datasets.files import PARTIAL, named
from mmgen_datasets.generation.result import write_groups
from mmgen_datasets.generation.run import conversation_files, load_run, read_run


def rewrite_run(
    path: str | Path, change: Callable[[Dataset], Dataset], *, command: str | None = None
) -> Dataset:
    """Put changed conversations in the place of a run's.

    Each file is replaced at once by one with as many rows; a process that reads meanwhile finds
    the old rows or the new ones. Other processes are kept from filling the run, and waited for
    where they change it.

    Args:
        path: of the run's folder.
        change: from its conversations to as many, in the same order.
        command: that does so, as `Manifest.findings` keeps it; None where none did.

    Returns:
        What `change` returned.

    Raises:
        RunError: it is no finished run.
    """
    with ExitStack() as locks:
        for folder, _ in read_run(path):
            locks.enter_context(folder.locked(wait=True))
        changed = change(load_run(path))
        partials, start = {}, 0
        try:
            for file in conversation_files(path):
                partial = Path(path) / f".{file.name}{PARTIAL}"
                partials[partial] = file
                with named(file):
                    start = _write_like(file, changed, start, partial)
            for partial, file in partials.items():
                partial.replace(file)
            if command is not None:
                _note(path, command)
        finally:
            for partial in partials:
                partial.unlink(missing_ok=True)
    return changed


def _note(path: str | Path, command: str) -> None:
    """Keep a command that changed a run; of one that was given again, the last time."""
    for folder, manifest in read_run(path):
        others = [other for other in manifest.findings if other != command]
        folder.write(replace(manifest, findings=[*others, command]))


def _write_like(file: Path, rows: Dataset, start: int, out: Path) -> int:
    """Write rows from one on in groups as those of a file; the first that is left to write."""
    groups = pq.read_metadata(file)
    sizes: list[int] = [groups.row_group(group).num_rows for group in range(groups.num_row_groups)]
    end = start + sum(sizes)
    write_groups(rows.select(range(start, end)), out, sizes)
    return end
