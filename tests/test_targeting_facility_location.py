"""Facility location: the rows that stand for the others best."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting import facility_location as module
from mmgen_datasets.targeting.facility_location import facility_location


def units(count: int, seed: int, width: int = 5) -> Any:
    vectors = np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


class TestFacilityLocation:
    @given(st.integers(1, 30), st.integers(0, 1000), st.data())
    def test_it_chooses_what_plain_greed_does(self, count: int, seed: int, data: Any) -> None:
        vectors = units(count, seed)
        num = data.draw(st.integers(0, count))
        likeness = (vectors.astype(float) @ vectors.T.astype(float) + 1) / 2
        chosen: list[int] = []
        covered = np.zeros(count)
        for _ in range(num):
            gains = np.maximum(likeness - covered, 0).sum(1)
            gains[chosen] = -1
            chosen.append(int(gains.argmax()))
            covered = np.maximum(covered, likeness[chosen[-1]])
        value = likeness[sorted(chosen)].max(0).sum() if num else 0
        found = facility_location(vectors, num)
        assert len(set(found)) == num
        assert num == 0 or likeness[found].max(0).sum() == pytest.approx(value)

    def test_one_of_each_cluster_is_chosen(self) -> None:
        vectors = np.repeat(np.eye(4, dtype=np.float32), 5, axis=0)
        assert facility_location(vectors, 4) == [0, 5, 10, 15]

    def test_large_pools_are_divided_and_give_as_many(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "LARGEST_POOL", 16)
        vectors = units(100, 0)
        for num in (0, 1, 7, 50, 100):
            chosen = facility_location(vectors, num, seed=3)
            assert len(set(chosen)) == num
            assert chosen == facility_location(vectors, num, seed=3)

    def test_more_than_there_are_is_refused(self) -> None:
        with pytest.raises(UsageError, match="3 of 2"):
            facility_location(units(2, 0), 3)
