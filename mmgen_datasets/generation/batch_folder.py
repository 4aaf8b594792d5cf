"""The folder of files on their way to a server and from it, for one process at a time."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.batch_records import parts_under_way
from mmgen_datasets.generation.journal import Journal


@contextmanager
def batch_folder(journal: Journal, path: Path) -> Iterator[Path]:
    """Keep the folder beside a journal to this process.

    What a process that was killed left there, and nobody needs any more, is deleted.

    Args:
        journal: that it belongs to.
        path: the journal's file.

    Raises:
        RunError: another process works in it.
    """
    folder = path.with_name(f"{path.stem}-batches")
    lock = FileLock(path.with_name(f".{folder.name}.lock"), timeout=0)
    try:
        lock.acquire()
    except Timeout as error:
        raise RunError(
            f"{path}: another process looks after its batches",
            "wait for it, or give this one a journal of its own",
        ) from error
    try:
        folder.mkdir(exist_ok=True)
        names = {part.name for part in parts_under_way(journal)}
        for file in folder.iterdir():
            if file.name.partition(".")[0] not in names:
                file.unlink()
        yield folder
        with contextlib.suppress(OSError):  # it holds what the next process will need
            folder.rmdir()
    finally:
        lock.release()
