"""Look at a run while it goes on, from another process, without disturbing it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from datasets import Dataset

from mmgen_datasets.errors import MMGenError, RunError
from mmgen_datasets.generation.conversations import read_replies
from mmgen_datasets.generation.fill import plan_samples
from mmgen_datasets.generation.journal import Usage, open_journal
from mmgen_datasets.generation.manifest import GENERATE, Manifest, digest_ids
from mmgen_datasets.generation.requests import build_requests, key_of
from mmgen_datasets.generation.run import RunFolder, read_run
from mmgen_datasets.prompts.recipe import Recipe, limit_pictures, load_recipe


class Asked(NamedTuple):
    """Whom a run asks, as its manifest says."""

    model: str
    endpoint: str


class News(NamedTuple):
    """What was settled of a run between two looks."""

    rows: list[int]
    """Of the requests, rising."""
    samples: list[int]
    """The place of each one's sample in `Watch.samples`."""
    conversations: Dataset
    """Rows of `mmgen_datasets.schema.CONVERSATION`; those with an error have no messages."""
    has_more: bool
    """Whether there were more outcomes than were to be looked at."""


@dataclass
class Watch:
    """A shard of a run that asks a model, and how far it has been looked at.

    The requests are built anew, or taken from the cache of `datasets` where the run has built
    them; the model itself is not opened.
    """

    folder: RunFolder
    plan_manifest: Manifest
    data_dir: str | None = None
    """Where the source's files are now; None for where the run found them."""
    _seen: int = field(default=0, init=False)
    """The newest row of the journal that was looked at."""
    _used: Usage = field(default=Usage(), init=False)
    _counted: int = field(default=0, init=False)
    """The newest row of the journal whose tokens were counted."""

    def news(self, at_most: int | None = None) -> News | None:
        """What was settled since the last call, as `lay_out` would lay it out now.

        Args:
            at_most: so many outcomes are looked at, the oldest; the next call goes on with the
                others.

        Returns:
            None where nothing was.
        """
        if not self.folder.journal_path.exists():
            return None
        with open_journal(self.folder.journal_path) as journal:
            settled, self._seen = journal.settled_since(self._seen, at_most)
            later, _ = journal.settled_since(self._seen, 1)
        if not settled:
            return None
        rows = sorted(row for key in settled for row in self._rows.get(key, ()))
        requests = self._requests.select(rows)
        conversations = read_replies(
            requests,
            self.samples,
            recipe=self._recipe,
            backend=self._asked,
            journal=self.folder.journal_path,
            seed=self.plan_manifest.plan.seed,
        )
        return News(rows, list(requests["sample"]), conversations, bool(later))

    def usage(self) -> Usage:
        """What all replies used until now; only those new since the last call are read."""
        if self.folder.journal_path.exists():
            with open_journal(self.folder.journal_path) as journal:
                last = journal.last_id()
                more = journal.usage(self._counted, last)
            self._counted = last
            self._used = Usage(*(a + b for a, b in zip(self._used, more, strict=True)))
        return self._used

    @cached_property
    def samples(self) -> Dataset:
        """What the run asks about: rows of `mmgen_datasets.schema.SAMPLE`.

        Raises:
            RunError: they cannot be loaded, or are others than those of the run.
        """
        manifest, path = self.plan_manifest, self.folder.path
        data_dir = self.data_dir or manifest.plan.data_dir
        try:
            samples = plan_samples(replace(manifest.plan, data_dir=data_dir), self.folder)
        except MMGenError as error:
            raise RunError(
                f"{path}: the samples that it asks about cannot be loaded: {error.problem}",
                "say where its source's files are now (--data-dir)",
            ) from error
        if digest_ids(samples["id"][: manifest.samples]) != manifest.sample_ids_sha256:
            raise RunError(
                f"{path}: the samples in {data_dir or manifest.plan.source} are others than those"
                " that it asks about",
                "say where the files are that it was begun with (--data-dir)",
            )
        return samples

    def replies(self, keys: Sequence[str]) -> dict[str, str]:
        """The text that came back for each key that has one, whatever became of it."""
        with open_journal(self.folder.journal_path) as journal:
            records = journal.records(keys)
        return {key: found.reply.text for key, found in records.items() if found.reply}

    @cached_property
    def _recipe(self) -> Recipe:
        plan = self.plan_manifest.plan
        return limit_pictures(load_recipe(plan.recipe), plan.max_image_side)

    @cached_property
    def _requests(self) -> Dataset:
        return build_requests(self.samples, self._recipe)

    @property
    def _asked(self) -> Asked:
        manifest = self.plan_manifest
        return Asked(manifest.model or "", manifest.endpoint or "")

    @cached_property
    def _rows(self) -> dict[str, list[int]]:
        """Rows of the requests by key; several that say the same have one."""
        rows: dict[str, list[int]] = {}
        for row, request in enumerate(self._requests.select_columns(["digest"])):
            rows.setdefault(key_of(request, self._asked), []).append(row)
        return rows


def watch_run(path: str | Path, data_dir: str | None = None) -> list[Watch]:
    """The shards of a run, to be looked at while it goes on.

    Args:
        path: of the run's folder.
        data_dir: where the source's files are now; by default where the run found them.

    Raises:
        RunError: it is no run, or one of a kind that cannot be watched.
    """
    found = read_run(path)
    for _, manifest in found:
        if manifest.command != GENERATE or manifest.plan.backend is None:
            raise RunError(
                f"{path}: a run of {manifest.command!r} that asks"
                f" {manifest.plan.backend or 'no model'} cannot be watched",
                "wait until it is finished, and report on it then",
            )
    return [Watch(folder, manifest, data_dir) for folder, manifest in found]
