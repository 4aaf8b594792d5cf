"""Known answers of the checks that compare what is said with what annotators found."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

import mmgen_datasets as mmgen
from mmgen_datasets.quality.case import Case
from mmgen_datasets.quality.check import check, resolve_check
from mmgen_datasets.schema import SAMPLE
from tests.sample import SAMPLE_DIR
from tests.test_reading import WORDS

CHECKS = ("unsupported", "denied", "numbers", "contradiction")
FLAGS = (
    "area is_crowd confidence method is_occluded is_truncated is_group_of is_depiction is_inside"
)


def box(category: str, x: float = 0.1, **flags: Any) -> dict[str, Any]:
    unknown = dict.fromkeys(FLAGS.split())
    return {"category": category, "bbox": [x, 0.1, x + 0.1, 0.9], **unknown, **flags}


def label(name: str, *, present: bool, verified: bool = True) -> dict[str, Any]:
    return {"name": name, "present": present, "verified": verified, "confidence": None}


def sample(*boxes: str | dict[str, Any], **known: Any) -> dict[str, Any]:
    objects = [
        box(item, n / (len(boxes) + 1)) if isinstance(item, str) else item
        for n, item in enumerate(boxes)
    ]
    return dict.fromkeys(SAMPLE) | {"vocabulary": "coco", "objects": objects, **known}


def faults(check: str, known: dict[str, Any] | None, *turns: str) -> list[str]:
    roles = ("user", "assistant")
    messages = [{"role": roles[n % 2], "content": text} for n, text in enumerate(turns)]
    return [fault.words for fault in resolve_check(check)(Case(messages, sample=known))]


STREET = sample("person", "person", "dog", captions=["Two men with a mutt wait for a taxi."])


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("A dog and two men stand there.", []),
        ("A cat sits beside the dog.", ["A cat"]),
        ("A kitten sits beside the dog.", ["A kitten"]),
        ("They call a cab.", []),  # the caption speaks of a taxi
        ("There is no cat, and a bus may come.", []),
        ("Trees line the street under a blue sky.", []),
        ("It looks like a cat with the tail of a horse.", []),
        ("He has a picture of a cat on his shirt, which says TAXI.", []),
        ("A cat, I suppose, or a bird.", []),
        ("In parks, visitors can see birds and cats.", []),
        ("Those who bring a cat are rare.", []),
        ("Someone has left a suitcase there.", ["a suitcase"]),
        ("He is at home, for a cat is asleep on the mat.", ["a cat"]),
        ("The bus stop has a bench with a book on it.", ["a bench", "a book"]),
    ],
)
def test_what_nothing_hints_at_is_unsupported(answer: str, found: list[str]) -> None:
    assert faults("unsupported", STREET, "Describe the picture.", answer) == found


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("Is there a cat?", "Yes.", ["Yes"]),
        ("Is there a cat?", "No.", []),
        ("Is there a dog?", "Yes.", []),
        ("Could there be a cat?", "Yes.", []),
        ("Is there a cat or a dog?", "Yes.", []),
        ("What could be added?", "A cat and a bench.", []),
        ("What is the cat doing?", "There is none.", []),
    ],
)
def test_a_yes_says_that_what_was_asked_for_is_there(
    question: str, answer: str, found: list[str]
) -> None:
    assert faults("unsupported", STREET, question, answer) == found


def test_what_was_only_possible_may_be_spoken_of_again() -> None:
    answer = "They may be waiting for a bus. The bus is late."
    assert not faults("unsupported", STREET, "What do they do?", answer)


def test_without_a_closed_list_boxable_classes_are_looked_for() -> None:
    known = sample("Dog", vocabulary=None, labels=[label("Toy", present=True)])
    assert faults("unsupported", known, "?", "An animal wears a sombrero.") == ["a sombrero"]
    assert not faults("unsupported", known, "?", "It plays with a balloon near a window.")


TOWN = sample(
    "Man",
    vocabulary=None,
    labels=[
        label("Dog", present=False),
        label("Person", present=True),
        label("Mobile phone", present=False),
        label("Drum", present=False, verified=False),
    ],
)


@pytest.mark.parametrize(
    ("answer", "found"),
    [
        ("A dog sits at his feet.", ["A dog"]),
        ("A terrier sits at his feet.", ["A terrier"]),
        ("He holds a smartphone.", ["a smartphone"]),
        ("A man plays a drum.", []),
        ("An animal sits there without a dog.", []),
    ],
)
def test_what_a_verified_label_denies(answer: str, found: list[str]) -> None:
    assert faults("denied", TOWN, "What is there?", answer) == found
    assert not set(faults("unsupported", TOWN, "What is there?", answer)) & set(found)


DOGS = sample("dog", "dog", "dog", "person")


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("How many dogs are there?", "Three.", []),
        ("How many dogs are there?", "Two.", ["Two"]),
        ("How many dogs are in the picture?", "There are four.", ["There are four"]),
        ("How many dogs can you see?", "I can see two dogs.", ["two dogs"]),
        ("How many dogs are there?", "None.", ["None"]),
        ("How many dogs wear a collar?", "Two.", []),
        ("How many dogs wear a collar?", "Four of them.", ["Four of them"]),
        ("How many dogs are there?", "At least two dogs.", []),
        ("How many dogs are there?", "Two dogs on the left and one dog on the right.", []),
        ("How many people are there?", "One person.", []),
        ("And dogs?", "Two.", []),
        ("What is there?", "Two dogs lie on the grass.", []),
        ("What is there?", "Five dogs lie on the grass.", ["Five dogs"]),
        ("What is there?", "There are only two dogs.", ["two dogs"]),
        ("What is there?", "A couple of people walk there.", ["A couple of people"]),
        ("What is there?", "Several people walk there.", ["Several people"]),
        ("What is there?", "About five dogs.", []),
        ("Are there two dogs?", "Yes.", ["Yes"]),
        ("Are there four dogs?", "Yes, four.", ["Yes"]),
    ],
)
def test_numbers_of_all_and_of_some(question: str, answer: str, found: list[str]) -> None:
    assert faults("numbers", DOGS, question, answer) == found


def test_a_question_goes_on_with_what_the_one_before_asked_for() -> None:
    turns = ("How many people are there?", "One.", "And dogs?", "Two.")
    assert faults("numbers", DOGS, *turns) == ["Two"]


def test_a_crowd_has_no_number() -> None:
    known = sample("sheep", box("sheep", 0.5, is_crowd=True))
    for number in ("one", "seven"):
        turns = ("How many sheep are there?", f"There are {number} sheep.")
        assert not faults("numbers", known, *turns)


@pytest.mark.parametrize(
    ("turns", "found"),
    [
        (("?", "A dog sleeps.", "?", "There is no dog in the picture."), ["no dog"]),
        (("?", "A terrier sleeps.", "?", "I see no dog."), ["no dog"]),
        (("Is there a dog?", "No.", "?", "The dog sleeps."), ["The dog"]),
        (("?", "There is no animal at all.", "?", "A dog barks."), ["A dog"]),
        (("?", "There is no dog on the sofa. The dog lies on a bed."), []),
        (("?", "There is a cup on the desk.", "?", "No cup is on the desk."), ["No cup"]),
        (("?", "There is no cat. The animal is a dog."), []),
        (("?", "There is a dog.", "?", "There is no other dog."), []),
        (("?", "There are two dogs.", "?", "There are three dogs."), ["three dogs"]),
        (("?", "There are three dogs.", "?", "Two dogs sleep."), []),
        (("?", "There is only one dog.", "?", "Two dogs sleep."), ["Two dogs"]),
        (("Is it wet?", "Yes.", "Is it wet?", "No, it is dry."), ["No"]),
        (("Is it wet?", "Yes.", "Is it not wet?", "No."), []),
        (("Are there two dogs?", "No, there is one dog."), []),
        (("Does she carry an umbrella?", "Yes.", "?", "She has no umbrella."), ["no umbrella"]),
        (
            ("?", "Gulls sit there.", "?", "There isn't a single bird around that would eat it."),
            ["a single bird"],
        ),
        (
            (
                "Are they alone?",
                "Not entirely, a dog is there.",
                "?",
                "There is no animal anywhere.",
            ),
            ["no animal"],
        ),
        (
            ("How many dogs pull it?", "Eight dogs do.", "?", "It has six dogs altogether."),
            ["six dogs"],
        ),
        (("Has anyone brought a dog?", "No, there are only cats.", "?", "A dog barks."), ["A dog"]),
        (("Has she brought a dog?", "No, she has a cat.", "?", "A dog barks."), []),
        (("?", "Three cows graze.", "?", "The herd of only two cows is calm."), ["two cows"]),
        (("?", "Three cows graze.", "?", "Only two cows graze in the shade."), []),
    ],
)
def test_what_cannot_both_hold(turns: tuple[str, ...], found: list[str]) -> None:
    assert faults("contradiction", None, *turns) == found


@pytest.mark.parametrize(
    ("source", "folder"), [("coco2017", "coco"), ("open_images_v7", "open_images")]
)
def test_grounded_conversations_pass(source: str, folder: str) -> None:
    known: Dataset = mmgen.load_dataset(
        source, data_dir=str(SAMPLE_DIR.parent / folder), split="train"
    )
    checked = check(mmgen.generate(known, "grounded"), known, checks=CHECKS)
    assert all(found["passed"] is not False for row in checked["checks"] for found in row)


@given(st.lists(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)), max_size=6))
def test_any_conversation_is_judged_and_words_are_verbatim(turns: list[str]) -> None:
    for name in CHECKS:
        messages = [
            {"role": ("user", "assistant")[n % 2], "content": text} for n, text in enumerate(turns)
        ]
        for fault in resolve_check(name)(Case(messages, sample=STREET)):
            assert fault.words in turns[fault.turn]


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("What grows on a palm tree? ", "Apples and oranges.", []),
        ("What do cats eat?", "Cats eat birds.", []),
        ("My cat is old. Could it come in?", "The cat would like the grass.", []),
        ("I have a bicycle. Where could I leave it?", "Leave the bicycle at the wall.", []),
        ("What can be said of the person who owns the cat?", "The cat is well fed.", ["The cat"]),
        ("Would a car be better?", "Hardly. With a car, nobody would stand here.", []),
        ("What is the cat doing?", "The cat sleeps.", ["The cat"]),
    ],
)
def test_what_a_question_brings_up(question: str, answer: str, found: list[str]) -> None:
    assert faults("unsupported", STREET, question, answer) == found


@pytest.mark.parametrize(
    ("question", "answer", "found"),
    [
        ("?", "There is a hat.", ["a hat"]),
        ("?", "Posed pictures are old hat by comparison.", []),
        ("?", "The chairlift is fast; its chairs come round often.", []),
        ("?", "**Visitors:** They would enjoy it.", []),
        ("Whose is it?", "Some gardener's, no doubt.", []),
        ("?", "Close the door of the car.", []),
        ("?", "The door of the car is closed.", ["the car"]),
        ("What may somebody do here?", "Somebody reads, and a cup keeps the person awake.", []),
        ("Has the guest arrived?", "The guest has just arrived.", []),
        ("How would one find it?", "Sniffer dogs are of no use.", []),
        ("?", "Plants of that sort still bear.", []),
    ],
)
def test_what_is_not_told_of_the_picture(question: str, answer: str, found: list[str]) -> None:
    known = sample("Lantern", vocabulary=None)
    assert faults("unsupported", known, question, answer) == found


def test_a_word_of_a_narrative_and_a_garment_are_hints() -> None:
    dressed = sample("Dress", vocabulary=None)
    assert not faults("unsupported", dressed, "?", "A person waits.")
    assert faults("unsupported", sample("Bench", vocabulary=None), "?", "A person waits.")


def test_captions_settle_numbers_that_boxes_agree_with() -> None:
    known = sample("Man", "Man", "Man", vocabulary=None, captions=["Three men cook."])
    assert faults("numbers", known, "?", "There are only two men in the kitchen.") == ["two men"]
    assert faults("numbers", known, "?", "Four men cook, which is a lot.") == ["Four men"]
    assert not faults("numbers", known, "?", "Two men laugh.")


def test_someone_known_by_what_he_does_elsewhere_need_not_be_seen() -> None:
    turns = ("What can be said about the person who lives here?", "The person likes to read.")
    assert not faults("unsupported", sample("couch"), *turns)
    assert faults("unsupported", sample("couch"), "?", "The person likes it.") == ["The person"]


@pytest.mark.parametrize(
    ("name", "words"),
    [("Human beard", "a goatee"), ("Fish", "a trout"), ("Traffic light", "a stoplight"),
     ("Cheese", "some mozzarella"), ("Glove", "a mitten"), ("Sculpture", "a statue")],
)  # fmt: skip
def test_what_is_denied_goes_by_other_names(name: str, words: str) -> None:
    known = sample("Street light", vocabulary=None, labels=[label(name, present=False)])
    assert faults("denied", known, "?", f"There is {words}.") == [words]


def test_who_rides_is_not_without_what_is_ridden() -> None:
    skiers = sample("person", "skis")
    assert faults("unsupported", skiers, "?", "A snowboarder passes.") == ["A snowboarder"]
    assert not faults("unsupported", skiers, "?", "A skier passes.")
