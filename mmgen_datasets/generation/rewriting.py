"""Change the conversations of a run that is finished, file by file."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import pyarrow.parquet as pq
from datasets import Dataset

from mmgen_datasets.files import PARTIAL, named
from mmgen_datasets.generation.run import conversation_files, load_run, read_run


def rewrite_run(path: str | Path, change: Callable[[Dataset], Dataset]) -> Dataset:
    """Put changed conversations in the place of a run's.

    Each file is replaced at once by one with as many rows; a process that reads meanwhile finds
    the old rows or the new ones. Other processes are kept from filling the run, and waited for
    where they change it.

    Args:
        path: of the run's folder.
        change: from its conversations to as many, in the same order.

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
                rows = pq.read_metadata(file).num_rows
                partial = Path(path) / f".{file.name}{PARTIAL}"
                partials[partial] = file
                with named(file):
                    changed.select(range(start, start + rows)).to_parquet(partial)
                start += rows
            for partial, file in partials.items():
                partial.replace(file)
        finally:
            for partial in partials:
                partial.unlink(missing_ok=True)
    return changed
