"""The plan of targeted generation: its arithmetic, its draws, and MM-Gen's prompt file."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.ablations import (
    captions_per_image,
    first_candidates,
    first_references,
    share_of_references,
    without_partition,
)
from mmgen_datasets.targeting.arithmetic import items_of_prompts, num_items, num_prompts
from mmgen_datasets.targeting.plan import Amounts, plan_prompts
from mmgen_datasets.targeting.prompt_file import (
    Prompt,
)
from mmgen_datasets.targeting.samplers import Deck
from tests.mm_gen_tasks import task_of_size

REFERENCES = {"bar": 1203, "pie": 198, "line": 519}
CANDIDATES = {"bar": 15920, "pie": 2135, "line": 10244}
COUNTS = st.lists(st.integers(0, 2000), min_size=1, max_size=6).filter(any)


def sizes(task: Any) -> tuple[list[int], list[int]]:
    groups = task.subgroups
    return [len(g.reference_sample_idx) for g in groups], [len(g.candidates) for g in groups]


@pytest.mark.parametrize(
    ("references", "total", "per_candidate", "prompts"),
    [
        ([1203, 198, 519], 150000, 1, [93985, 15469, 40547]),
        ([1203, 198, 519], 28299, 3, [5911, 973, 2550]),
        ([1203, 198, 519], 28299, 5, [3547, 584, 1530]),
        ([1203, 198, 519], 10, 1, [7, 2, 3]),
        ([198, 198, 519], 150000, 1, [32460, 32460, 85082]),
        ([121, 20, 52], 150000, 1, [94042, 15545, 40415]),
    ],
)
def test_prompts_are_as_many_as_mm_gen_makes(
    references: list[int], total: int, per_candidate: int, prompts: list[int]
) -> None:
    assert num_prompts(total, references, per_candidate) == prompts
    samples = per_candidate * sum(prompts)
    assert total <= samples < total + len(references) * per_candidate


@given(COUNTS, st.integers(1, 100_000), st.integers(1, 10))
def test_the_exact_total_is_exact_and_near_each_share(
    references: list[int], total: int, per_candidate: int
) -> None:
    items = items_of_prompts(total, references, per_candidate, exact=True)
    assert sum(map(sum, items)) == total
    assert all(1 <= count <= per_candidate for group in items for count in group)
    for group, count in zip(items, references, strict=True):
        assert abs(sum(group) - total * count / sum(references)) < 1


def test_equal_remainders_go_to_the_first() -> None:
    assert num_items(4, [1, 1, 1]) == [2, 1, 1]


@pytest.mark.parametrize(("total", "references"), [(0, [1]), (1, []), (1, [0, 0])])
def test_what_cannot_be_shared_out_is_refused(total: int, references: list[int]) -> None:
    with pytest.raises(UsageError):
        num_prompts(total, references)


@given(st.integers(1, 30), st.integers(0, 100), st.integers(0, 5))
def test_a_deck_draws_evenly(size: int, draws: int, seed: int) -> None:
    deck = Deck(range(size), str(seed))
    counts = Counter(thing for _ in range(draws) for thing in deck.draw(1))
    most = max(counts.values(), default=0)
    assert sorted(set(counts.values()) - {most, most - 1}) == []
    assert most == -(-draws // size)


def test_the_last_draw_of_a_round_is_short_as_with_mm_gen() -> None:
    deck = Deck(range(7), "seed")
    assert [len(deck.draw(3)) for _ in range(6)] == [3, 3, 1, 3, 3, 1]
    assert [len(Deck(range(2), "seed").draw(3))] == [2]


def test_what_is_passed_over_is_drawn_next() -> None:
    deck = Deck("ab", "seed")
    [first] = Deck("ab", "seed").draw(1)
    [other] = deck.draw(1, passing_over=first.__eq__)
    assert other != first
    assert deck.draw(1) == [first]
    assert Deck("a", "seed").draw(1, passing_over=lambda _: True) == []


def test_candidates_are_cycled_evenly_and_examples_are_of_the_same_subgroup() -> None:
    task = task_of_size({"bar": 7, "pie": 3}, {"bar": 4, "pie": 5})
    plan = plan_prompts(task, Amounts(total_gen=40, num_icl=3))
    assert plan.per_keyword() == {"bar": 28, "pie": 12}
    assert [prompt.keyword for prompt in plan.prompts] == ["bar"] * 28 + ["pie"] * 12
    used = Counter(prompt.candidate for prompt in plan.prompts)
    assert {used[path] for path in task.subgroups[0].candidates} == {7}
    assert {used[path] for path in task.subgroups[1].candidates} == {2, 3}
    for prompt in plan.prompts:
        group = {"bar": range(7), "pie": range(7, 10)}[prompt.keyword]
        assert set(prompt.icl_indices) <= {*group}
    assert {len(p.icl_indices) for p in plan.prompts if p.keyword == "bar"} == {3, 1}


def test_the_same_seed_gives_the_same_plan_and_another_subgroup_changes_none_of_it() -> None:
    task = task_of_size({"bar": 5, "pie": 5}, {"bar": 9, "pie": 9})
    plans = [plan_prompts(task, Amounts(20, seed=seed)) for seed in (1, 1, 2)]
    assert plans[0] == plans[1] != plans[2]
    assert plans[0].sha256 == plans[1].sha256 != plans[2].sha256
    fewer = first_candidates(task, {"bar": 2})
    other = plan_prompts(fewer, Amounts(20, seed=1))
    assert other.prompts[10:] == plans[0].prompts[10:]
    assert other.prompts[:10] != plans[0].prompts[:10]


def test_an_example_is_never_of_the_candidate_unless_allowed() -> None:
    task = task_of_size({"bar": 3}, {"bar": 3})
    own = task.image_paths(0) + task.image_paths(1) + task.image_paths(2)
    [group] = task.subgroups
    same = type(task)("ref", "", (type(group)("bar", (0, 1, 2), own),), task.samples)
    plan = plan_prompts(same, Amounts(60))
    assert all(prompt.candidate != own[prompt.icl_indices[0]] for prompt in plan.prompts)
    used = Counter(prompt.icl_indices[0] for prompt in plan.prompts)
    assert max(used.values()) - min(used.values()) <= 10
    allowed = plan_prompts(same, Amounts(60, allow_self=True))
    assert any(prompt.candidate == own[prompt.icl_indices[0]] for prompt in allowed.prompts)


def test_where_the_only_reference_is_the_candidate_no_example_is_shown() -> None:
    task = task_of_size({"bar": 1}, {"bar": 1})
    [group] = task.subgroups
    same = type(task)("ref", "", (type(group)("bar", (0,), task.image_paths(0)),), task.samples)
    assert plan_prompts(same, Amounts(1)).prompts == [Prompt("bar", ["ref/bar-0.png"], [])]


def test_a_prompt_has_label_picture_and_text_of_each_example_and_the_candidate_last() -> None:
    task = task_of_size({"bar": 1}, {"bar": 1})
    [prompt] = plan_prompts(task, Amounts(1)).prompts
    text = "Q: [the picture of example 1] Which value has bar 0?\n A: 0"
    assert prompt.prompt == ["Example 1", "ref/bar-0.png", text, "pool/bar-0.png"]
    assert prompt.icl_indices == [0]


def test_comparisons_and_mark_up_of_an_example_are_left_as_they_are() -> None:
    turns = [
        {"from": "user", "value": "<image_1>Is <b>3</b> < 4 and 5 > 2?"},
        {"from": "assistant", "value": "Yes: 3 < 4, see a.jpg"},
        {"from": "user", "value": "And then?"},
    ]
    task = task_of_size({"bar": 1}, {"bar": 1})
    samples = ({"image_1": "a.png", "conversations": turns},)
    [prompt] = plan_prompts(type(task)("r", "", task.subgroups, samples), Amounts(1)).prompts
    said = "Q: [the picture of example 1] Is <b>3</b> < 4 and 5 > 2?\n A: Yes: 3 < 4, see a.jpg"
    assert prompt.prompt[2] == said
    [example] = prompt.examples()
    assert (example.pictures, example.text) == (("r/a.png",), said), "the text is no picture"
    assert prompt.candidate == "pool/bar-0.png"


def test_an_example_may_have_several_pictures() -> None:
    turns = [
        {"from": "human", "value": "<image><image> Which is taller?"},
        {"from": "gpt", "value": "The second."},
    ]
    task = task_of_size({"bar": 1}, {"bar": 1})
    samples = ({"image_1": "a.png", "image_2": "b.png", "conversations": turns},)
    [prompt] = plan_prompts(type(task)("r", "", task.subgroups, samples), Amounts(1)).prompts
    [example] = prompt.examples()
    assert example.pictures == ("r/a.png", "r/b.png")
    assert example.text.startswith("Q: [picture 1 of example 1] [picture 2 of example 1] Which")


@pytest.mark.parametrize("num_icl", range(11))
def test_from_none_to_ten_examples_can_be_shown(num_icl: int) -> None:
    task = task_of_size({"bar": 20}, {"bar": 2})
    plan = plan_prompts(task, Amounts(2, num_icl=num_icl))
    assert [len(prompt.examples()) for prompt in plan.prompts] == [num_icl] * 2


def test_modes_without_examples_draw_none() -> None:
    task = task_of_size({"bar": 2}, {"bar": 2})
    for mode in ("generic", "vqa_task_desc", "descript_task_desc"):
        plan = plan_prompts(task, Amounts(2), mode)
        assert [len(prompt.prompt) for prompt in plan.prompts] == [1, 1]
        assert [prompt.icl_indices for prompt in plan.prompts] == [[], []]


def test_tqa_needs_no_candidate() -> None:
    task = task_of_size({"bar": 2}, {"bar": 0})
    plan = plan_prompts(task, Amounts(2), "tqa")
    assert [prompt.candidate for prompt in plan.prompts] == [None, None]
    assert [len(prompt.examples()) for prompt in plan.prompts] == [1, 1]


@pytest.mark.parametrize(
    ("references", "candidates", "says"),
    [
        ({"bar": 1}, {"bar": 0}, "'bar' has references and no candidates"),
        ({"bar": 0}, {"bar": 1}, "no keyword of the task has a reference"),
    ],
)
def test_a_task_that_lacks_something_is_refused(
    references: dict[str, int], candidates: dict[str, int], says: str
) -> None:
    with pytest.raises(UsageError, match=says):
        plan_prompts(task_of_size(references, candidates), Amounts(1))


def test_a_keyword_without_references_gets_no_prompt() -> None:
    plan = plan_prompts(task_of_size({"bar": 1, "pie": 0}, {"bar": 1, "pie": 0}), Amounts(5))
    assert plan.per_keyword() == {"bar": 5}


def test_the_number_of_examples_has_bounds() -> None:
    with pytest.raises(UsageError, match="num_icl is 11"):
        Amounts(1, num_icl=11)


def test_the_whole_plan_of_chartqa_has_mm_gens_size() -> None:
    task = task_of_size(REFERENCES, CANDIDATES)
    plan = plan_prompts(task, Amounts(28299, min_gen_per_candidate=3))
    assert plan.per_keyword() == {"bar": 5911, "pie": 973, "line": 2550}
    assert (plan.total_gen, plan.num_items) == (9434, 28302)
    exact = plan_prompts(task, Amounts(28299, min_gen_per_candidate=3, exact_total=True))
    assert exact.num_items == 28299


def test_ablations_have_mm_gens_sizes() -> None:
    task = task_of_size(REFERENCES, CANDIDATES)
    assert sizes(without_partition(task)) == ([1920], [28299])
    small = share_of_references(task, 0.1)
    assert sizes(small)[0] == [121, 20, 52]
    imbalanced = first_candidates(first_references(task, {"bar": 198}), {"bar": 2135})
    assert sizes(imbalanced) == ([198, 198, 519], [2135, 2135, 10244])
    assert sizes(captions_per_image(task, 3))[1] == [5306, 711, 3414]
    assert sizes(captions_per_image(task, 5))[1] == [3184, 427, 2048]
    assert small == share_of_references(task, 0.1) != share_of_references(task, 0.1, seed=1)


@pytest.mark.parametrize(
    "call",
    [
        lambda task: share_of_references(task, 0.0),
        lambda task: captions_per_image(task, 0),
        lambda task: first_references(task, {"map": 1}),
        lambda task: first_references(task, {"bar": -1}),
    ],
)
def test_ablations_refuse_what_cannot_be(call: Any) -> None:
    with pytest.raises(UsageError):
        call(task_of_size({"bar": 1}, {"bar": 1}))
