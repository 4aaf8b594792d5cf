"""Who is at work on a journal at this moment.

Each worker holds a lock on a file of its own beside the journal. The system frees the lock when
the process ends, however it ends, so that a dead worker is never taken for a live one.
"""

from __future__ import annotations

import glob
import hashlib
import os
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from mmgen_datasets.backends.base import Backend

_NO_OTHER = "-alone"


def new_worker(backend: Backend, *, no_other: bool = False) -> str:
    """A name for a worker: its team, its process, a number drawn for it, and what it wants.

    A team is all workers that ask the same model of the same server, and so share its limits.

    Args:
        backend: whom it asks.
        no_other: whether it wants a run for itself.
    """
    team = hashlib.sha256(f"{backend.endpoint}\n{backend.model}".encode()).hexdigest()[:8]
    name = f"{team}-{os.getpid()}-{secrets.token_hex(4)}"
    return f"{name}{_NO_OTHER}" if no_other else name


@contextmanager
def at_work(journal: Path, name: str) -> Iterator[None]:
    """Be the worker of a name on a journal, whose folder is there, for the length of a block.

    What dead workers have left beside the journal is removed.
    """
    path = _path(journal, name)
    with FileLock(path):
        try:
            yield
        finally:
            path.unlink(missing_ok=True)
            for other in _names(journal):
                _remove_if_dead(_path(journal, other))


def at_work_now(journal: Path, me: str | None = None) -> list[str]:
    """The names of the live workers on a journal, sorted, without one's own.

    It is only looked: nothing is written.
    """
    return [name for name in _names(journal) if name != me and is_locked(_path(journal, name))]


def in_team_of(me: str, names: Iterable[str]) -> list[str]:
    """Those of the names that are of one's own team."""
    return [name for name in names if name.split("-")[0] == me.split("-")[0]]


def wants_no_other(name: str) -> bool:
    """Whether a worker wants a run for itself."""
    return name.endswith(_NO_OTHER)


def names_processes(names: Iterable[str]) -> str:
    """The processes of workers, in words."""
    return ", ".join(f"process {name.split('-')[1]}" for name in names)


def is_locked(path: Path) -> bool:
    """Whether a process holds the lock that is a file, which need not be there."""
    if not path.exists():  # it would be made
        return False
    try:
        with FileLock(path, timeout=0):
            return False
    except Timeout:
        return True


def _remove_if_dead(path: Path) -> None:
    with suppress(Timeout), FileLock(path, timeout=0):
        path.unlink(missing_ok=True)


def _names(journal: Path) -> list[str]:
    """Of workers that live, or have been killed, sorted."""
    pattern = f".{glob.escape(journal.name)}.*.worker"
    return sorted(path.name.split(".")[-2] for path in journal.parent.glob(pattern))


def _path(journal: Path, name: str) -> Path:
    return journal.with_name(f".{journal.name}.{name}.worker")
