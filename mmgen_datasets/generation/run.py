"""The folder of one generation: what was asked for, every reply, and the result.

::

    runs/NAME/
      run.json            the manifest: what was asked for and what became of it
      journal.sqlite      every reply, from the moment it came
      conversations/      parquet that `datasets.load_dataset` reads
      rejects.jsonl       what is missing from it, and why

Where several machines fill one folder, each writes files of its own, named by its shard
(``run-00000-of-00004.json``); the parquet files merge by lying side by side.
"""

from __future__ import annotations

import json
import os
import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal, TypeAlias

from datasets import Dataset
from datasets import load_dataset as load_files
from filelock import FileLock, Timeout

from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.files import whole_file

Status: TypeAlias = Literal["running", "finished", "interrupted", "stopped"]
_MAY_DIFFER = ("data_dir",)
"""What the shards of one run may have differently."""
_MAY_CHANGE = (*_MAY_DIFFER, "limit")
"""What a later call may ask for differently and still continue the same run."""


@dataclass(frozen=True)
class Shard:
    """One of several equal, contiguous parts of the samples."""

    index: int = 0
    count: int = 1

    @classmethod
    def parse(cls, text: str) -> Shard:
        """Read ``"i/n"``, with i from 0 to n - 1.

        Example:
            >>> Shard.parse("1/4")
            Shard(index=1, count=4)
        """
        match = re.fullmatch(r"(\d+)/(\d+)", text)
        if match is None or int(match[1]) >= int(match[2]):
            raise UsageError(f"{text!r} is no shard", "write i/n with i from 0 to n - 1, as 0/4")
        return cls(int(match[1]), int(match[2]))

    @property
    def suffix(self) -> str:
        """What the names of its files end with."""
        return "" if self.count == 1 else f"-{self.index:05d}-of-{self.count:05d}"


@dataclass(frozen=True)
class Plan:
    """What a run is asked to do."""

    source: str
    recipe: str = "grounded"
    split: str = "train"
    data_dir: str | None = None
    backend: str | None = None
    settings: dict[str, Any] = field(default_factory=dict)
    """Of the backend; never a secret."""
    seed: int = 0
    limit: int | None = None
    """Use only so many samples."""


@dataclass
class Manifest:
    """What ``run.json`` holds."""

    plan: Plan
    recipe_sha256: str
    library_version: str
    status: Status = "running"
    problem: str | None = None
    """Why it stopped."""
    samples: int = 0
    requests: int = 0
    """Conversations that were aimed for."""
    conversations: int = 0
    rejects: dict[str, int] = field(default_factory=dict)
    """Reason to number."""
    hides_address: bool = False
    """Whether the address in the plan lacks a login or query that was used."""
    prompt_tokens: int = 0
    completion_tokens: int = 0
    seconds: float = 0.0
    """That the last call took."""
    started_at: str = field(default_factory=lambda: now())
    finished_at: str | None = None

    @property
    def rejected_share(self) -> float:
        """Rejects as a share of all that was aimed for, 0..1."""
        return sum(self.rejects.values()) / self.requests if self.requests else 0.0


@dataclass(frozen=True)
class RunFolder:
    """Where the files of a run, or of one shard of it, stand."""

    path: Path
    shard: Shard = Shard()

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
    def conversations_path(self) -> Path:
        return self.path / "conversations"

    def read(self) -> Manifest | None:
        """The manifest, if there is one.

        Raises:
            RunError: it is there and not readable.
        """
        try:
            value = json.loads(self.manifest_path.read_text(encoding="utf-8"))
            known = {name.name for name in fields(Manifest)}
            return Manifest(
                **{k: v for k, v in value.items() if k in known} | {"plan": Plan(**value["plan"])}
            )
        except FileNotFoundError:
            return None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise RunError(
                f"{self.manifest_path}: not the manifest of a run: {error}",
                "move the file away; the journal beside it is used all the same",
            ) from error

    def write(self, manifest: Manifest) -> None:
        """Write the manifest, whole."""
        with whole_file(self.manifest_path) as file:
            json.dump(asdict(manifest), file, indent=2, ensure_ascii=False)
            file.write("\n")

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes from filling the same shard.

        Raises:
            RunError: another one does; says which.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        holder = self.path / f".holder{self.shard.suffix}"
        lock = FileLock(self.path / f".lock{self.shard.suffix}", timeout=0)
        try:
            lock.acquire()
        except Timeout as error:
            who = holder.read_text(encoding="utf-8") if holder.exists() else "another process"
            raise RunError(
                f"{self.path}: is being filled by {who}", "wait for it, or choose another folder"
            ) from error
        try:
            who = f"process {os.getpid()} on {socket.gethostname()} since {now()}"
            holder.write_text(who, encoding="utf-8")
            yield
        finally:
            holder.unlink(missing_ok=True)
            lock.release()

    def refuse_another_plan(self, plan: Plan, recipe_sha256: str) -> None:
        """See that a folder is only ever filled with one thing.

        Raises:
            RunError: it holds a run of another plan, or one cut into other shards.
        """
        others = {shard.count for shard in shards_of(self.path)} - {self.shard.count}
        if others:
            raise RunError(
                f"{self.path}: was cut into {others.pop()} shards, not {self.shard.count}",
                "use the same number of shards, or choose another folder",
            )
        for shard in shards_of(self.path):
            folder = RunFolder(self.path, shard)
            if (old := folder.read()) is not None:
                may_change = _MAY_CHANGE if shard == self.shard else _MAY_DIFFER
                folder._refuse_change(old, plan, recipe_sha256, may_change)

    def _refuse_change(
        self, old: Manifest, plan: Plan, recipe_sha256: str, may_change: tuple[str, ...]
    ) -> None:
        before, after = asdict(old.plan), asdict(plan)
        changed = [k for k in after if k not in may_change and before[k] != after[k]]
        if old.recipe_sha256 != recipe_sha256 and "recipe" not in changed:
            changed.append("text of the recipe")
        if changed:
            name = changed[0]
            was = f" (it was {before[name]!r})" if name in before else ""
            raise RunError(
                f"{self.manifest_path}: tells of a run with another {name}{was}",
                "choose another folder",
            )


def now() -> str:
    """This moment, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def shards_of(path: Path) -> list[Shard]:
    """The shards that a run folder has manifests of, in order."""
    pattern = re.compile(r"run(?:-(\d{5})-of-(\d{5}))?\.json")
    names = sorted(entry.name for entry in path.glob("run*.json"))
    matches = [match for name in names if (match := pattern.fullmatch(name))]
    return [Shard(int(m[1]), int(m[2])) if m[1] else Shard() for m in matches]


def read_run(path: str | Path) -> list[tuple[RunFolder, Manifest]]:
    """The shards of a run and their manifests.

    Raises:
        RunError: the folder is not that of a run.
    """
    folders = [RunFolder(Path(path), shard) for shard in shards_of(Path(path))]
    found = [(folder, manifest) for folder in folders if (manifest := folder.read())]
    if not found:
        raise RunError(f"{path}: is not the folder of a run", "make one with: mmgen generate")
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
                "give its 'mmgen generate' command again; it goes on where it was",
            )
    count = found[0][0].shard.count
    if missing := set(range(count)) - {folder.shard.index for folder, _ in found}:
        shards = ", ".join(f"{index}/{count}" for index in sorted(missing))
        raise RunError(
            f"{path}: lacks the shards {shards}", "generate them, or copy their files here"
        )
    files = sorted(str(file) for file in (Path(path) / "conversations").glob("*.parquet"))
    if not files:
        raise RunError(f"{path}: has no conversations", f"see why with: mmgen status {path}")
    return load_files("parquet", data_files=files, split="train")
