"""Known answers of how often scores were given, and how they agree with checks."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from datasets import Dataset, Features
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.quality.judging.agreement import ANY_CHECK, agreement, compare
from mmgen_datasets.quality.judging.tally import tally_scores
from mmgen_datasets.schema import CONVERSATION

Row = tuple[dict[str, bool | None], dict[str, list[float]]]
"""Outcome by check, and by judge what it gave."""

_SCORES = st.lists(st.integers(1, 5), min_size=1, max_size=20)


def table(*rows: Row) -> Dataset:
    made = [
        {
            "checks": [{"name": n, "passed": p, "detail": None} for n, p in checks.items()],
            "scores": [
                {"name": f"criterion {number}", "value": value, "judge": judge, "detail": None}
                for judge, values in judges.items()
                for number, value in enumerate(values)
            ],
        }
        for checks, judges in rows
    ]
    features = Features({name: CONVERSATION[name] for name in ("checks", "scores")})
    columns = {name: [row[name] for row in made] for name in features}
    return Dataset.from_dict(columns, features=features)


def test_scores_are_counted_for_each_judge_and_criterion() -> None:
    rows = table(({}, {"a": [5, 1]}), ({}, {"a": [4, 1], "b": [3]}), ({}, {}))
    first, second, third = tally_scores(rows)
    assert (first.judge, first.name, first.counts) == ("a", "criterion 0", Counter([4.0, 5.0]))
    assert (first.judged, first.mean) == (2, 4.5)
    assert (second.mean, third.judge, third.mean) == (1, "b", 3)
    assert tally_scores(table()) == []


def test_a_conversation_counts_with_its_lowest_score() -> None:
    bad: dict[str, bool | None] = {"turns": False, "length": True}
    good: dict[str, bool | None] = {"turns": True, "length": None}
    rows = table((bad, {"a": [5, 1]}), (good, {"a": [5, 5]}), (good, {"a": [5, 3]}))
    overall, turns = agreement(rows, "a")
    assert [row.check for row in (overall, turns)] == [ANY_CHECK, "turns"]
    assert (overall.failed, overall.passed) == (turns.failed, turns.passed) == (1, 2)
    assert (turns.mean_failed, turns.mean_passed) == (1, 4)
    assert (turns.failed_low, turns.passed_high, turns.auc) == (1, 0.5, 1)


def test_a_judge_is_not_compared_with_what_it_cannot_see() -> None:
    repeats: dict[str, bool | None] = {"near_duplicate": False, "turns": True}
    [overall] = agreement(table((repeats, {"a": [5]})), "a")
    assert (overall.check, overall.failed, overall.passed) == (ANY_CHECK, 0, 1)
    assert (overall.mean_failed, overall.failed_low, overall.auc) == (None, None, None)


def test_what_has_no_score_or_no_outcome_is_left_out() -> None:
    rows = table(({"turns": False}, {"b": [1]}), ({"turns": None}, {"a": [1]}), ({}, {"a": [1]}))
    assert agreement(rows, "a") == []


@given(_SCORES, _SCORES)
def test_the_area_is_the_share_of_pairs_in_order(failed: list[int], passed: list[int]) -> None:
    pairs = [(good > bad) + (good == bad) / 2 for good in passed for bad in failed]
    found = compare("any", np.array(failed, float), np.array(passed, float))
    assert found.auc == pytest.approx(sum(pairs) / len(pairs))


@given(_SCORES)
def test_a_judge_that_cannot_tell_them_apart_gets_a_half(scores: list[int]) -> None:
    assert compare("any", np.array(scores, float), np.array(scores, float)).auc == pytest.approx(
        0.5
    )
