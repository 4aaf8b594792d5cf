"""Each question family with a scene whose answers are known."""

from __future__ import annotations

from mmgen_datasets.families import FAMILIES
from tests import test_grounded_annotators as others
from tests.contracts.family import FamilyContract
from tests.grounded_names import COCO_NAMES
from tests.grounded_scenes import label, make_sample, thing

DOG = thing("dog", 0.1, 0.6, 0.3, 0.8, area=0.03)
CAT = thing("cat", 0.7, 0.1, 0.8, 0.2, area=0.008)
CAR = thing("car", 0.35, 0.3, 0.75, 0.6, area=0.1)
THREE_CUPS = [thing("cup", x, 0.1, x + 0.1, 0.3) for x in (0.1, 0.3, 0.5)]


def everything_but(*names: str) -> list[str]:
    """Captions that mention all of COCO's categories but these, which alone may be absent."""
    return [many for name, (_, many) in COCO_NAMES.items() if name not in names]


class TestChoice(FamilyContract):
    name = "choice"
    sample = make_sample(DOG, captions=everything_but("dog", "zebra", "kite", "vase"))
    answers = frozenset(
        {
            "The picture shows a dog.",
            "Of these, only a dog can be seen in the picture.",
            "It shows a dog.",
        }
    )


class TestCountCheck(FamilyContract):
    name = "count_check"
    sample = make_sample(*THREE_CUPS)
    answers = frozenset(
        {
            "Yes, there are exactly three cups in the picture.",
            "Yes, the picture shows three cups.",
            "Yes, that is right: there are three cups.",
            "No, there are three cups in the picture.",
            "No, the picture shows three cups.",
            "No, that is not right: there are three cups.",
        }
    )


class TestCounting(FamilyContract):
    name = "counting"
    sample = make_sample(*THREE_CUPS)
    answers = frozenset(
        {
            "There are three cups in the picture.",
            "The picture shows three cups.",
            "I can see three cups in the image.",
        }
    )


class TestExtreme(FamilyContract):
    name = "extreme"
    sample = make_sample(
        thing("dog", 0.0, 0.45, 0.1, 0.55),
        thing("cat", 0.5, 0.45, 0.6, 0.55),
        thing("car", 0.5, 0.45, 0.6, 0.55),
    )
    answers = frozenset(
        {
            "The dog is furthest to the left.",
            "Of the three, the dog is furthest to the left in the picture.",
            "It is the dog that is furthest to the left.",
        }
    )


class TestFalsePremise(FamilyContract):
    name = "false_premise"
    sample = make_sample(DOG, captions=everything_but("dog", "zebra"))
    answers = frozenset(
        {
            "There is no zebra in the picture.",
            "I cannot see a zebra in this image.",
            "The picture does not show a zebra.",
        }
    )


class TestHalf(FamilyContract):
    name = "half"
    sample = make_sample(thing("dog", 0.1, 0.3, 0.2, 0.7))
    answers = frozenset(
        {
            "Yes, the dog is in the left half of the picture.",
            "Yes, it is in the left half.",
            "No, the dog is in the left half of the picture.",
            "No, it is in the left half.",
        }
    )


class TestLargest(FamilyContract):
    name = "largest"
    sample = make_sample(DOG, CAT, CAR)
    answers = frozenset(
        {
            "The car takes up the most of the picture.",
            "Of the three, the car covers the most of the picture.",
            "It is the car that takes up the most space.",
            "The cat takes up the least of the picture.",
            "Of the three, the cat covers the least of the picture.",
            "It is the cat that takes up the least space.",
        }
    )


class TestMissing(FamilyContract):
    name = "missing"
    sample = make_sample(DOG, CAT, captions=everything_but("dog", "cat", "zebra"))
    answers = frozenset(
        {
            "There is no zebra in the picture.",
            "The picture does not show a zebra.",
            "I can see the others, but there is no zebra in the image.",
        }
    )


class TestMore(FamilyContract):
    name = "more"
    sample = make_sample(DOG, *THREE_CUPS)
    answers = frozenset(
        {
            "There are more cups than dogs in the picture.",
            "The picture shows more cups: three cups, compared with one dog.",
            "There are more cups, three cups against one dog.",
        }
    )


class TestNearest(FamilyContract):
    name = "nearest"
    sample = make_sample(
        thing("dog", 0.1, 0.45, 0.2, 0.55),
        thing("cat", 0.45, 0.45, 0.55, 0.55),
        thing("car", 0.8, 0.45, 0.9, 0.55),
    )
    answers = frozenset(
        sentence.format(near="cat", anchor=anchor, far=far)
        for anchor, far in (("dog", "car"), ("car", "dog"))
        for sentence in (
            "In the picture, the {near} is closer to the {anchor} than the {far} is.",
            "The {near} is closer to the {anchor}.",
            "The {near} is nearer to the {anchor} than the {far}.",
        )
    )


class TestPosition(FamilyContract):
    name = "position"
    sample = make_sample(thing("dog", 0.1, 0.6, 0.2, 0.7), thing("cat", 0.3, 0.3, 0.7, 0.4))
    answers = frozenset(
        {
            "The dog is in the lower left part of the picture.",
            "It is in the lower left part of the picture.",
            "You can see the dog in the lower left part of the picture.",
            "The cat is in the upper half of the picture.",
            "It is in the upper half of the picture.",
            "You can see the cat in the upper half of the picture.",
        }
    )


class TestPresence(FamilyContract):
    name = "presence"
    sample = make_sample(
        DOG, *THREE_CUPS, captions=everything_but("dog", "hot dog", "cup", "zebra")
    )
    answers = frozenset(
        {
            "Yes, there is a dog in the picture.",
            "Yes, the picture shows a dog.",
            "Yes, there are cups in the picture.",
            "Yes, the picture shows cups.",
            "No, there is no zebra in the picture.",
            "No, the picture does not show a zebra.",
            "No, I cannot see a zebra in the image.",
        }
    )


class TestRelation(FamilyContract):
    name = "relation"
    sample = make_sample(thing("dog", 0.1, 0.6, 0.3, 0.8), thing("cat", 0.1, 0.1, 0.3, 0.3))
    answers = frozenset(
        {
            "The cat is higher up in the picture than the dog.",
            "The cat is higher up than the dog.",
            "The cat is.",
        }
    )


class TestRelationBeside(FamilyContract):
    name = "relation"
    sample = make_sample(thing("dog", 0.1, 0.6, 0.3, 0.8), thing("cat", 0.6, 0.6, 0.8, 0.8))
    answers = frozenset(
        {
            "The dog is to the left of the cat.",
            "In the picture, the dog is to the left of the cat.",
            "It is to the left of the cat.",
            "The cat is to the right of the dog.",
            "In the picture, the cat is to the right of the dog.",
            "It is to the right of the dog.",
        }
    )


class TestRelationCheck(FamilyContract):
    name = "relation_check"
    sample = make_sample(thing("dog", 0.1, 0.6, 0.3, 0.8), thing("cat", 0.6, 0.6, 0.8, 0.8))
    answers = frozenset(
        f"{verdict}, {start}the {a} is to the {side} of the {b}."
        for verdict in ("Yes", "No")
        for start in ("", "in the picture ")
        for a, side, b in (("dog", "left", "cat"), ("cat", "right", "dog"))
    )


class TestSize(FamilyContract):
    name = "size"
    sample = make_sample(DOG, CAT)
    answers = frozenset(
        {
            "The dog takes up more of the picture than the cat.",
            "The dog does.",
            "The dog covers more of the picture.",
        }
    )


class TestSizeCheck(FamilyContract):
    name = "size_check"
    sample = make_sample(DOG, CAT)
    answers = frozenset(
        {
            "Yes, the dog takes up more of the picture than the cat.",
            "Yes, the dog covers more of it.",
            "No, the dog takes up more of the picture than the cat.",
            "No, the dog covers more of it.",
        }
    )


class TestVisibility(FamilyContract):
    name = "visibility"
    sample = make_sample(
        thing("Goose", 0.1, 0.1, 0.5, 0.5, is_truncated=True, is_occluded=False),
        labels=[label("Goose", present=True)],
        vocabulary=None,
    )
    answers = frozenset(
        f"{verdict}, {reason}."
        for verdict in ("Yes", "No")
        for reason in (
            "a part of it lies outside the picture",
            "the edge of the picture cuts it off",
            "nothing hides any part of it",
            "nothing is in front of it",
        )
    )


def test_every_family_has_a_contract_test() -> None:
    assert others.TestClaim in FamilyContract.__subclasses__()
    pictured = {name for name in FAMILIES if not name.startswith("motion_")}
    assert {contract.name for contract in FamilyContract.__subclasses__()} == pictured
