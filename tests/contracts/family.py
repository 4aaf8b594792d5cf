"""What every question family of `grounded` does."""

from __future__ import annotations

import copy
import pickle
import re
from random import Random
from typing import Any, ClassVar

import pytest

from mmgen_datasets.chat import Exchange
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.grounded import answer
from mmgen_datasets.grounded.scene import read_scene
from mmgen_datasets.registry import resolve
from tests.grounded_oracle import confirm
from tests.grounded_scenes import make_sample

SEEDS = range(200)


class FamilyContract:
    """Inherit it, name the family, and give a sample with everything that it may answer."""

    name: ClassVar[str]
    sample: ClassVar[dict[str, Any]]
    answers: ClassVar[frozenset[str]]
    """Every answer that the sample allows, written by hand."""

    @pytest.fixture
    def exchanges(self) -> list[Exchange]:
        found = [answer(self.sample, families=[self.name], seed=seed) for seed in SEEDS]
        return [exchange for some in found for exchange in some]

    def test_it_answers_what_the_sample_shows(self, exchanges: list[Exchange]) -> None:
        assert {exchange.answer for exchange in exchanges} == self.answers

    def test_the_annotations_confirm_each_answer(self, exchanges: list[Exchange]) -> None:
        for exchange in exchanges:
            confirm(self.sample, exchange.question, exchange.answer)

    def test_it_signs_its_exchanges(self, exchanges: list[Exchange]) -> None:
        assert {exchange.family for exchange in exchanges} == {self.name}

    def test_it_asks_in_at_least_four_ways(self, exchanges: list[Exchange]) -> None:
        openings = {exchange.question.split(" the ")[0] for exchange in exchanges}
        assert len(openings) >= 2
        assert len({exchange.question for exchange in exchanges}) >= 4

    def test_it_answers_in_at_least_two_ways(self, exchanges: list[Exchange]) -> None:
        assert len({exchange.answer for exchange in exchanges}) >= 2

    def test_it_writes_whole_sentences(self, exchanges: list[Exchange]) -> None:
        for exchange in exchanges:
            assert re.fullmatch(r"[A-Z][^{}]*[a-z][?.]", exchange.question)
            assert re.fullmatch(r"[A-Z][^{}]*[a-zA-Z]\.", exchange.answer)
            assert "  " not in exchange.question + exchange.answer

    def test_yes_is_as_likely_as_no(self, exchanges: list[Exchange]) -> None:
        verdicts = [e.answer.split(",")[0] for e in exchanges]
        yes, no = verdicts.count("Yes"), verdicts.count("No")
        assert yes == no == 0 or 0.35 < yes / (yes + no) < 0.65

    def test_it_asks_nothing_where_nobody_looked(self) -> None:
        """No closed list and no confirmed label: the boxes may be incomplete."""
        unknown = self.sample | {"vocabulary": None, "labels": []}
        assert answer(unknown, families=[self.name]) == []

    def test_it_asks_nothing_about_nothing(self) -> None:
        assert answer(make_sample(), families=[self.name]) == []

    def test_it_leaves_the_sample_alone(self) -> None:
        before = copy.deepcopy(self.sample)
        answer(self.sample, families=[self.name])
        assert self.sample == before

    def test_it_says_what_each_draft_is_about(self) -> None:
        """Without its facts a draft could not be kept apart from its like."""
        family = resolve("question family", FAMILIES, self.name)
        drafts = [*family(read_scene(self.sample), Random(0))]
        assert drafts
        assert all(draft.asks for draft in drafts)

    def test_it_pickles(self) -> None:
        family = resolve("question family", FAMILIES, self.name)
        assert pickle.loads(pickle.dumps(family)) is family
