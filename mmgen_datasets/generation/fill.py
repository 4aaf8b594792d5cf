"""Fill a run folder: from a plan to conversations on disk, continued wherever it was cut off."""

from __future__ import annotations

import contextlib
import json
import math
import re
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset
from datasets.exceptions import DatasetsError

from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import (
    MMGenError,
    RunError,
    SourceError,
    StopError,
    UnknownNameError,
    UsageError,
)
from mmgen_datasets.files import PARTIAL, whole_file
from mmgen_datasets.generation.conversations import answer_all, lay_out
from mmgen_datasets.generation.generate import ask, check_fit
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.manifest import NOT_ASKED, Manifest, Plan, Status, digest_ids, now
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.requests import build_requests
from mmgen_datasets.generation.rows import VERSION, rows_of
from mmgen_datasets.generation.run import RunFolder, shards_of
from mmgen_datasets.loading import SOURCES, load_dataset
from mmgen_datasets.prompts.recipe import Recipe, load_recipe

_BYTES_A_FILE = 500_000_000
_ROWS_A_QUERY = 256


@dataclass(frozen=True)
class _Job:
    """A plan with all that it names at hand."""

    folder: RunFolder
    manifest: Manifest
    samples: Dataset
    recipe: Recipe
    backend: Backend | None

    @property
    def cache(self) -> str:
        """Where `datasets` lays the result out before it becomes parquet."""
        return str(self.folder.path / f".layout{self.folder.shard.suffix}.arrow")


def fill_run(
    folder: RunFolder,
    plan: Plan,
    *,
    pace: Pace | None = None,
    again: frozenset[str] = frozenset(),
) -> Manifest:
    """Carry out a plan, or what is left of it.

    Args:
        folder: where to; one that holds part of the same plan is continued.
        plan: what to do.
        pace: how hard the backend is pressed.
        again: keys of requests to put once more although they were answered.

    Returns:
        The manifest, as it stands in the folder. Its status is ``"stopped"`` where the backend
        could not go on; all that it answered is laid out.

    Raises:
        UsageError, SourceError, RecipeError: the plan cannot be carried out; nothing is written.
        RunError: the folder holds something else, or another process fills it.
        KeyboardInterrupt: every reply so far is in the journal.
    """
    if plan.settings and not plan.backend:
        name = next(iter(plan.settings))
        raise UsageError(f"a {name} is given, and no backend", "name the backend, or leave it out")
    recipe = load_recipe(plan.recipe)
    backend = open_backend(plan.backend, **plan.settings) if plan.backend else None
    samples = _samples(plan, folder)
    check_fit(samples, recipe, backend)
    shown = _without_secrets(plan, backend)
    manifest = Manifest(
        shown,
        recipe.sha256,
        VERSION,
        model=backend.model if backend else None,
        endpoint=backend.endpoint if backend else None,
        hides_address=shown != plan,
        samples=len(samples),
        sample_ids_sha256=digest_ids(samples["id"]),
    )
    job = _Job(folder, manifest, samples, recipe, backend)
    with folder.locked():
        _refuse_another(job)
        with _recorded(job):
            if backend is None:
                result = answer_all(samples, recipe, seed=plan.seed, cache=job.cache)
            else:
                result = _ask(job, backend, pace or Pace(), again)
            _write(job, result)
    return manifest


def rejected_keys(folder: RunFolder) -> frozenset[str]:
    """The requests of a run that came to nothing, for `fill_run` to put once more.

    Those that were put again since are left out, so that an interrupted call can be repeated.
    """
    if not folder.rejects_path.exists():
        return frozenset()
    try:
        lines = folder.rejects_path.read_text(encoding="utf-8").splitlines()
        rejects = [json.loads(line) for line in lines]
        judged = {reject["request_key"]: reject["asked_at"] for reject in rejects}
    except (ValueError, KeyError, TypeError) as error:
        raise RunError(
            f"{folder.rejects_path}: cannot be read: {error}",
            "give the run's 'mmgen generate' command again; it writes the file anew",
        ) from error
    records = _records(folder, list(judged))
    return frozenset(key for key, record in records.items() if record.created_at == judged[key])


def _samples(plan: Plan, folder: RunFolder) -> Dataset:
    samples = _load(plan)
    if plan.limit is not None:
        samples = samples.select(range(min(plan.limit, len(samples))))
    if len(samples) < folder.shard.count:
        raise UsageError(
            f"{plan.source}, split {plan.split!r}: {len(samples)} samples"
            f" for {folder.shard.count} shards",
            "see that its files hold any, or use fewer shards",
        )
    return samples.shard(folder.shard.count, folder.shard.index, contiguous=True)


def _load(plan: Plan) -> Dataset:
    """The samples of a source, a prepared folder, or a dataset of the hub."""
    source = plan.source
    if source not in SOURCES and not {":", "/"} & set(source) and not Path(source).exists():
        raise UnknownNameError(
            f"no source is called {source!r}",
            f"use {', '.join(SOURCES)}, a folder made by 'mmgen prepare', or OWNER/NAME of the hub",
        )
    try:
        settings: dict[str, Any] = {"with_images": True} if plan.with_images else {}
        return load_dataset(source, data_dir=plan.data_dir, split=plan.split, **settings)
    except MMGenError:
        raise
    except (DatasetsError, OSError, ValueError) as error:
        raise SourceError(
            f"{source}, split {plan.split!r}: cannot be loaded: {error}",
            "see that it exists and has this split",
        ) from error


def _refuse_another(job: _Job) -> None:
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


def _without_secrets(plan: Plan, backend: Backend | None) -> Plan:
    """The plan as a file may hold it: an address can carry a password, or a key in its query."""
    address = plan.settings.get("base_url")
    if backend is None or address is None or not {"@", "?"} & set(address):
        return plan
    return replace(plan, settings=plan.settings | {"base_url": backend.endpoint})


@contextmanager
def _recorded(job: _Job) -> Iterator[None]:
    """Keep the manifest true to what happens, however it ends."""
    manifest, began = job.manifest, time.monotonic()
    job.folder.write(manifest)
    Path(job.cache).unlink(missing_ok=True)  # of a call that was killed; `datasets` would use it
    status: Status = "interrupted"
    try:
        yield
        status = "stopped" if manifest.problem else "finished"
    finally:
        manifest.status = status
        manifest.seconds = round(time.monotonic() - began, 1)
        manifest.finished_at = now()
        failing = status == "interrupted"
        with contextlib.suppress(OSError) if failing else contextlib.nullcontext():
            job.folder.write(manifest)  # where the disk is full, that is what is to be told


def _ask(job: _Job, backend: Backend, pace: Pace, again: frozenset[str]) -> Dataset:
    requests = build_requests(job.samples, job.recipe)
    job.manifest.requests = len(requests)
    job.folder.write(job.manifest)
    journal = job.folder.journal_path
    try:
        ask(requests, job.samples, backend, journal=journal, pace=pace, again=again)
    except StopError as error:
        job.manifest.problem = str(error)
    return lay_out(
        requests,
        job.samples,
        recipe=job.recipe,
        backend=backend,
        journal=journal,
        seed=job.manifest.plan.seed,
        cache=job.cache,
    )


def _write(job: _Job, result: Dataset) -> None:
    """Part the result into parquet and rejects, and count both."""
    arrow = result.select_columns(["error", "provenance"]).with_format("arrow")[:]
    errors, provenance = arrow["error"], arrow["provenance"]
    good = pc.indices_nonzero(pc.is_null(errors)).to_pylist()
    bad = pc.indices_nonzero(pc.is_valid(errors)).to_pylist()
    _write_parquet(job.folder, job.manifest.plan.split, result.select(good))
    reasons = _write_rejects(job.folder, result.select(bad))
    job.manifest.requests = len(result)
    job.manifest.conversations = len(good)
    job.manifest.rejects = dict(reasons.most_common())
    job.manifest.prompt_tokens = _total(provenance, "prompt_tokens")
    job.manifest.completion_tokens = _total(provenance, "completion_tokens")
    Path(job.cache).unlink(missing_ok=True)


def _write_parquet(folder: RunFolder, split: str, conversations: Dataset) -> None:
    """Replace the parquet files of this shard.

    Partial files stand outside the folder that `datasets.load_dataset` is given.
    """
    target = folder.conversations_path
    target.mkdir(exist_ok=True)
    stem = f"{_split_word(split)}-{folder.shard.index:05d}-of-{folder.shard.count:05d}"
    pieces = math.ceil(_size(conversations) / _BYTES_A_FILE)
    written = {}
    for index in range(pieces):
        name = f"{stem}{f'-{index:05d}' if pieces > 1 else ''}.parquet"
        partial = folder.path / f".{name}{PARTIAL}"
        conversations.shard(pieces, index, contiguous=True).to_parquet(partial)
        written[partial] = target / name
    for old in target.glob(f"{stem}*.parquet"):
        old.unlink()  # a reader that comes between finds too little, never a row twice
    for partial, path in written.items():
        partial.replace(path)


def _write_rejects(folder: RunFolder, rejects: Dataset) -> Counter[str]:
    """Write what is missing from the result, with the raw reply where there is one."""
    reasons: Counter[str] = Counter()
    wanted = rejects.select_columns(["id", "sample_id", "kind", "error", "provenance"])
    with whole_file(folder.rejects_path) as file:
        for batch in wanted.iter(_ROWS_A_QUERY):
            records = _records(folder, [made["request_key"] for made in batch["provenance"]])
            for row in rows_of(batch):
                reasons[row["error"]] += 1
                if row["error"] == NOT_ASKED:
                    continue
                key = row["provenance"]["request_key"]
                record = records.get(key)
                reject = {name: row[name] for name in ("id", "sample_id", "kind")} | {
                    "reason": row["error"],
                    "reply": record.reply.text if record and record.reply else None,
                    "finish_reason": row["provenance"]["finish_reason"],
                    "request_key": key,
                    "asked_at": record.created_at if record else None,
                }
                file.write(json.dumps(reject, ensure_ascii=False) + "\n")
    return reasons


def _records(folder: RunFolder, keys: list[str | None]) -> dict[str, Record]:
    asked = [key for key in keys if key]
    if not asked:
        return {}
    with open_journal(folder.journal_path) as journal:
        return journal.records(asked)


def _split_word(split: str) -> str:
    """The name of a split without its slice: ``train[:5%]`` is part of ``train``."""
    match = re.match(r"\w+", split)
    return match[0] if match else "train"


def _size(dataset: Dataset) -> int:
    """Bytes of a table, media included where they are embedded."""
    return sum(table.nbytes for table in dataset.with_format("arrow").iter(_ROWS_A_QUERY))


def _total(provenance: pa.ChunkedArray, name: str) -> int:
    return pc.sum(pc.struct_field(provenance, name)).as_py() or 0
