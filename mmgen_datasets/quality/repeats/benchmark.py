"""What a model will be measured on, as far as it takes to find it in other data."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import islice
from pathlib import Path
from typing import Any

from datasets import Dataset
from datasets.utils import tqdm

from mmgen_datasets.errors import SourceError
from mmgen_datasets.quality.repeats.benchmark_rows import BenchmarkRow, read_rows, rows_of
from mmgen_datasets.quality.repeats.pictures import Seen, see
from mmgen_datasets.quality.repeats.similar_text import fold, words

_LOG = logging.getLogger(__name__)

_ROWS_AT_ONCE = 64

_COLUMNS_TOLD = 30

SPECIFIC = 12
"""Words from which on a question can be told by itself; shorter ones fit many pictures."""


@dataclass
class Benchmark:
    """Questions, pictures, and which stand together."""

    name: str
    """As details tell it."""
    rows: list[str] = field(default_factory=list)
    """What each is called."""
    questions: list[list[str]] = field(default_factory=list)
    """What each asks."""
    pictures: list[Seen] = field(default_factory=list)
    """Each file once."""
    shown: list[list[int]] = field(default_factory=list)
    """The rows that show each of them."""

    def tell(self, row: int) -> str:
        """Name a row."""
        return f"{self.rows[row]} of {self.name}"

    def specific(self) -> dict[str, int]:
        """Questions that can be told by themselves, folded, to the first row that asks them.

        They have at least 12 words and are asked about one picture only: what is asked about many
        is a form that anybody may use.
        """
        pictures: dict[int, set[int]] = defaultdict(set)
        for place, rows in enumerate(self.shown):
            for row in rows:
                pictures[row].add(place)
        about: dict[str, set[object]] = defaultdict(set)
        first: dict[str, int] = {}
        for row, questions in enumerate(self.questions):
            for text in map(fold, questions):
                if len(words(text)) >= SPECIFIC:
                    first.setdefault(text, row)
                    about[text].add(frozenset(pictures[row]) or (row,))
        return {text: row for text, row in first.items() if len(about[text]) == 1}


def load_benchmark(path: str | Path, *, pictures: bool = True) -> Benchmark:
    """Read a benchmark, and look at its pictures.

    Args:
        path: a JSON, JSONL, parquet, CSV or TSV file, a folder of such files, of
            ``save_to_disk`` or of pictures, or a dataset of the hub. See
            `mmgen_datasets.quality.repeats.benchmark_rows`.
        pictures: whether they are looked at.

    Raises:
        MissingFileError: there is nothing.
        SourceError: it cannot be read, or has neither a question nor a picture.
    """
    rows = read_rows(str(path))
    if not pictures:
        rows = (row._replace(images=[], missing=0, shown_index=None) for row in rows)
    return _gather(Path(path).name or str(path), rows)


def benchmark_of(dataset: Dataset, name: str) -> Benchmark:
    """A benchmark that is at hand as a table, with a column of questions, pictures or both.

    Raises:
        SourceError: it has neither.
    """
    return _gather(name, rows_of(dataset))


def _gather(name: str, rows: Iterable[BenchmarkRow]) -> Benchmark:
    found, missing = Benchmark(name), 0
    columns: dict[str, None] = {}
    places: dict[object, int] = {}
    indexed: dict[str, list[int]] = {}
    referring: list[tuple[int, str]] = []
    for number, (row, seen) in enumerate(tqdm(_looked_at(rows), name, unit=" rows")):
        found.rows.append(row.name)
        found.questions.append(row.questions)
        columns |= dict.fromkeys(row.columns)
        missing += row.missing + len(row.images) - len(seen)
        shown = []
        for one in seen:
            place = places.setdefault(one.digest, len(places))
            if place == len(found.pictures):
                found.pictures.append(one)
                found.shown.append([])
            shown.append(place)
            found.shown[place].append(number)
        if row.shown_index is not None:
            referring.append((number, row.shown_index))
        elif row.own_index is not None and shown:
            indexed[row.own_index] = shown
    for number, index in referring:  # which may stand before the row that it refers to
        missing += index not in indexed
        for place in indexed.get(index, ()):
            found.shown[place].append(number)
    _tell_lacks(found, [*columns], missing)
    return found


def _tell_lacks(found: Benchmark, columns: Sequence[str], missing: int) -> None:
    """Warn of what a benchmark lacks.

    Raises:
        SourceError: it has nothing to compare with.
    """
    having = f"its columns are: {', '.join(columns[:_COLUMNS_TOLD]) or 'none'}"
    has_questions = any(found.questions)
    if missing:
        having += f"; of the pictures that it names {missing} are not there or cannot be read"
    if not found.pictures and not has_questions:
        raise SourceError(
            f"the benchmark {found.name} has neither questions nor pictures that can be read;"
            f" {having}",
            "call the column of its questions 'question' and that of its pictures 'image'",
        )
    if missing:
        _LOG.warning(
            "%s: %d of the pictures that it names are not there or cannot be read; questions about"
            " them are compared by themselves",
            found.name,
            missing,
        )
    if columns and not has_questions:
        _LOG.warning("%s: has no column of questions that is known; %s", found.name, having)


def _looked_at(rows: Iterable[BenchmarkRow]) -> Iterator[tuple[BenchmarkRow, list[Seen]]]:
    """Rows with what is seen of their pictures, each file looked at once."""
    known: dict[str | bytes, Seen] = {}
    waiting = iter(rows)
    while some := list(islice(waiting, _ROWS_AT_ONCE)):
        images = {_key(image): image for row in some for image in row.images}
        fresh = {key: image for key, image in images.items() if key not in known}
        known |= dict(zip(fresh, see(fresh.values()), strict=True))
        for row in some:
            seen = [known[_key(image)] for image in row.images]
            yield row, [one for one in seen if one.digest]


def _key(image: Mapping[str, Any]) -> str | bytes:
    return sha256(image["bytes"]).digest() if image["bytes"] else str(image["path"])
