"""Whole conversations: true, without repeats, the same every time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mmgen_datasets.errors import SourceError, UnknownNameError, UsageError
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.grounded import answer
from mmgen_datasets.grounded.scene import read_scene
from tests.grounded_names import NAMES, without_article
from tests.grounded_oracle import confirm
from tests.grounded_scenes import label, make_sample, samples, thing

DOG = ("dog", 0.1, 0.6, 0.3, 0.8)
STREET = make_sample(
    thing(*DOG),
    thing("cat", 0.7, 0.1, 0.8, 0.2),
    thing("bus", 0.4, 0.3, 0.75, 0.6),
    thing("person", 0.0, 0.2, 0.1, 0.5),
    thing("person", 0.8, 0.5, 0.9, 0.9),
    thing("person", 0.55, 0.65, 0.65, 0.95),
    captions=["A dog waits for the bus."],
)
NOUN = re.compile(
    "|".join(rf"\b{noun}\b" for noun in sorted(map(without_article, NAMES), key=len)[::-1])
)
lively = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow])


@lively
@given(samples(), st.integers(0, 9))
def test_the_annotations_confirm_every_exchange(sample: dict[str, Any], seed: int) -> None:
    for exchange in answer(sample, seed=seed):
        confirm(sample, exchange.question, exchange.answer)


@lively
@given(samples(), st.sampled_from(list(FAMILIES)))
def test_the_annotations_confirm_each_family(sample: dict[str, Any], family: str) -> None:
    """Taken one by one, rare families come up as often as the others."""
    for exchange in answer(sample, families=[family]):
        confirm(sample, exchange.question, exchange.answer)


@lively
@given(samples(), st.integers(0, 9))
def test_a_conversation_does_not_repeat_itself(sample: dict[str, Any], seed: int) -> None:
    exchanges = answer(sample, seed=seed)
    assert len({exchange.question for exchange in exchanges}) == len(exchanges)
    assert len({exchange.family for exchange in exchanges}) == len(exchanges)


@lively
@given(samples(), st.integers(1, 6))
def test_there_are_at_most_as_many_exchanges_as_asked_for(sample: dict[str, Any], n: int) -> None:
    assert len(answer(sample, max_exchanges=n)) <= n


@lively
@given(samples(), st.integers(0, 9))
def test_nothing_is_asked_that_was_told_before(sample: dict[str, Any], seed: int) -> None:
    """Whether there is a dog is no question once "the dog" or a number of dogs was spoken of."""
    told: set[str] = set()
    for exchange in answer(sample, seed=seed):
        if exchange.family == "presence":
            assert told.isdisjoint(NOUN.findall(exchange.question))
        told.update(NOUN.findall(f"{exchange.question} {exchange.answer}"))


def test_the_same_seed_gives_the_same_bytes_in_another_process() -> None:
    program = f"from mmgen_datasets.grounded import answer; print(answer({STREET!r}, seed=7))"
    runs = [
        subprocess.run(
            [sys.executable, "-c", program],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert runs == [f"{answer(STREET, seed=7)}\n"] * 2


def test_seeds_and_ids_give_other_draws() -> None:
    draws = [answer(STREET, seed=seed) for seed in range(3)]
    draws += [answer(STREET | {"id": id}) for id in ("2", "3")]
    assert len({tuple(draw) for draw in draws}) == 5


def test_a_family_draws_alike_whoever_else_asks() -> None:
    """A family added later must not change what the others say."""
    alone = answer(STREET, families=["counting"])
    assert alone[0] in answer(STREET, families=["counting", "half"], max_exchanges=9)


def test_the_order_of_families_does_not_matter() -> None:
    assert answer(STREET, families=[*reversed(FAMILIES)]) == answer(STREET)


def test_a_family_of_ones_own_may_be_named() -> None:
    [exchange] = answer(STREET, families=["mmgen_datasets.grounded.counting:ask"])
    assert exchange.family == "mmgen_datasets.grounded.counting:ask"


def test_yes_and_no_balance_over_many_samples() -> None:
    verdicts: Counter[str] = Counter()
    for number in range(400):
        exchanges = answer(STREET | {"id": str(number)})
        verdicts.update(exchange.answer.split(",")[0] for exchange in exchanges)
    assert 0.44 < verdicts["Yes"] / (verdicts["Yes"] + verdicts["No"]) < 0.56


def test_conversations_open_in_many_ways() -> None:
    openings = Counter(answer(STREET | {"id": str(n)})[0].question for n in range(200))
    assert openings.most_common(1)[0][1] <= 10


@pytest.mark.parametrize(
    "other",
    [
        thing("dog", 0.5, 0.5, 0.9, 0.9, is_crowd=True),
        thing("dog", 0.5, 0.5, 0.9, 0.9, is_group_of=True),
        thing("dog", 0.5, 0.5, 0.9, 0.9, is_depiction=True),
        thing("dog", 0.5, 0.5, 0.9, 0.9, is_inside=True),
        thing("dog", 0.5, 0.5, 0.9, 0.9, confidence=0.7),
        thing("dog", 0.5, 0.5, 0.51, 0.51),
        thing("dog", 0.5, 0.5, 0.5, 0.9),
        thing("dog", 0.9, 0.9, 0.5, 0.5),
        thing("dog", 0.5, float("nan"), 0.9, 0.9),
        thing("dog", 0.5, 0.5, 0.9, 0.9, area=0.007),
        thing("dog", 0.1, 0.601, 0.3, 0.8),
        thing("hot dog", 0.5, 0.5, 0.9, 0.9),
        thing("Puppy", 0.5, 0.5, 0.9, 0.9),
    ],
)
def test_a_number_is_not_certain_beside(other: dict[str, Any]) -> None:
    assert read_scene(make_sample(thing(*DOG))).numbers == {"dog": 1}
    scene = read_scene(make_sample(thing(*DOG), other))
    assert "dog" not in scene.numbers
    assert "dog" not in scene.single
    assert "dog" in scene.seen


@pytest.mark.parametrize(
    ("caption", "number"),
    [("A dog", 1), ("Dogs at play", None), ("Three dogs", None), ("Three cats, one dog", 1)],
)
def test_a_number_is_not_certain_if_a_caption_names_more(caption: str, number: int | None) -> None:
    assert read_scene(make_sample(thing(*DOG), captions=[caption])).numbers.get("dog") == number


def test_a_person_is_not_called_it() -> None:
    places = ("position", "half", "relation")
    sample = make_sample(thing("person", 0.1, 0.6, 0.3, 0.8), thing("dog", 0.6, 0.6, 0.8, 0.8))
    asked = [answer(sample, families=places, seed=seed) for seed in range(60)]
    of_the_person = [e.answer for some in asked for e in some if " the person " in e.question]
    assert any(text.startswith("The person is in") for text in of_the_person)
    assert not any("it is" in text.lower() for text in of_the_person if "dog" not in text)


def test_two_of_many_are_not_counted() -> None:
    dogs = [thing(*DOG), thing("dog", 0.5, 0.5, 0.9, 0.9)]
    assert read_scene(make_sample(*dogs, captions=["Two dogs"])).numbers == {"dog": 2}
    assert read_scene(make_sample(*dogs, captions=["Several dogs"])).numbers == {}


def test_more_than_eight_are_not_counted() -> None:
    birds = [thing("bird", 0.1 * n, 0.1, 0.1 * n + 0.09, 0.3) for n in range(9)]
    assert read_scene(make_sample(*birds[:8])).numbers == {"bird": 8}
    assert read_scene(make_sample(*birds)).numbers == {}


@pytest.mark.parametrize(
    ("sample", "name"),
    [
        (make_sample(thing("zebra", 0.1, 0.1, 0.5, 0.5, is_crowd=True)), "zebra"),
        (make_sample(thing("zebra", 0.1, 0.1, 0.11, 0.11)), "zebra"),
        (make_sample(thing("zebra", 0.1, 0.1, 0.5, 0.5, is_depiction=True)), "zebra"),
        (make_sample(captions=["Two zebras"]), "zebra"),
        (make_sample(captions=["A lady with her pet"]), "person"),
        (make_sample(captions=["An old motorbike"]), "motorcycle"),
        (make_sample(thing("Sofa", 0.1, 0.1, 0.5, 0.5)), "couch"),
        (make_sample(thing("teddy bear", 0.1, 0.1, 0.5, 0.5)), "bear"),
        (make_sample(thing("laptop", 0.1, 0.1, 0.5, 0.5)), "keyboard"),
        (make_sample(labels=[label("zebra", present=True, verified=False)]), "zebra"),
        (make_sample(vocabulary=None), "zebra"),
        (make_sample(vocabulary=None, labels=[label("zebra", False, verified=False)]), "zebra"),
        (make_sample(), "dining table"),
    ],
)
def test_nobody_says_absent_of(sample: dict[str, Any], name: str) -> None:
    assert name not in read_scene(sample).absent


def test_a_banana_may_be_a_bunch_and_is_neither_one_nor_counted() -> None:
    sample = make_sample(thing("banana", 0.1, 0.1, 0.5, 0.5))
    assert read_scene(sample).numbers == {}
    asked = [answer(sample, families=["presence"], seed=seed) for seed in range(40)]
    yes = {e.answer for exchanges in asked for e in exchanges if e.answer.startswith("Yes")}
    assert yes == {
        "Yes, there is at least one in the picture.",
        "Yes, the picture shows at least one.",
    }


def test_what_annotators_denied_is_absent_without_a_closed_list() -> None:
    sample = make_sample(vocabulary=None, labels=[label("Goose", False), label("Dress", None)])
    assert read_scene(sample).absent == ["Goose"]


def test_a_label_that_a_box_contradicts_settles_nothing() -> None:
    scene = read_scene(make_sample(thing(*DOG), labels=[label("dog", False)]))
    assert "dog" not in {*scene.seen, *scene.numbers, *scene.absent}


def test_a_crowd_is_seen_but_has_no_number() -> None:
    scene = read_scene(make_sample(thing("sheep", 0.1, 0.1, 0.9, 0.9, is_crowd=True)))
    assert (scene.seen, scene.numbers) == ({"sheep": 2}, {})


def test_absent_things_of_a_kind_with_those_seen_are_tempting() -> None:
    tempting = read_scene(make_sample(thing(*DOG))).tempting
    assert {"cat", "zebra"} <= set(tempting)
    assert "toaster" not in tempting


def test_a_picture_without_annotations_is_not_asked_about() -> None:
    """It may be one that nobody looked at."""
    assert answer(make_sample()) == []


def test_columns_that_are_null_are_empty() -> None:
    assert answer(make_sample(objects=None, labels=None, captions=None)) == []


def test_without_a_size_nothing_is_said_of_distances() -> None:
    things = [thing("cat", 0.45, 0.4, 0.5, 0.5), thing("bus", 0.9, 0.4, 1.0, 0.5)]
    sample = make_sample(thing("dog", 0.1, 0.4, 0.3, 0.5), *things)
    assert answer(sample, families=["nearest"])
    assert answer(sample | {"width": None}, families=["nearest"]) == []


def test_a_vocabulary_that_does_not_exist_is_named() -> None:
    with pytest.raises(SourceError, match="'cooc'"):
        answer(make_sample(vocabulary="cooc"))


def test_a_family_that_does_not_exist_is_named() -> None:
    with pytest.raises(UnknownNameError, match="'countin'"):
        answer(STREET, families=["countin"])


def test_a_conversation_of_no_exchanges_is_refused() -> None:
    with pytest.raises(UsageError, match="max_exchanges is 0"):
        answer(STREET, max_exchanges=0)
