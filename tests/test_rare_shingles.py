"""Texts of one template are compared seldom, and none that are alike is lost."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.quality.repeats.banding import Places
from mmgen_datasets.quality.repeats.linking import link
from mmgen_datasets.quality.repeats.matching import match_one
from mmgen_datasets.quality.repeats.rare_shingles import by_rare_shingles
from mmgen_datasets.quality.repeats.similar_text import (
    SIMILAR,
    Shingles,
    comparing,
    jaccard,
    shingle_set,
)

TEMPLATE = (
    "Yes, there is a {} in the picture; it can be seen quite well in the light of the day, and"
    " right behind it stands a {} too"
)
SETS = st.lists(
    st.sets(st.integers(0, 14), min_size=1, max_size=12).map(lambda found: np.array([*found])),
    min_size=1,
    max_size=14,
)
SIMILARITIES = st.sampled_from([0.1, 0.5, 0.75, SIMILAR, 0.9, 1.0])


def alike(sets: list[Shingles], similarity: float) -> set[tuple[int, int]]:
    """The pairs of which comparing each with each tells that they are alike."""
    plain = [{*one.tolist()} for one in sets]
    return {
        (a, b)
        for a, b in combinations(range(len(sets)), 2)
        if jaccard(plain[a], plain[b]) >= similarity
    }


def side_by_side(sets: list[Shingles], similarity: float) -> set[tuple[int, int]]:
    """The pairs that are compared."""
    items, ends = by_rare_shingles(sets, similarity)(np.arange(len(sets)))
    pairs = ((at, to) for at, end in enumerate(ends.tolist()) for to in range(at + 1, end))
    return {(min(pair), max(pair)) for pair in ((items[at], items[to]) for at, to in pairs)}


def drawn_sets(seed: int, count: int, num_words: int) -> list[Shingles]:
    """Texts of 24 words, of which one or two are other ones."""
    chance = np.random.default_rng(seed)
    sets: list[Shingles] = []
    for _ in range(count):
        words = [f"w{n}" for n in range(24)]
        for place in chance.integers(0, 24, chance.integers(1, 3)):
            words[place] = " ".join(f"x{n}" for n in chance.integers(0, num_words, 2))
        sets.append(shingle_set(" ".join(words)))
    return sets


@given(SETS, SIMILARITIES)
def test_those_that_are_alike_are_compared(sets: list[Shingles], similarity: float) -> None:
    assert alike(sets, similarity) <= side_by_side(sets, similarity)


@given(SETS, SIMILARITIES)
def test_what_is_told_is_exact_from_the_least_similarity_on(
    sets: list[Shingles], similarity: float
) -> None:
    left, right = np.triu_indices(len(sets), 1)
    told = comparing(sets, similarity)(left, right).tolist()
    plain = [{*one.tolist()} for one in sets]
    for a, b, value in zip(left.tolist(), right.tolist(), told, strict=True):
        exact = jaccard(plain[a], plain[b])
        assert value == exact if exact >= similarity else value < similarity


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(40, 120), st.integers(2, 12))
def test_groups_in_a_crowd_are_those_of_comparing_each_with_each(
    seed: int, count: int, num_words: int
) -> None:
    """All have the same keys, as if MinHash told nothing."""
    sets = drawn_sets(seed, count, num_words)
    firsts = list(range(count))
    for a, b in sorted(alike(sets, SIMILAR)):
        low, high = sorted((firsts[a], firsts[b]))
        firsts = [low if first == high else first for first in firsts]
    keys = np.zeros((count, 2), np.uint64)
    found = link(keys, comparing(sets, SIMILAR), SIMILAR, by_rare_shingles(sets, SIMILAR))
    assert found.firsts.tolist() == firsts


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 90), st.integers(1, 90))
def test_each_finds_one_that_it_is_like_if_there_is_any(
    seed: int, num_own: int, num_known: int
) -> None:
    """All have the same keys, as if MinHash told nothing."""
    sets = drawn_sets(seed, num_own + num_known, 4)
    known = {a for a, b in alike(sets, SIMILAR) if a < num_own <= b}
    keys = np.zeros((len(sets), 2), np.uint64)
    compare, closely = comparing(sets, SIMILAR), by_rare_shingles(sets, SIMILAR)
    found = match_one(keys, num_own, compare, SIMILAR, closely)
    assert found.keys() == known
    for item, near in found.items():
        assert item < num_own <= near.other
        assert near.similarity == jaccard({*sets[item].tolist()}, {*sets[near.other].tolist()})


@pytest.mark.parametrize("num_names", [20_000, 40])
def test_a_template_with_other_words_is_hardly_compared(num_names: int) -> None:
    """Each with each would be two million pairs."""
    chance = np.random.default_rng(1)
    names = chance.integers(0, num_names, (2000, 2)).tolist()
    sets = [shingle_set(TEMPLATE.format(f"thing{a}", f"thing{b}")) for a, b in names]
    compare, compared = comparing(sets, SIMILAR), 0

    def counting(left: Places, right: Places) -> npt.NDArray[np.float64]:
        nonlocal compared
        compared += len(left)
        return compare(left, right)

    link(np.zeros((2000, 1), np.uint64), counting, SIMILAR, by_rare_shingles(sets, SIMILAR))
    without_thought = 2000 * 32
    assert compared < without_thought + 120_000


def test_nothing_is_compared_with_nothing() -> None:
    items, ends = by_rare_shingles([shingle_set("one two three")], SIMILAR)(np.array([0]))
    assert items.size == ends.size == 0
    assert comparing([], SIMILAR)(np.array([], np.int64), np.array([], np.int64)).size == 0
