"""Groups and matches are those that comparing each with each would give."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.quality.repeats.banding import Compare, Keys, Places, crowded
from mmgen_datasets.quality.repeats.linking import link
from mmgen_datasets.quality.repeats.matching import match

NUMBERS = st.lists(st.integers(0, 60), min_size=1, max_size=25)


def closeness(numbers: list[int]) -> Compare:
    """Numbers are the more similar the closer they are; 1 apart is 0.9."""
    values = np.array(numbers)

    def compare(left: Places, right: Places) -> npt.NDArray[np.float64]:
        return np.asarray(1 - abs(values[left] - values[right]) / 10)

    return compare


def one_key(count: int) -> Keys:
    """Keys by which all are compared with all."""
    return np.zeros((count, 1), np.uint64)


def groups(numbers: list[int], order: list[int]) -> set[frozenset[int]]:
    """Items that are grouped together, when they come in another order."""
    firsts = link(one_key(len(numbers)), closeness([numbers[n] for n in order]), 0.9).firsts
    return {
        frozenset(order[n] for n in np.flatnonzero(firsts == first).tolist()) for first in firsts
    }


def test_items_are_grouped_by_way_of_others() -> None:
    found = link(one_key(5), closeness([1, 3, 50, 2, 51]), 0.9)
    assert found.firsts.tolist() == [0, 0, 2, 0, 2]
    assert {item: near.other for item, near in found.links.items()} == {3: 0, 1: 3, 4: 2}


def test_what_shares_no_key_is_not_compared() -> None:
    keys = np.array([[1, 5], [2, 6], [3, 5]], np.uint64)
    assert link(keys, closeness([1, 1, 1]), 0.9).firsts.tolist() == [0, 1, 0]
    assert crowded(keys).tolist() == [True, False, True]


def test_nothing_has_no_groups() -> None:
    assert link(np.zeros((0, 3), np.uint64), closeness([]), 0.9).links == {}


@given(NUMBERS)
def test_groups_are_those_of_comparing_each_with_each(numbers: list[int]) -> None:
    firsts = list(range(len(numbers)))
    for a, b in combinations(range(len(numbers)), 2):
        if abs(numbers[a] - numbers[b]) <= 1:
            low, high = sorted((firsts[a], firsts[b]))
            firsts = [low if first == high else first for first in firsts]
    assert link(one_key(len(numbers)), closeness(numbers), 0.9).firsts.tolist() == firsts


@given(NUMBERS, st.randoms())
def test_the_order_does_not_change_the_groups(numbers: list[int], chance: object) -> None:
    order = list(range(len(numbers)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    assert groups(numbers, order) == groups(numbers, sorted(order))


@given(NUMBERS)
def test_links_lead_to_the_first_and_only_between_items_that_are_alike(numbers: list[int]) -> None:
    found = link(one_key(len(numbers)), closeness(numbers), 0.9)
    for item, near in found.links.items():
        assert abs(numbers[item] - numbers[near.other]) <= 1
        while item in found.links:
            item = found.links[item].other
        assert found.firsts[item] == item


@given(NUMBERS, NUMBERS)
def test_matches_are_those_of_comparing_each_with_each(known: list[int], own: list[int]) -> None:
    together = known + own
    found = match(one_key(len(together)), len(known), closeness(together), 0.9)
    expected = {
        item: near
        for item in range(len(known), len(together))
        if (near := {n for n in range(len(known)) if abs(known[n] - together[item]) <= 1})
    }
    assert {item: {*links} for item, links in found.items()} == expected
