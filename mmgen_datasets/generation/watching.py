"""Look at a run while it goes on, from another process, without disturbing it."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from datasets import Dataset

from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.conversations import read_replies
from mmgen_datasets.generation.fill import plan_samples
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.manifest import GENERATE, Manifest
from mmgen_datasets.generation.requests import build_requests, key_of
from mmgen_datasets.generation.run import RunFolder, read_run
from mmgen_datasets.prompts.recipe import Recipe, limit_pictures, load_recipe


class Asked(NamedTuple):
    """Whom a run asks, as its manifest says."""

    model: str
    endpoint: str


@dataclass
class Watch:
    """A shard of a run that asks a model, and how far it has been looked at.

    The requests are built anew, or taken from the cache of `datasets` where the run has built
    them; the model itself is not opened.
    """

    folder: RunFolder
    plan_manifest: Manifest
    _seen: int = field(default=0, init=False)
    """The newest row of the journal that was looked at."""

    def news(self) -> Dataset | None:
        """What was settled since the last call, as `lay_out` would lay it out now.

        Returns:
            Rows of `mmgen_datasets.schema.CONVERSATION`, in the order of the requests; those
            with an error have no messages. None where nothing was.
        """
        if not self.folder.journal_path.exists():
            return None
        with open_journal(self.folder.journal_path) as journal:
            settled, self._seen = journal.settled_since(self._seen)
        if not settled:
            return None
        rows = sorted(row for key in settled for row in self._rows.get(key, ()))
        return read_replies(
            self._requests.select(rows),
            self._samples,
            recipe=self._recipe,
            backend=self._asked,
            journal=self.folder.journal_path,
            seed=self.plan_manifest.plan.seed,
        )

    @cached_property
    def _recipe(self) -> Recipe:
        plan = self.plan_manifest.plan
        return limit_pictures(load_recipe(plan.recipe), plan.max_image_side)

    @cached_property
    def _samples(self) -> Dataset:
        return plan_samples(self.plan_manifest.plan, self.folder).rows

    @cached_property
    def _requests(self) -> Dataset:
        return build_requests(self._samples, self._recipe)

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


def watch_run(path: str | Path) -> list[Watch]:
    """The shards of a run, to be looked at while it goes on.

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
    return [Watch(folder, manifest) for folder, manifest in found]
