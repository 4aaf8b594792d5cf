"""What passes for a table of samples."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import Features, Value

from mmgen_datasets import generate
from mmgen_datasets.errors import UsageError
from mmgen_datasets.sample_check import check_samples
from mmgen_datasets.schema import MEDIA, SAMPLE


def recast(samples: Any, name: str, feature: Any) -> Any:
    return samples.cast(Features({**samples.features, name: feature}))


def without(feature: Any, name: str) -> Any:
    return {key: value for key, value in feature.items() if key != name}


def test_the_sample_passes(samples: Any) -> None:
    check_samples(samples)


def test_a_column_of_another_type_is_refused_with_both_types(samples: Any) -> None:
    changed = recast(samples, "id", Value("int64"))
    with pytest.raises(UsageError, match="column id holds int64, not string"):
        generate(changed)


def test_a_type_is_wrong_at_any_depth(samples: Any) -> None:
    license = SAMPLE["license"] | {"commercial": Value("string")}
    with pytest.raises(UsageError, match=r"license\.commercial holds string, not bool"):
        check_samples(recast(samples, "license", license))


def test_a_missing_part_of_a_column_is_named(samples: Any) -> None:
    rows = samples.remove_columns("credit").add_column("credit", [{"author": "A"}] * len(samples))
    with pytest.raises(UsageError, match="credit has no 'title'"):
        check_samples(rows)


def test_pictures_that_are_text_are_refused(samples: Any) -> None:
    rows = samples.remove_columns("image").add_column("image", samples["file_name"])
    with pytest.raises(UsageError, match="image holds string"):
        check_samples(rows)


@pytest.mark.parametrize(
    ("name", "values"),
    [("id", range(24)), ("credit", [{"author": "A"}] * 24), ("image", ["a.jpg"] * 24)],
)
def test_the_remedy_that_is_given_helps(samples: Any, name: str, values: Any) -> None:
    samples = samples.remove_columns(name).add_column(name, list(values))
    with pytest.raises(UsageError, match=name):
        check_samples(samples)
    check_samples(samples.cast_column(name, {**SAMPLE, **MEDIA}[name]))


@pytest.mark.parametrize(
    ("name", "feature"),
    [
        ("id", Value("large_string")),
        ("source", Value("large_string")),
        ("width", Value("int64")),
        ("license", SAMPLE["license"] | {"id": Value("large_string")}),
    ],
)
def test_a_wider_type_is_as_good(samples: Any, conversations: Any, name: str, feature: Any) -> None:
    assert generate(recast(samples, name, feature))[:] == conversations[:]


def test_a_column_that_is_all_null_passes(samples: Any) -> None:
    nulls = [None] * len(samples)
    rows = samples.remove_columns("license").add_column("license", nulls)
    assert rows.features["license"] == Value("null")
    assert generate(rows)["license"][:] == nulls


def test_more_than_is_asked_for_is_left_alone(samples: Any) -> None:
    license = samples.with_format("arrow")[:]["license"].to_pylist()
    rows = samples.remove_columns("license").add_column("license", [x | {"z": 1} for x in license])
    assert generate(rows)["license"][:] == license
