"""What a text is read to say is in a picture."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.hierarchy import is_class
from mmgen_datasets.quality.reading.lexicon import kinds_of
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.quality.reading.synonyms import MORE_SYNONYMS, NAMESAKES, SYNONYMS
from mmgen_datasets.vocabulary import COCO

WORDS = (
    "a an the no two dog dogs hot bus stop orange cat's man men's is are isn't there not without "
    "may like for to of and or , . ? ; \" ' - \n 3 12.5 only at least pair both picture cannot"
).split(" ")


def said(text: str, stance: str) -> list[str]:
    return [mention.words for mention in read_mentions(text) if mention.stance == stance]


@pytest.mark.parametrize(
    ("text", "there"),
    [
        ("Two big dogs chase a frisbee.", ["Two big dogs", "a frisbee"]),
        ("A hot dog lies on the plate next to a sofa.", ["A hot dog", "the plate", "a sofa"]),
        ("People are walking; cars are parked.", ["People", "cars"]),
        ("Zebras graze in front of a giraffe.", ["Zebras", "a giraffe"]),
        ("There is a dog that can be seen, but no cat.", ["a dog"]),
        ("Not only a dog but also a cat lies here.", ["a dog", "a cat"]),
        ("He isn't alone: a dog sits beside him.", ["a dog"]),
        ("The dog is not wearing a collar.", ["The dog"]),
        ("This is a picture of two cats.", ["two cats"]),
        ("Apples, oranges and a bowl.", ["Apples", "oranges", "a bowl"]),
        ("No, it is a fire-hydrant.", ["a fire-hydrant"]),
    ],
)
def test_what_is_said_to_be_there(text: str, there: list[str]) -> None:
    assert said(text, "there") == there


@pytest.mark.parametrize(
    ("text", "absent"),
    [
        ("There is no dog, cat or bird.", ["no dog", "cat", "bird"]),
        ("There isn't any dog, but a cat.", ["any dog"]),
        ("I cannot see a dog.", ["a dog"]),
        ("A man without an umbrella.", ["an umbrella"]),
        ("A dog is not visible.", ["A dog"]),
        ("The room has neither a chair nor a bed.", ["a chair", "a bed"]),
        ("The cat is nowhere to be seen.", ["The cat"]),
    ],
)
def test_what_is_said_to_be_absent(text: str, absent: list[str]) -> None:
    assert said(text, "absent") == absent


@pytest.mark.parametrize(
    "text",
    [
        "They may be waiting for a bus.",
        "Perhaps a dog lives here.",
        "It looks like a bear.",
        "It is as big as a bus.",
        "Dogs are loyal.",
        "A dog needs company.",
        "Is there a dog?",
        'The sign says "a dog bites".',
        "A wall with a drawing of a horse.",
        "It is raining cats and dogs.",
        "There is a bus stop and a mouse pad.",
        "The dog-shaped cloud is orange.",
        "An orange tint and a train of thought.",
        "Nobody has brought an umbrella.",
        "She wants to ride a horse.",
        "A ten speed bike-shed.",
    ],
)
def test_what_is_neither(text: str) -> None:
    assert not said(text, "there") + said(text, "absent")


@pytest.mark.parametrize(
    ("text", "number", "bound"),
    [
        ("three dogs", 3, "exactly"),
        ("12 dogs", 12, "exactly"),
        ("a pair of dogs", 2, "exactly"),
        ("both dogs", 2, "exactly"),
        ("at least two dogs", 2, "at least"),
        ("several dogs", 2, "at least"),
        ("about ten dogs", 10, "about"),
        ("a herd of sheep", 2, "at least"),
        ("two sheep", 2, "exactly"),
    ],
)
def test_how_many_there_are_said_to_be(text: str, number: int, bound: str) -> None:
    [mention] = read_mentions(f"There are {text} on the grass.")
    assert mention.amount is not None
    assert (mention.amount.number, mention.amount.bound) == (number, bound)


@pytest.mark.parametrize("text", ["a dog", "dogs", "a ten speed bike", "a two-door car", "the dog"])
def test_no_number_is_read_where_none_is_said(text: str) -> None:
    [mention] = read_mentions(f"There is {text} here.")
    assert mention.amount is None


def test_the_synonyms_are_those_of_known_names() -> None:
    assert list(SYNONYMS) == [category.name for category in COCO]
    assert all(is_class(name) for name in (*NAMESAKES.values(), *MORE_SYNONYMS))
    assert kinds_of("cell phone") == {"cell phone", "mobile phone"}


@given(st.one_of(st.text(), st.lists(st.sampled_from(WORDS)).map(" ".join)))
def test_any_text_is_read_and_its_words_stand_in_it(text: str) -> None:
    for mention in read_mentions(text):
        assert mention.words in text
        assert mention.kinds
        assert 0 <= mention.start < len(text)
