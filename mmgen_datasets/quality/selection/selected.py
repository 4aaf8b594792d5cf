"""What a selection came to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from datasets import Dataset

from mmgen_datasets.quality.selection.batches import Reading
from mmgen_datasets.quality.selection.fields import FIELDS, Field

KEPT = -1


class Group(NamedTuple):
    """Conversations that have something in common."""

    name: str
    selected: int
    of: int
    """How many met all conditions."""


@dataclass(frozen=True)
class Reasons:
    """Why each conversation was not chosen."""

    numbers: npt.NDArray[np.int16]
    """Of each; places among the texts, or `KEPT`."""
    texts: Sequence[str]
    """A condition each, in the order in which they were applied; then, perhaps, others."""
    about: Sequence[Field]
    """What the first of them are about."""

    def counts(self) -> dict[str, int]:
        """How many were not chosen for each reason."""
        dropped = self.numbers[self.numbers != KEPT]
        counts = np.bincount(dropped, minlength=len(self.texts)).tolist()
        return dict(zip(self.texts, counts, strict=True))


@dataclass(frozen=True)
class Selected:
    """What was chosen, and what was not."""

    rows: Dataset
    """The chosen conversations, in the order that they stood in."""
    of: int
    """How many there were to choose from."""
    dropped: dict[str, int]
    """Reason to number, in the order in which they were applied: each counts of what those
    before it let through."""
    grouped_by: str
    """A name of `mmgen_datasets.quality.selection.fields.FIELDS`."""
    groups: list[Group]
    """The largest first. A conversation of several counts for the one that fewest have."""
    reasons: Reasons = field(repr=False)
    reading: Reading = field(repr=False)

    def missing(self) -> Counter[str]:
        """Count the chosen conversations that lack a file that they are about, by its kind."""
        field, counts = FIELDS["missing"], Counter[str]()
        for _, table in Reading(self.rows).batches([field]):
            counts.update(field.read(table).values.to_pylist())
        return counts

    def dropped_rows(self) -> Iterator[dict[str, Any]]:
        """Tell of each conversation that was not chosen why.

        Yields:
            Its ``id``, the ``reason`` (a key of `dropped`), and what was ``found``: the values
            that it has of what the reason is about.
        """
        about, texts = self.reasons.about, self.reasons.texts
        for start, table in self.reading.batches(about, "id"):
            numbers = self.reasons.numbers[start : start + table.num_rows]
            found: list[list[Any]] = [[] for _ in numbers]
            for number, one in enumerate(about):
                rows, values = one.read(table)
                wanted = numbers[rows] == number
                for row, value in zip(rows[wanted], values.filter(wanted).to_pylist(), strict=True):
                    found[row].append(value)
            for name, number, had in zip(table["id"].to_pylist(), numbers, found, strict=True):
                if number != KEPT:
                    yield {"id": name, "reason": texts[number], "found": had}
