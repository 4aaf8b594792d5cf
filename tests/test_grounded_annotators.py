"""The question families that annotations like those of Open Images give rise to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings

from mmgen_datasets import load_dataset
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.grounded import answer
from mmgen_datasets.grounded.scene import read_scene
from tests.contracts.family import FamilyContract
from tests.grounded_names import NAMES
from tests.grounded_oracle import confirm
from tests.grounded_scenes import label, labelled_samples, make_sample, relation, thing

SAMPLE = Path(__file__).parent.parent / "builders" / "sample" / "open_images"
INTERACTIONS = ("interaction", "interaction_check")
MAN = thing("Man", 0.1, 0.1, 0.4, 0.9, is_group_of=False, is_depiction=False)
GUITAR = thing("Guitar", 0.2, 0.4, 0.5, 0.6)
TABLE = thing("Table", 0.5, 0.6, 0.9, 0.9)
DOG = thing("dog", 0.55, 0.35, 0.7, 0.6, is_group_of=False, is_depiction=False)


def labelled(*objects: dict[str, Any], absent: tuple[str, ...] = (), **columns: Any) -> Any:
    """A row as the builder of Open Images makes it: each box has its verified label."""
    there = dict.fromkeys(item["category"] for item in objects)
    labels = [label(name, present=True) for name in there]
    labels += [label(name, present=False) for name in absent]
    row = {"source": "open_images_v7", "vocabulary": None, "labels": labels}
    return make_sample(*objects, **{**row, **columns})


class TestClaim(FamilyContract):
    name = "claim"
    sample = labelled(DOG, absent=("Goose",))
    answers = frozenset(
        {
            "True: the picture shows a dog.",
            "True, I can see a dog in the image.",
            "False: there is no goose in the picture.",
            "False: the picture does not show a goose.",
            "False, I cannot see a goose in the image.",
        }
    )


class TestDepiction(FamilyContract):
    name = "depiction"
    sample = labelled(thing("Goose", 0.1, 0.1, 0.4, 0.9, is_depiction=True), DOG)
    answers = frozenset(
        f"{verdict}, {reason}."
        for verdict in ("Yes", "No")
        for reason in (
            "it is a real dog",
            "the dog is real",
            "it is a depiction, not a real goose",
            "the goose is only depicted, as in a drawing or a figure",
        )
    )


class TestEither(FamilyContract):
    name = "either"
    sample = labelled(DOG, absent=("Goose",))
    answers = frozenset(
        {
            "The picture shows a dog, but no goose.",
            "There is a dog in the picture, but no goose.",
            "I can see a dog in the image, but no goose.",
        }
    )


class TestNeither(FamilyContract):
    name = "either"
    sample = labelled(TABLE, absent=("Goose", "Violin"), captions=["Tables"])
    answers = frozenset(
        {
            "Neither: the picture shows no goose and no violin.",
            "Neither: the picture shows no violin and no goose.",
            "There is neither a goose nor a violin in the picture.",
            "There is neither a violin nor a goose in the picture.",
            "I can see neither of the two in the image.",
        }
    )


class TestGroup(FamilyContract):
    name = "group"
    sample = labelled(DOG, thing("Goose", 0.1, 0.1, 0.4, 0.9, is_group_of=True))
    answers = frozenset(
        {
            "There is a single dog in the picture.",
            "The picture shows only one dog.",
            "There is a group of geese in the picture.",
            "The picture shows a group of geese.",
        }
    )


class TestInside(FamilyContract):
    name = "inside"
    sample = labelled(
        thing("Van", 0.0, 0.0, 1.0, 1.0, is_inside=True),
        thing("Tent", 0.4, 0.4, 0.6, 0.6, is_inside=False),
    )
    answers = frozenset(
        f"{verdict}, {reason}."
        for verdict in ("Yes", "No")
        for reason in (
            "it shows the van from the inside",
            "the picture was taken inside the van",
            "it shows the tent from the outside",
            "the picture was taken outside the tent",
        )
    )


class TestInteraction(FamilyContract):
    name = "interaction"
    sample = labelled(
        *(MAN, GUITAR, thing("Mug", 0.5, 0.1, 0.6, 0.2), thing("Mug", 0.7, 0.1, 0.8, 0.2)),
        relations=[
            relation(MAN, "holds", GUITAR),
            relation(MAN, "holds", thing("Mug", 0.5, 0.1, 0.6, 0.2)),
            relation(MAN, "holds", thing("Mug", 0.7, 0.1, 0.8, 0.2)),
            relation(MAN, "interacts_with", GUITAR),
        ],
    )
    answers = frozenset(
        {
            "The man is holding a guitar and two mugs.",
            "In the picture, the man is holding a guitar and two mugs.",
            "The man is holding the guitar.",
            "The man is.",
        }
    )


class TestInteractionOfThings(FamilyContract):
    name = "interaction"
    sample = labelled(
        *(DOG, TABLE, thing("Mug", 0.8, 0.4, 0.9, 0.6)),
        relations=[
            relation(DOG, "on", TABLE),
            relation(thing("Mug", 0.8, 0.4, 0.9, 0.6), "on", TABLE),
        ],
        captions=["Mugs, dogs"],
    )
    answers = frozenset({"A dog and a mug are on the table.", "A dog and a mug are."})


class TestInteractionCheck(FamilyContract):
    name = "interaction_check"
    sample = labelled(MAN, GUITAR, absent=("Drum",), relations=[relation(MAN, "plays", GUITAR)])
    answers = frozenset(
        f"{verdict}, {start}the man is playing the guitar."
        for verdict in ("Yes", "No")
        for start in ("", "in the picture ")
    )


class TestInteractionCheckOfPlaces(FamilyContract):
    name = "interaction_check"
    sample = labelled(DOG, TABLE, relations=[relation(DOG, "on", TABLE)])
    answers = frozenset(
        f"{verdict}, {start}the dog is on the table."
        for verdict in ("Yes", "No")
        for start in ("", "in the picture ")
    )


class TestState(FamilyContract):
    name = "state"
    sample = labelled(
        *(MAN, TABLE),
        relations=[
            relation(TABLE, "is", "Wooden"),
            relation(TABLE, "is", "Transparent"),
            relation(MAN, "is", "Sit"),
            relation(MAN, "is", "Smile"),
        ],
    )
    answers = frozenset(
        {
            "The table is made of wood.",
            "It is made of wood.",
            "The man is sitting.",
            "In the picture, the man is sitting.",
            "The man is smiling.",
            "In the picture, the man is smiling.",
        }
    )


@pytest.mark.parametrize(
    ("annotated", "denied"),
    [
        (labelled(DOG, absent=("Animal",)), "Animal"),
        (labelled(thing("Bicycle wheel", 0, 0, 0.3, 0.3), absent=("Bicycle",)), "Bicycle"),
        (labelled(thing("Human face", 0, 0, 0.3, 0.3), absent=("Person",)), "Person"),
        (labelled(MAN, absent=("Person",)), "Person"),
        (labelled(MAN, absent=("Boy",)), "Boy"),
        (labelled(thing("Kitchen & dining room table", 0, 0, 1, 1), absent=("Table",)), "Table"),
        (labelled(absent=("Animal",), captions=["A goose"]), "Animal"),
        (labelled(absent=("Animal",), narratives=[{"text": "A Dog.", "words": []}]), "Animal"),
        (labelled(absent=("Tourism",)), "Tourism"),
        (labelled(labels=[label("Goose", False), label("Goose", True)]), "Goose"),
    ],
)
def test_nobody_says_absent_of(annotated: dict[str, Any], denied: str) -> None:
    """The hierarchy, parts, look-alikes, words in captions and in narratives speak against it."""
    assert denied not in read_scene(annotated).absent


@pytest.mark.parametrize(
    ("annotated", "denied"),
    [
        (labelled(MAN, absent=("Woman",)), "Woman"),
        (labelled(thing("Animal", 0, 0, 0.3, 0.3), absent=("Dog",)), "Dog"),
        (labelled(DOG, absent=("Cat",)), "Cat"),
        (labelled(labels=[label("Goose", False), label("Goose", True, verified=False)]), "Goose"),
    ],
)
def test_annotators_may_be_believed_of(annotated: dict[str, Any], denied: str) -> None:
    """Of its siblings, of a narrower kind, and against a machine."""
    assert read_scene(annotated).denied == [denied]


def test_a_broader_label_leaves_a_number_certain() -> None:
    """The one dog is what earned it; a box that says no more than "animal" may be another."""
    broad = label("Animal", present=True)
    with_label = labelled(DOG, labels=[label("dog", present=True), broad])
    assert read_scene(with_label).numbers == {"dog": 1}
    assert read_scene(labelled(DOG, thing("Animal", 0, 0, 0.3, 0.3))).numbers == {}


def test_a_narrower_label_makes_a_number_doubtful() -> None:
    person = thing("Person", 0.1, 0.1, 0.4, 0.9)
    row = labelled(person, labels=[label("Person", present=True), label("Woman", present=True)])
    assert read_scene(row).numbers == {}


def test_men_are_counted_beside_women() -> None:
    row = labelled(MAN, thing("Woman", 0.6, 0.1, 0.9, 0.9))
    assert read_scene(row).numbers == {"Man": 1, "Woman": 1}


@pytest.mark.parametrize(
    "other",
    [
        relation(MAN, "holds", GUITAR | {"bbox": [0.0, 0.0, 0.2, 0.2]}),
        relation(MAN, "holds", GUITAR | {"category": "Violin"}),
        relation(MAN, "holds", MAN),
        relation(MAN, "hang", GUITAR),
    ],
)
def test_a_relation_is_asked_about_only_where_both_things_are_plain(other: dict[str, Any]) -> None:
    sample = labelled(MAN, GUITAR, relations=[other])
    assert answer(sample, families=["interaction"]) == []


def test_nothing_is_said_of_places_in_a_picture_that_lies_on_its_side() -> None:
    places = ("position", "half", "relation", "relation_check")
    row = labelled(MAN, DOG, rotation=0)
    assert answer(row, families=places)
    assert answer(row | {"rotation": 90}, families=places) == []


def test_of_two_postures_none_is_told() -> None:
    both = [relation(MAN, "is", "Sit"), relation(MAN, "is", "Stand")]
    assert answer(labelled(MAN, relations=both), families=["state"]) == []


@pytest.mark.parametrize("caption", ["A drawing of a dog", "Here are toys.", "A poster"])
def test_nothing_is_called_real_in_what_captions_call_a_likeness(caption: str) -> None:
    asked = [answer(labelled(DOG), families=["depiction"], seed=seed) for seed in range(20)]
    assert any(asked)
    drawn = labelled(DOG, captions=[caption])
    assert not any(answer(drawn, families=["depiction"], seed=seed) for seed in range(20))


def test_a_toy_is_not_asked_to_be_real() -> None:
    bear = thing("Teddy bear", 0.1, 0.1, 0.4, 0.9, is_depiction=False)
    assert answer(labelled(bear), families=["depiction"]) == []


def test_what_open_images_alone_tells_leaves_other_sources_as_they_were() -> None:
    """None of the families has anything to ask of COCO."""
    sample = make_sample(thing("dog", 0.1, 0.1, 0.4, 0.9), thing("cup", 0.5, 0.1, 0.6, 0.2))
    for family in ("claim", "depiction", "either", "group", "inside", *INTERACTIONS, "state"):
        assert answer(sample, families=[family]) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow])
@given(labelled_samples())
def test_the_annotations_confirm_every_exchange(sample: dict[str, Any]) -> None:
    for family in ("claim", "depiction", "either", "group", "inside", *INTERACTIONS, "state"):
        for seed in (0, 1):
            for exchange in answer(sample, families=[family], seed=seed):
                confirm(sample, exchange.question, exchange.answer)


def named(row: Any) -> Any:
    """A row of the bundled sample, with the names that the oracle knows."""
    for column, key in (("objects", "category"), ("labels", "name")):
        for item in row[column]:
            item[key] = known(item[key])
    for tie in row["relations"]:
        tie["subject"] = known(tie["subject"])
        tie["object"] = tie["object"] if tie["predicate"] == "is" else known(tie["object"])
    return row


def known(name: str) -> str:
    return name if name in NAMES else name.lower()


def test_the_annotations_of_the_bundled_sample_confirm_every_exchange(tmp_path: Path) -> None:
    samples = load_dataset(
        "open_images_v7", data_dir=str(SAMPLE), split="train", cache_dir=str(tmp_path)
    )
    asked = set()
    for row in map(named, samples.remove_columns("image")):
        for family in FAMILIES:
            for exchange in answer(row, families=[family]):
                confirm(row, exchange.question, exchange.answer)
                asked.add(family)
    assert {"choice", "claim", "counting", "either", "group", "interaction", "state"} <= asked
