"""All conversations of a report: an index to filter by, and packed chunks to read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from datasets import Dataset

from mmgen_datasets.licence import name_of
from mmgen_datasets.publish.licence import terms_of
from mmgen_datasets.quality.check import Annotations
from mmgen_datasets.report.chunks import MEDIA_A_CHUNK, ROWS_A_CHUNK, Pieces
from mmgen_datasets.report.records import (
    categories_of,
    conversation_record,
    failed_checks,
    sample_record,
)
from mmgen_datasets.report.talk import Talk

_READ = (
    *("id", "sample_id", "source", "split", "file_name", "messages", "kind"),
    *("license", "credit", "provenance", "checks", "scores"),
)
_FACETS = ("kind", "check", "category", "licence", "source")


@dataclass
class Numbering:
    """Names by the number that stands for each."""

    numbers: dict[str, int] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        """The number of a name, a new one where it is new."""
        return self.numbers.setdefault(name, len(self.numbers))

    def of(self, names: Iterable[str]) -> list[int]:
        """The numbers of names."""
        return [self[name] for name in names]


@dataclass
class Catalogue:
    """What the page holds of each conversation and sample; media are apart."""

    names: dict[str, Numbering] = field(
        default_factory=lambda: {facet: Numbering() for facet in _FACETS}
    )
    conversations: dict[str, list[Any]] = field(
        default_factory=lambda: {"id": [], "sample": [], "kind": [], "check": []}
    )
    """Column by column; what has a name is a number, or a list of them."""
    samples: dict[str, list[Any]] = field(
        default_factory=lambda: {"licence": [], "source": [], "category": []}
    )
    judged: dict[tuple[str, str], dict[int, float]] = field(default_factory=dict)
    """By name and judge: the value of each conversation that has one."""
    texts: Pieces = field(default_factory=Pieces)
    """Records of conversations."""
    sample_texts: Pieces = field(default_factory=Pieces)
    first_rows: list[int] = field(default_factory=list)
    """The first conversation of each sample, which its medium is taken from."""
    licences: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Terms by name."""
    boxes: Counter[str] = field(default_factory=Counter)
    """Category to boxes."""
    with_category: Counter[str] = field(default_factory=Counter)
    """Category to samples."""
    num_categories: Counter[int] = field(default_factory=Counter)
    """Of a sample, to samples."""
    with_licence: dict[str, Counter[str]] = field(
        default_factory=lambda: {"samples": Counter(), "conversations": Counter()}
    )
    """By the name of the terms."""
    failing: int = 0
    """Conversations that failed a check."""
    talk: Talk = field(default_factory=Talk)
    _places: dict[tuple[Any, ...], int] = field(default_factory=dict)

    def index(self) -> dict[str, Any]:
        """What the page filters by, as plain data."""
        return {
            "rows_a_chunk": ROWS_A_CHUNK,
            "media_a_chunk": MEDIA_A_CHUNK,
            "names": {facet: list(found.numbers) for facet, found in self.names.items()},
            "conversations": self.conversations,
            "samples": self.samples,
            "scores": {
                name: [values.get(row) for row in range(len(self.conversations["id"]))]
                for name, values in self.scores.items()
            },
        }

    @property
    def judges(self) -> list[str]:
        """Who gave scores."""
        return sorted({judge for _, judge in self.judged})

    @property
    def scores(self) -> dict[str, dict[int, float]]:
        """The same by the names that `mmgen select` knows: with the judge where several did."""
        alone = len(self.judges) < 2
        return {
            name if alone else f"{name}@{judge}": values
            for (name, judge), values in self.judged.items()
        }

    def add(self, rows: Sequence[Mapping[str, Any]], annotations: Annotations | None) -> None:
        """Take in a chunk of conversations."""
        new = {_key(row): row["sample_id"] for row in rows if _key(row) not in self._places}
        found = annotations.of([*new.values()]) if annotations else [None] * len(new)
        known = dict(zip(new, found, strict=True))
        for row in rows:
            self._add_one(row, known)

    def _add_one(self, row: Mapping[str, Any], known: Mapping[Any, Any]) -> None:
        key, number = _key(row), len(self.conversations["id"])
        if key not in self._places:
            self._places[key] = len(self._places)
            self.first_rows.append(number)
            self._add_sample(row, known[key])
        values: dict[str, Any] = {
            "id": row["id"],
            "sample": self._places[key],
            "kind": self.names["kind"][row.get("kind") or "conversation"],
            "check": self.names["check"].of(check["name"] for check in failed_checks(row)),
        }
        for name, value in values.items():
            self.conversations[name].append(value)
        self.failing += bool(values["check"])
        self.with_licence["conversations"][name_of(_terms_of(row))] += 1
        self.texts.add(conversation_record(row))
        for score in row.get("scores") or ():
            if score["value"] is not None and math.isfinite(score["value"]):
                scores = self.judged.setdefault((score["name"], score["judge"] or ""), {})
                scores[number] = round(score["value"], 4)
        self.talk.count(row["messages"])

    def _add_sample(self, row: Mapping[str, Any], annotated: Mapping[str, Any] | None) -> None:
        terms = _terms_of(row)
        licence = name_of(terms)
        categories = sorted(categories_of(annotated))
        self.licences.setdefault(licence, terms)
        values: dict[str, Any] = {
            "licence": self.names["licence"][licence],
            "source": self.names["source"][row["source"]],
            "category": self.names["category"].of(categories),
        }
        for name, value in values.items():
            self.samples[name].append(value)
        self.with_licence["samples"][licence] += 1
        self.with_category.update(categories)
        self.num_categories[len(categories)] += 1
        record = sample_record(row, annotated)
        self.boxes.update(box[0] for box in record.get("boxes", ()))
        self.sample_texts.add(record)


def catalogue_of(conversations: Dataset, annotations: Annotations | None) -> Catalogue:
    """Read conversations once, without their media.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        annotations: of the samples that they are about, where those are at hand.
    """
    catalogue = Catalogue()
    read = [name for name in _READ if name in conversations.column_names]
    for table in conversations.select_columns(read).with_format("arrow").iter(ROWS_A_CHUNK):
        catalogue.add(table.to_pylist(), annotations)
    return catalogue


def _terms_of(row: Mapping[str, Any]) -> dict[str, Any]:
    return terms_of(row.get("license"), row["source"])


def _key(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["source"], row.get("split"), row["sample_id"]
