"""What conversations have of each field that they can be chosen by."""

from __future__ import annotations

from collections import Counter

import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.quality.selection.batches import Reading
from mmgen_datasets.quality.selection.fields import FIELDS
from mmgen_datasets.quality.selection.matching import scores_in


def values_in(conversations: Dataset) -> dict[str, Counter[str]]:
    """Count the values of each field of words; numbers and categories are left out.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`; media are not read.

    Returns:
        By the name of a field, value to how often it stands there; no field without any.
    """
    told = {
        name: field
        for name, field in FIELDS.items()
        if not (field.is_number or field.reads_annotations)
    }
    found: dict[str, Counter[str]] = {name: Counter() for name in told}
    for _, table in Reading(conversations).batches(told.values()):
        for name, field in told.items():
            for each in pc.value_counts(field.read(table).values).to_pylist():
                found[name][each["values"]] += each["counts"]
    return {name: counts for name, counts in found.items() if counts}


def scored_in(conversations: Dataset) -> dict[str, list[str]]:
    """What each judge scored, both in the order of their names."""
    found: dict[str, list[str]] = {}
    for name, judges in scores_in(conversations).items():
        for judge in judges:
            found.setdefault(judge, []).append(name)
    return dict(sorted(found.items()))
