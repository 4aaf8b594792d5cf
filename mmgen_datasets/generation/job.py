"""A plan with all that it names at hand, and the care that its folder takes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from datasets import Dataset

from mmgen_datasets.errors import RunError
from mmgen_datasets.files import named
from mmgen_datasets.generation.manifest import Manifest, Status, digest_ids, now
from mmgen_datasets.generation.result import write_result
from mmgen_datasets.generation.run import RunFolder, shards_of
from mmgen_datasets.prompts.recipe import Recipe


@dataclass(frozen=True)
class Job:
    """A plan with all that it names at hand."""

    folder: RunFolder
    manifest: Manifest
    samples: Dataset
    recipe: Recipe
    began: float = field(default_factory=time.monotonic)

    @property
    def cache(self) -> str:
        """Where `datasets` lays the result out before it becomes parquet."""
        return str(self.folder.path / f".layout{self.folder.shard.suffix}.arrow")


def refuse_another(job: Job) -> None:
    """See that a folder is only ever filled with one thing.

    Raises:
        RunError: it holds a run of another plan, of other samples, or cut into other shards.
    """
    path, mine, manifest = job.folder.path, job.folder.shard, job.manifest
    for shard in shards_of(path):
        folder = RunFolder(path, shard)
        old = folder.read()
        if old is None or folder.is_empty:
            continue
        if old.selections:
            raise RunError(
                f"{path}: holds what was selected from {old.selections[-1].run}",
                "choose another folder",
            )
        found = old.differences(manifest)
        if shard.count != mine.count:
            found.append(f"the number of shards {shard.count}, not {mine.count}")
        if mine.count > 1 and old.plan.limit != manifest.plan.limit:
            found.append(f"the limit {old.plan.limit}, not {manifest.plan.limit}")
        if shard == mine:
            known = job.samples["id"][: old.samples]
            if digest_ids(known) != old.sample_ids_sha256:
                found.append(f"{old.samples} samples which these do not begin with")
        if found:
            raise RunError(f"{path}: holds a run with {found[0]}", "choose another folder")


@contextmanager
def recorded(job: Job) -> Iterator[None]:
    """Keep the manifest true to what happens to the result, however it ends."""
    manifest = job.manifest
    job.folder.write(manifest)
    Path(job.cache).unlink(missing_ok=True)  # of a call that was killed; `datasets` would use it
    status: Status = "interrupted"
    try:
        with named(job.folder.path):
            yield
        status = "stopped" if manifest.problem else "finished"
    finally:
        Path(job.cache).unlink(missing_ok=True)
        note_end(job, status)


def note_end(job: Job, status: Status) -> None:
    """Write how a call ended into the manifest."""
    manifest = job.manifest
    manifest.status = status
    manifest.seconds = round(time.monotonic() - job.began, 1)
    manifest.finished_at = now()
    failing = status == "interrupted"
    with contextlib.suppress(OSError) if failing else contextlib.nullcontext():
        job.folder.write(manifest)  # where the disk is full, that is what is to be told


def write(job: Job, result: Dataset) -> None:
    """Write a result, and what it came to into the manifest."""
    manifest = job.manifest
    written = write_result(job.folder, manifest.plan.split, result)
    manifest.requests = len(result)
    manifest.conversations = written.conversations
    manifest.rejects = dict(written.rejects.most_common())
    if not written.keeps_findings:
        manifest.findings = []
