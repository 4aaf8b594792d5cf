"""Fair shares and stable draws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.quality.selection.balance import draw, rarest, shares

SIZES = st.lists(st.integers(0, 50), min_size=1, max_size=12)


@pytest.mark.parametrize(
    ("sizes", "total", "shared"),
    [
        ([10, 10, 10], 9, [3, 3, 3]),
        ([10, 10, 10], 10, [4, 3, 3]),
        ([10, 2, 10], 12, [5, 2, 5]),
        ([1, 2, 100], 50, [1, 2, 47]),
        ([1, 2, 3], 99, [1, 2, 3]),
        ([0, 5], 4, [0, 4]),
        ([5], 0, [0]),
        ([], 3, []),
    ],
)
def test_shares(sizes: list[int], total: int, shared: list[int]) -> None:
    assert shares(sizes, total) == shared


@given(SIZES, st.integers(0, 700))
def test_shares_add_up_and_differ_by_one_unless_a_group_runs_short(
    sizes: list[int], total: int
) -> None:
    shared = shares(sizes, total)
    assert sum(shared) == min(total, sum(sizes))
    assert all(0 <= share <= size for share, size in zip(shared, sizes, strict=True))
    rich = [share for share, size in zip(shared, sizes, strict=True) if share < size]
    assert not rich or max(shared) - min(rich) <= 1


@given(SIZES, st.integers(0, 700))
def test_a_larger_total_takes_from_no_group(sizes: list[int], total: int) -> None:
    before, after = shares(sizes, total), shares(sizes, total + 1)
    assert all(a >= b for a, b in zip(after, before, strict=True))


def test_a_row_counts_for_the_group_that_fewest_have() -> None:
    rows, groups = np.array([0, 0, 1, 1, 2, 4]), np.array([0, 1, 0, 2, 0, 2])
    assert rarest(rows, groups, num_rows=5, num_groups=3).tolist() == [1, 2, 0, 3, 2]


def test_of_two_groups_of_one_size_a_row_counts_for_the_first() -> None:
    rows, groups = np.array([0, 0]), np.array([1, 0])
    assert rarest(rows, groups, num_rows=1, num_groups=2).tolist() == [0]


def test_rows_without_groups_have_one_of_their_own() -> None:
    none = np.zeros(0, np.int64)
    assert rarest(none, none, num_rows=2, num_groups=0).tolist() == [0, 0]


def test_the_smallest_keys_of_each_group_are_drawn() -> None:
    keys = np.array([5, 1, 3, 9, 2], np.uint64)
    groups = np.array([0, 0, 0, 1, 1])
    assert draw(keys, groups, [2, 1]).tolist() == [False, True, True, False, True]


@given(st.lists(st.tuples(st.integers(0, 2**64 - 1), st.integers(0, 3))), st.integers(0, 9))
def test_as_many_are_drawn_as_there_are_or_are_wanted(
    rows: list[tuple[int, int]], quota: int
) -> None:
    keys = np.array([key for key, _ in rows], np.uint64)
    groups = np.array([group for _, group in rows], np.int64)
    drawn = draw(keys, groups, [quota] * 4)
    for group in range(4):
        assert drawn[groups == group].sum() == min(quota, (groups == group).sum())
