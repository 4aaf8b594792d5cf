"""All that a page tells of a run, as plain data in chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.generation.run import RunFolder, conversation_files, load_run, read_run
from mmgen_datasets.generation.run_samples import has_samples, run_samples
from mmgen_datasets.quality.check import Annotations
from mmgen_datasets.report.catalogue import Catalogue, catalogue_of
from mmgen_datasets.report.chunks import Chunk, pack
from mmgen_datasets.report.media import (
    JOINTS,
    Column,
    Media,
    columns_of,
    media_chunks,
    side_for,
)
from mmgen_datasets.report.overview import overview_of
from mmgen_datasets.report.rejects import reject_reasons
from mmgen_datasets.schema import CONVERSATION

_ANNOTATIONS = ["id", "captions", "objects", "labels", "narratives", "width", "height"]


@dataclass(frozen=True)
class Payload:
    """What a page is made of."""

    overview: dict[str, Any]
    catalogue: Catalogue
    conversations: Dataset
    columns: Sequence[Column]
    """What is shown of each sample."""
    without_boxes: str | None
    """Why annotations that were asked for are not shown; None where they are, or are none."""

    def first_chunks(self) -> Iterator[Chunk]:
        """What the page needs to begin."""
        yield Chunk("overview", pack(self.overview))
        yield Chunk("index", pack(self.catalogue.index()))
        yield from self._texts(slice(1))

    def other_chunks(self, side: int | None = None) -> Iterator[Chunk]:
        """What it reads as it is needed; pictures of at most so many pixels a side."""
        yield from self._texts(slice(1, None))
        number = len(self.catalogue.first_rows)
        yield from media_chunks(Media(self.columns, side_for(number, side)), number)

    def _texts(self, part: slice) -> Iterator[Chunk]:
        lists = {"samples": self.catalogue.sample_texts, "texts": self.catalogue.texts}
        for name, texts in lists.items():
            for number in range(*part.indices(len(texts))):
                yield Chunk(f"{name}-{number}", texts[number])


def payload_of(
    path: str | Path, *, data_dir: str | None = None, annotations: bool = True
) -> Payload:
    """Gather what is told of a run.

    Args:
        path: of the run's folder.
        data_dir: where the source's files are now; by default where the run found them.
        annotations: whether the source is loaded anew, for its boxes and captions. Where it
            cannot be, the page does without.

    Raises:
        RunError: it is no run, or not finished.
    """
    shards = read_run(path)
    conversations = _conversations(path, shards)
    loads = annotations and has_samples(path)
    samples, problem = _samples(path, data_dir) if loads else (None, None)
    known = Annotations(samples.select_columns(_ANNOTATIONS)) if samples is not None else None
    catalogue = catalogue_of(conversations, known)
    columns = columns_of(conversations, catalogue.first_rows)
    if (
        samples is not None
        and "motion" not in conversations.features
        and JOINTS in samples.features
    ):
        columns.append(Column(JOINTS, samples, _rows_in(samples, conversations, catalogue)))
    name = Path(path).resolve().name
    overview = overview_of(name, [m for _, m in shards], conversations, catalogue) | {
        "rejects": reject_reasons(shards),
        "media": [column.kind for column in columns],
        "annotated": known is not None,
    }
    return Payload(overview, catalogue, conversations, columns, problem)


def _conversations(path: str | Path, shards: Sequence[tuple[RunFolder, Manifest]]) -> Dataset:
    """The conversations of a run; none of one in which all came to nothing."""
    ended = all(manifest.status in ("finished", "stopped") for _, manifest in shards)
    if ended and not conversation_files(path):
        return Dataset.from_dict({name: [] for name in CONVERSATION}, features=CONVERSATION)
    return load_run(path)


def _samples(path: str | Path, data_dir: str | None) -> tuple[Dataset | None, str | None]:
    try:
        return run_samples(path, data_dir), None
    except RunError as error:
        return None, error.problem


def _rows_in(samples: Dataset, conversations: Dataset, catalogue: Catalogue) -> list[int | None]:
    """The rows of samples that conversations are about."""
    about = conversations.select_columns(["sample_id"])[catalogue.first_rows]["sample_id"]
    places = Annotations(samples).places
    return [places.get(name) for name in about]
