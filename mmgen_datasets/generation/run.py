"""The folder of one generation: what was asked for, every reply, and the result.

::

    runs/NAME/
      run.json            the manifest: what was asked for and what became of it
      journal.sqlite      every reply, from the moment it came
      conversations/      parquet that `datasets.load_dataset` reads
      rejects.jsonl       what is missing from it, and why
      plan.json           the prompts of a run that `mmgen task generate` fills
      dropped.jsonl       what a selection left out, and why; it has neither journal nor rejects

Where several machines fill one folder, each writes files of its own, named by its shard
(``run-00000-of-00004.json``); the parquet files merge by lying side by side.
"""

from __future__ import annotations

import json
import logging
import os
import shlex
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

import pyarrow as pa
from datasets import Dataset
from datasets import load_dataset as load_files
from datasets.exceptions import DatasetsError
from filelock import FileLock, Timeout

from mmgen_datasets.errors import RunError
from mmgen_datasets.files import whole_file
from mmgen_datasets.generation.batch_records import Part, parts_under_way
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.manifest import MANIFEST, PLAN, Manifest, Plan, Shard, now
from mmgen_datasets.generation.run_faults import no_run, refuse_newer, refuse_other_rows
from mmgen_datasets.generation.selection import Selection
from mmgen_datasets.generation.workers import at_work_now, is_locked
from mmgen_datasets.schema import CONVERSATION

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class RunFolder:
    """Where the files of a run, or of one shard of it, stand."""

    path: Path
    shard: Shard = field(default_factory=Shard)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", Path(self.path))

    @property
    def manifest_path(self) -> Path:
        return self.path / f"run{self.shard.suffix}.json"

    @property
    def journal_path(self) -> Path:
        return self.path / f"journal{self.shard.suffix}.sqlite"

    @property
    def rejects_path(self) -> Path:
        return self.path / f"rejects{self.shard.suffix}.jsonl"

    @property
    def dropped_path(self) -> Path:
        return self.path / f"dropped{self.shard.suffix}.jsonl"

    @property
    def plan_path(self) -> Path:
        """That of all shards: each does a part of the same plan."""
        return self.path / PLAN

    @property
    def conversations_path(self) -> Path:
        return self.path / "conversations"

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing yet that another plan could spoil."""
        written = self.conversations_path.glob("*.parquet")
        return not self.journal_path.exists() and not any(written)

    def num_settled(self) -> int:
        """How many requests have an outcome in the journal."""
        if not self.journal_path.exists():
            return 0
        with open_journal(self.journal_path) as journal:
            return journal.num_settled()

    def batches(self) -> list[Part]:
        """What is under way at a server that answers in batches."""
        if not self.journal_path.exists():
            return []
        with open_journal(self.journal_path) as journal:
            return parts_under_way(journal)

    def is_held(self) -> bool:
        """Whether a process of this machine fills it at the moment; nothing is written."""
        return bool(at_work_now(self.journal_path)) or is_locked(self._lock_path)

    @property
    def _lock_path(self) -> Path:
        return self.path / f".lock{self.shard.suffix}"

    def read(self) -> Manifest | None:
        """The manifest, if there is one.

        Raises:
            RunError: it is there and not readable.
        """
        try:
            value = json.loads(self.manifest_path.read_text(encoding="utf-8"))
            refuse_newer(self.manifest_path, value["plan"])
            known = {name.name for name in fields(Manifest)}
            chosen = [Selection(**each) for each in value.get("selections", ())]
            return Manifest(
                **{k: v for k, v in value.items() if k in known}
                | {"plan": Plan(**value["plan"]), "selections": chosen}
            )
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError, IsADirectoryError) as error:
            raise RunError(
                f"{self.manifest_path}: not the manifest of a run: {error}",
                "move the file away; the journal beside it is used all the same",
            ) from error

    def findings(self) -> list[str]:
        """The commands that checked and judged what is there."""
        manifest = self.read()
        return manifest.findings if manifest else []

    def write(self, manifest: Manifest) -> None:
        """Write the manifest, whole."""
        with whole_file(self.manifest_path) as file:
            json.dump(asdict(manifest), file, indent=2, ensure_ascii=False)
            file.write("\n")

    @contextmanager
    def locked(self, *, wait: bool = False) -> Iterator[None]:
        """Keep other processes from writing the manifest and the result of the same shard.

        Args:
            wait: for another process that does, and say for which.

        Raises:
            RunError: another one does, and is not waited for; says which.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        holder = self.path / f".holder{self.shard.suffix}"
        lock = FileLock(self._lock_path, timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
            if not wait:
                raise RunError(
                    f"{self.path}: is being filled by {who}",
                    "wait for it, or choose another folder",
                ) from error
            _LOG.info("%s: waiting for %s", self.path, who)
            lock.acquire(timeout=-1)
        try:
            who = f"process {os.getpid()} on {socket.gethostname()} since {now()}"
            holder.write_text(who, encoding="utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()


def shards_of(path: Path) -> list[Shard]:
    """The shards that a run folder has manifests of, in order."""
    names = sorted(entry.name for entry in path.glob("run*.json"))
    matches = [match for name in names if (match := MANIFEST.fullmatch(name))]
    return [Shard(int(m[1]), int(m[2])) if m[1] else Shard() for m in matches]


def read_run(path: str | Path) -> list[tuple[RunFolder, Manifest]]:
    """The shards of a run and their manifests.

    Raises:
        RunError: the folder is not that of a run.
    """
    folders = [RunFolder(Path(path), shard) for shard in shards_of(Path(path))]
    found = [(folder, manifest) for folder in folders if (manifest := folder.read())]
    if not found:
        raise no_run(Path(path))
    return found


def load_run(path: str | Path) -> Dataset:
    """The conversations of a run, from all its shards.

    Raises:
        RunError: it is not a run, lacks a shard, or has nothing to show yet.
    """
    found = read_run(path)
    for folder, manifest in found:
        if manifest.status in ("running", "interrupted"):
            raise RunError(
                f"{folder.manifest_path}: the run is not finished ({manifest.status})",
                f"give its '{manifest.plan.command}' command again; it goes on where it was",
            )
    count = found[0][0].shard.count
    if missing := set(range(count)) - {folder.shard.index for folder, _ in found}:
        shards = ", ".join(f"{index}/{count}" for index in sorted(missing))
        raise RunError(
            f"{path}: lacks the shards {shards}", "generate them, or copy their files here"
        )
    files = [str(file) for file in conversation_files(path)]
    if not files:
        raise RunError(
            f"{path}: has no conversations", f"see why with: mmgen status {shlex.quote(str(path))}"
        )
    try:
        rows = load_files("parquet", data_files=files, split="train")
    except (DatasetsError, pa.ArrowException) as error:
        raise RunError(
            f"{path}: its conversations cannot be read: {error}",
            _how_to_mend(found[0][1]),
        ) from error
    refuse_other_rows(path, rows.column_names, _how_to_mend(found[0][1]))
    return _with_scores(rows)


def _how_to_mend(manifest: Manifest) -> str:
    again = f"give its '{manifest.command}' command again"
    if manifest.selections:
        return f"remove the folder, and {again}"
    return f"{again}; it lays the journal out anew"


def conversation_files(path: str | Path) -> list[Path]:
    """The parquet files of a run, in the order of their rows."""
    return sorted((Path(path) / "conversations").glob("*.parquet"))


def _with_scores(conversations: Dataset) -> Dataset:
    """Complete runs of versions that knew no scores."""
    if "scores" in conversations.column_names:
        return conversations
    return conversations.add_column(
        "scores", [[]] * len(conversations), feature=CONVERSATION["scores"]
    )
