"""What a function given to ``Dataset.map`` reads and gives back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pytest
from datasets import Dataset, Value

from mmgen_datasets.errors import UsageError
from mmgen_datasets.mapped import cells, with_columns

CLIPS: Mapping[str, Any] = {"id": ["a", "b"], "seconds": [3, 4]}


def numbered(batch: Mapping[str, Any]) -> pa.Table | dict[str, list[Any]]:
    """Add two columns: the twofold, and one that is null all along."""
    found = cells(batch, "seconds", pa.ChunkedArray.to_pylist)
    columns = {"twice": [2 * one for one in found], "why": [None] * len(found)}
    return with_columns(batch, columns, (pa.int8(), pa.string()))


def test_columns_by_name_get_the_new_ones() -> None:
    assert numbered(CLIPS) == {"twice": [6, 8], "why": [None, None]}


def test_of_a_dataset_all_columns_stay_and_the_new_ones_have_their_types() -> None:
    clips = Dataset.from_dict(dict(CLIPS))
    mapped = clips.map(numbered, batched=True, batch_size=1)
    assert mapped.to_dict() == {**CLIPS, "twice": [6, 8], "why": [None, None]}
    assert mapped.features["twice"] == Value("int8")
    assert mapped.features["why"] == Value("string")
    assert mapped.map(numbered, batched=True).to_dict() == mapped.to_dict()  # replaced


@pytest.mark.parametrize("is_dataset", [False, True])
def test_a_column_that_is_not_there_is_named_with_those_that_are(is_dataset: bool) -> None:
    clips = {"id": ["a"], "length": [3]}
    with pytest.raises(UsageError) as caught:
        Dataset.from_dict(clips).map(numbered, batched=True) if is_dataset else numbered(clips)
    assert str(caught.value).splitlines() == [
        "the samples have no column 'seconds'",
        "  → set column to one of theirs: id, length",
    ]
