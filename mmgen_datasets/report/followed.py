"""A shard of a run that goes on: its samples, what they show, and what checks find in its rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.generation.watching import Watch
from mmgen_datasets.quality.case import Case
from mmgen_datasets.quality.check import Annotations, check_case
from mmgen_datasets.report.media import Media, columns_of, side_for
from mmgen_datasets.schema import media_kinds


@dataclass(eq=False)
class Followed:
    """A shard, as it is followed."""

    watch: Watch
    side: int | None
    """Of the longer side of pictures, in pixels."""
    annotated: bool
    """Whether boxes and captions are shown, and looked at by checks."""

    def is_of(self, manifest: Manifest) -> bool:
        """Whether the run is still what it was: more samples make other requests."""
        mine = self.watch.plan_manifest
        return (mine.plan, mine.samples) == (manifest.plan, manifest.samples)

    @cached_property
    def annotations(self) -> Annotations | None:
        """What is known of the samples; None where nobody wants to know."""
        return Annotations(self.watch.samples) if self.annotated else None

    @cached_property
    def media_kinds(self) -> list[MediaKind]:
        """Which media its conversations have."""
        return media_kinds(self.watch.samples.features)

    @cached_property
    def media(self) -> Media:
        """What is shown of its samples, by their rows."""
        samples = self.watch.samples
        # Of several pictures a model is shown the first, and the conversation has that one alone.
        several = [name for name in ("images",) if name in samples.column_names]
        columns = columns_of(samples.remove_columns(several), range(len(samples)))
        return Media(columns, side_for(len(samples), self.side))

    def line(self, row: int) -> str:
        """The media of a sample, as the page has them."""
        [line] = self.media.lines([row])
        return line

    def check(self, rows: list[Any]) -> None:
        """Put what the checks of one conversation find into rows."""
        known = self.annotations
        ids = [row["sample_id"] for row in rows]
        samples = known.of(ids) if known else [None] * len(rows)
        for row, sample in zip(rows, samples, strict=True):
            ended = row["provenance"]["finish_reason"]
            case = Case(row["messages"], row["kind"], self.media_kinds, ended, sample)
            row["checks"] = check_case(case)

    def reply_to(self, row: Mapping[str, Any]) -> str | None:
        """What came back for a row, whatever became of it."""
        key = row["provenance"]["request_key"]
        return self.watch.replies([key]).get(key)
