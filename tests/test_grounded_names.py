"""The words for categories."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.grounded.heard import words
from mmgen_datasets.grounded.related import are_kin
from mmgen_datasets.nouns import counted, is_speakable, noun
from mmgen_datasets.vocabulary import COCO
from tests.grounded_names import COCO_NAMES, NAMES, UNSPEAKABLE


def test_the_table_by_hand_has_all_names_of_coco() -> None:
    assert list(COCO_NAMES) == [category.name for category in COCO]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_has_the_right_article_and_plural(name: str) -> None:
    assert is_speakable(name)
    assert (noun(name).a, noun(name).many) == NAMES[name]


@pytest.mark.parametrize("name", ["skis", "broccoli", "Jeans", "Human hair", "banana"])
def test_what_has_no_number_is_not_counted(name: str) -> None:
    assert not noun(name).is_counted


def test_the_verb_follows_the_noun() -> None:
    assert [noun(name).be for name in ("dog", "broccoli", "skis")] == ["is", "is", "are"]


def test_nobody_calls_a_person_it() -> None:
    assert [noun(name).it for name in ("Man", "person", "dog")] == ["the man", "the person", "it"]


@pytest.mark.parametrize("name", UNSPEAKABLE)
def test_a_name_that_is_no_noun_is_not_spoken(name: str) -> None:
    assert not is_speakable(name)


@given(st.text(max_size=30))
def test_any_name_is_refused_or_spoken(name: str) -> None:
    if is_speakable(name):
        assert all(form.strip() for form in noun(name)[:4])
        assert words(name).one


def test_numbers_are_written_as_words() -> None:
    said = [counted("mouse", number) for number in (0, 1, 2, 10)]
    assert said == ["no mice", "one mouse", "two mice", "ten mice"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("person", "Woman"),
        ("bicycle", "Bike"),
        ("couch", "Sofa"),
        ("tv", "Television"),
        ("bear", "teddy bear"),
        ("dog", "hot dog"),
        ("Dog", "dog"),
        ("dining_table", "Table"),
        ("Animal", "Dog"),
        ("Kitchen & dining room table", "Table"),
    ],
)
def test_names_of_the_same_things_are_kin(a: str, b: str) -> None:
    assert are_kin(a, b)


@pytest.mark.parametrize(
    ("a", "b"),
    [("car", "truck"), ("dog", "cat"), ("fork", "knife"), ("Man", "Woman"), ("Dog", "Cat")],
)
def test_names_of_different_things_are_not_kin(a: str, b: str) -> None:
    assert not are_kin(a, b)


@pytest.mark.parametrize(
    ("name", "one", "many"),
    [
        ("person", "woman", "people"),
        ("wine glass", "glass", "glasses"),
        ("motorcycle", "motorbike", "motorbikes"),
        ("Goose", "goose", "geese"),
    ],
)
def test_captions_may_use_other_words(name: str, one: str, many: str) -> None:
    assert one in words(name).one
    assert many in words(name).many
