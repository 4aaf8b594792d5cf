"""What annotators found besides boxes, as text."""

from __future__ import annotations

from typing import Any

import pytest

from mmgen_datasets.prompts.context import render, render_tidy
from mmgen_datasets.prompts.findings import label_lines, relation_lines, said
from mmgen_datasets.schema import SAMPLE
from tests.grounded_scenes import label, make_sample, relation, thing

MAN = thing("Man", 0.1, 0.1, 0.4, 0.9, confidence=1.0, is_occluded=True)
GUITAR = thing("Guitar", 0.2, 0.4, 0.5, 0.6)
ALL = ["captions", "boxes_openimages", "relations", "labels"]


def test_everything_stands_in_a_paragraph_of_its_own() -> None:
    sample = make_sample(
        MAN,
        narratives=[{"text": " A man plays. ", "words": []}],
        relations=[relation(MAN, "plays", GUITAR), relation(MAN, "is", "Smile")],
        labels=[label("Man", present=True), label("Violin", present=False)],
    )
    assert render_tidy(sample, ALL) == (
        "A man plays.\n\n"
        "man: [0.1, 0.1, 0.4, 0.9] [1.0, True, None, None, None, None]\n\n"
        "A man is playing a guitar.\n"
        "A man is smiling.\n\n"
        "Verified to be in the picture: man.\n"
        "Verified not to be in the picture: violin."
    )


@pytest.mark.parametrize(
    ("predicate", "target", "sentence"),
    [
        ("holds", "Orange", "A man is holding an orange."),
        ("wears", "Glasses", "A man is wearing glasses."),
        ("inside_of", "Car", "A man is inside a car."),
        ("on", "Chest of drawers", "A man is on a chest of drawers."),
        ("talk_on_phone", "Mobile phone", "A man is talking on a mobile phone."),
        ("is", "Sit", "A man is sitting."),
        ("is", "(made of)Leather", "A man is made of leather."),
        ("is", "Transparent", "A man is transparent."),
        ("hang", "Horizontal bar", "Man - hang - horizontal bar."),
        ("at", "Kitchen & dining room table", "A man is at kitchen & dining room table."),
    ],
)
def test_a_relation_is_a_sentence(predicate: str, target: str, sentence: str) -> None:
    row = {"subject": "Man", "predicate": predicate, "object": target}
    assert relation_lines({"relations": [row, row]}) == [sentence]


def test_things_of_plural_form_take_a_plural_verb() -> None:
    row = {"subject": "Jeans", "predicate": "on", "object": "Chair"}
    assert relation_lines({"relations": [row]}) == ["Jeans are on a chair."]


def test_what_a_machine_guessed_is_not_told() -> None:
    labels = [label("Dog", present=True, verified=False), label("Cat", present=None)]
    assert label_lines({"labels": labels}) == []


def test_labels_stand_by_the_alphabet_each_once() -> None:
    labels = [label(name, present=False) for name in ("Goose", "Ant", "Goose")]
    assert label_lines({"labels": labels}) == ["Verified not to be in the picture: ant, goose."]


def test_narratives_follow_the_captions() -> None:
    sample = make_sample(captions=["A."], narratives=[{"text": "B.", "words": []}])
    assert said(sample) == ["A.", "B."]
    assert render(sample, ["captions"]) == "A.\nB."


@pytest.mark.parametrize("empty", [None, []])
def test_columns_without_anything_leave_no_trace(empty: Any) -> None:
    sample = dict.fromkeys(SAMPLE, empty)
    assert render_tidy(sample, ALL) == ""


def test_what_is_not_asked_for_is_not_told() -> None:
    sample = make_sample(labels=[label("Man", present=True)], captions=["A."])
    assert render_tidy(sample, ["captions"]) == "A."
