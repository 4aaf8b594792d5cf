"""A run that goes on, counted as its rows come in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

from mmgen_datasets.generation.manifest import Manifest, Shard
from mmgen_datasets.generation.run import read_run
from mmgen_datasets.generation.watching import News, watch_run
from mmgen_datasets.publish.facts import Facts, count_row
from mmgen_datasets.publish.making import command_again
from mmgen_datasets.quality.tally import Outcome, count_checks
from mmgen_datasets.report.catalogue import Catalogue
from mmgen_datasets.report.followed import Followed
from mmgen_datasets.report.headway import Headway, standing
from mmgen_datasets.report.overview import told_of
from mmgen_datasets.report.rejects import Rejects, reject_reasons
from mmgen_datasets.report.spending import counted

_AT_MOST = 250
"""Outcomes of a shard that one look takes in: about a second's work, with the checks."""
_ROWS_A_SHARD = 10**9
_LINES_KEPT = 2000
"""Of media: some 20 MB."""


@dataclass
class Following:
    """What is known of a run that goes on; `look` brings it up to date.

    For one thread at a time. Nothing is written into the run's folder, but what SQLite needs
    beside a journal while it is read.
    """

    path: Path
    side: int | None = None
    """Of the longer side of pictures, in pixels."""
    annotated: bool = True
    """Whether boxes and captions are shown, and looked at by checks."""
    data_dir: str | None = None
    """Where the source's files are now; None for where the run found them."""
    catalogue: Catalogue = field(default_factory=Catalogue, init=False)
    places: list[int] = field(default_factory=list, init=False)
    """Of each conversation where it stands in the run; they come in another order."""
    version: int = field(default=0, init=False)
    """It grows with all that changes what is told."""
    is_behind: bool = field(default=False, init=False)
    """Whether there was more than one look takes in."""
    _manifests: dict[Shard, Manifest] = field(default_factory=dict, init=False)
    _shards: dict[Shard, Followed] = field(default_factory=dict, init=False)
    _whence: list[tuple[Followed, int]] = field(default_factory=list, init=False)
    """Of each conversation the shard, and the row of its sample there."""
    _known: set[str] = field(default_factory=set, init=False)
    """Ids of conversations."""
    _facts: Facts = field(default_factory=Facts, init=False)
    _outcomes: dict[str, Outcome] = field(default_factory=dict, init=False)
    _rejects: Rejects = field(default_factory=Rejects, init=False)
    _headway: Headway = field(default_factory=Headway, init=False)
    _left: list[Shard] = field(default_factory=list, init=False)
    """Shards that say that they run, while no process is at work on them."""

    def __post_init__(self) -> None:
        self._line = lru_cache(_LINES_KEPT)(Followed.line)

    def look(self) -> None:
        """Take in what came since the last look, or a part of it where it is much.

        Raises:
            RunError: it is no run, or one of a kind that cannot be watched.
        """
        # First how the run stands: where it has ended, all of it is in the journal by now.
        folders = read_run(self.path)
        found = {folder.shard: manifest for folder, manifest in folders}
        self._left = [
            folder.shard
            for folder, manifest in folders
            if manifest.status == "running" and not folder.is_held()
        ]
        if found != self._manifests:
            self._manifests = found
            self._follow()
            self.version += 1
        was_behind, self.is_behind = self.is_behind, False
        for shard, followed in self._shards.items():
            news = followed.watch.news(_AT_MOST)
            if news is not None:
                self._take_in(shard, followed, news)
                self.is_behind |= news.has_more
        self.version += was_behind and not self.is_behind
        self._headway.mark(len(self._known) + self._rejects.reasons.total())

    @property
    def status(self) -> str:
        """What `standing` says; "running" until all rows of a finished run are taken in."""
        status, _ = self._standing()
        return "running" if self.is_behind and status == "finished" else status

    def headway(self) -> dict[str, Any]:
        """How far the run is, how fast it goes and how it stands, as plain data."""
        _, problem = self._standing()
        requests = sum(manifest.requests for manifest in self._manifests.values())
        told = self._headway.told(requests)
        if self.status == "finished":  # what could not be asked for is settled too
            told |= {"settled": requests, "rate": 0.0, "left_s": 0.0}
        return told | {
            "status": self.status,
            "problem": problem,
            "again": self._again(),
            "behind": self.is_behind,
        }

    def overview(self) -> dict[str, Any]:
        """What the page tells first; see `told_of`."""
        has_ended = self.status == "finished"
        shards = sorted(self._manifests.items(), key=lambda one: one[0].index)
        manifests = [
            manifest if has_ended else counted(manifest, self._shards[shard].watch.usage())
            for shard, manifest in shards
        ]
        if not has_ended:
            manifests[0].rejects = dict(+self._rejects.reasons)
        told = told_of(
            self.path.resolve().name,
            manifests,
            replace(self._facts, samples=len(self.catalogue.first_rows)),
            self.catalogue,
            self._outcomes.values(),
        )
        reasons = reject_reasons(read_run(self.path)) if has_ended else self._rejects.told()
        kinds = next(iter(self._shards.values())).media.kinds
        return told | {"rejects": reasons, "media": kinds, "annotated": self.annotated}

    def index(self) -> dict[str, Any]:
        """What the page filters by; see `Catalogue.index`."""
        index = self.catalogue.index()
        return index | {"conversations": index["conversations"] | {"place": self.places}}

    def since(self, have: Mapping[str, int]) -> dict[str, Any]:
        """The index without what somebody has.

        Args:
            have: how many conversations and samples, and of each facet how many names.
        """
        index = self.index()
        new: dict[str, Any] = {
            part: {name: column[have.get(part, 0) :] for name, column in index[part].items()}
            for part in ("conversations", "samples")
        }
        names = {name: column[have.get(name, 0) :] for name, column in index["names"].items()}
        return new | {"names": names}

    def medium(self, sample: int) -> Callable[[], str]:
        """What makes the line of media of a sample, by its number; in any thread."""
        followed, row = self._whence[self.catalogue.first_rows[sample]]
        return partial(self._line, followed, row)

    def _standing(self) -> tuple[str, str | None]:
        return standing([*self._manifests.items()], self._left)

    def _again(self) -> list[str]:
        """The commands that go on with what is at rest."""
        return [
            command_again(self._shards[shard].watch.folder, manifest)
            for shard, manifest in self._manifests.items()
            if manifest.status in ("interrupted", "stopped") or shard in self._left
        ]

    def _follow(self) -> None:
        """Watch the shards that are new, or not what they were; what is known is skipped."""
        for watch in watch_run(self.path, self.data_dir):
            shard = watch.folder.shard
            if shard not in self._shards or not self._shards[shard].is_of(watch.plan_manifest):
                self._shards[shard] = Followed(watch, self.side, self.annotated)

    def _take_in(self, shard: Shard, followed: Followed, news: News) -> None:
        table = news.conversations.remove_columns(followed.media_kinds).with_format("arrow")[:]
        good = []
        for row, place, sample in zip(table.to_pylist(), news.rows, news.samples, strict=True):
            if row["id"] in self._known:
                continue
            if row["error"]:
                self._rejects.add(row, partial(followed.reply_to, row))
                continue
            self._rejects.take_back(row["id"])
            self._known.add(row["id"])
            self.places.append(shard.index * _ROWS_A_SHARD + place)
            self._whence.append((followed, sample))
            good.append(row)
        followed.check(good)
        for row in good:
            self._count(row)
        self.catalogue.add(good, followed.annotations)
        self.version += 1

    def _count(self, row: Mapping[str, Any]) -> None:
        count_row(self._facts, row)
        count_checks(self._outcomes, row["id"], row["checks"])
        self._facts.rows += 1
        self._facts.exchanges += len(row["messages"]) // 2
