"""What a judge is asked, and how its reply is read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets.errors import RecipeError, RowError, UnknownNameError
from mmgen_datasets.quality.judging.rubric import POINTS, Rubric, load_rubric, recipe_of, schema
from mmgen_datasets.quality.judging.rubrics import RUBRICS
from mmgen_datasets.quality.judging.verdict import read_verdict

_TONE = """
criteria:
  - name: tone
    question: Is it kind?
    scale: {5: very, 4: quite, 3: hardly, 2: not, 1: rude}
"""


@pytest.fixture
def tone(tmp_path: Path) -> Rubric:
    """A rubric of one's own, with one criterion."""
    return load_rubric(written(tmp_path, _TONE))


def written(folder: Path, text: str) -> Path:
    path = folder / "kind.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", RUBRICS)
def test_every_rubric_of_the_library_says_what_each_score_means(name: str) -> None:
    rubric = load_rubric(name)
    assert rubric.name == name
    [task] = recipe_of(rubric).tasks
    for criterion in rubric.criteria:
        assert criterion.name in task.system
        assert all(f"{point}: {criterion.scale[point]}" in task.system for point in POINTS)


def test_judges_with_and_without_eyes_differ_in_what_they_are_shown_alone() -> None:
    seeing, blind = load_rubric("default"), load_rubric("annotations")
    assert (seeing.sees, blind.sees) == (True, False)
    assert (seeing.criteria, seeing.system) == (blind.criteria, blind.system)
    assert seeing.sha256 != blind.sha256
    [task] = recipe_of(blind).tasks
    assert "image" not in task.inputs
    assert task.max_image_side is None


def test_what_a_rubric_leaves_out_is_as_in_the_default(tone: Rubric) -> None:
    default = load_rubric()
    assert tone.name == "kind"
    assert [criterion.name for criterion in tone.criteria] == ["tone"]
    assert (tone.system, tone.inputs, tone.sampling) == (
        default.system,
        default.inputs,
        default.sampling,
    )


def test_the_conversation_is_shown_once_and_last(tmp_path: Path) -> None:
    rubric = load_rubric(written(tmp_path, "inputs: [conversation, captions]" + _TONE))
    assert recipe_of(rubric).tasks[0].inputs == ("captions", "conversation")
    rubric = load_rubric(written(tmp_path, "inputs: []" + _TONE))
    assert recipe_of(rubric).tasks[0].inputs == ("conversation",)


def test_the_reply_is_held_to_a_reason_and_then_a_score(tone: Rubric) -> None:
    verdict = json.loads(schema(tone))["properties"]["tone"]
    assert list(verdict["properties"]) == ["reason", "score"]
    assert verdict["properties"]["score"]["enum"] == [1, 2, 3, 4, 5]
    [task] = recipe_of(tone).tasks
    assert task.sampling.json_schema == schema(tone)
    assert '{"tone": {"reason": "<one sentence>", "score": <1 to 5>}}' in task.system


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (_TONE.replace(", 1: rude", ""), "criteria[0].scale: the scale describes 2, 3, 4, 5"),
        (_TONE.replace("1: rude", "0: rude"), "the scale describes 0, 2, 3, 4, 5"),
        (_TONE.replace("name: tone", "name: The tone"), "'The tone' cannot name a score"),
        (_TONE + _TONE.removeprefix("\ncriteria:\n"), "two criteria are called 'tone'"),
        ("criteria: []", "criteria: there is no criterion"),
        ("criterion: tone", "unknown key 'criterion'"),
        ("inputs: [picture]" + _TONE, "'picture' does not fit"),
        ("- tone", "does not fit"),
    ],
)
def test_a_faulty_rubric_is_refused_with_its_place(text: str, says: str, tmp_path: Path) -> None:
    with pytest.raises(RecipeError) as refused:
        load_rubric(written(tmp_path, text))
    assert says in refused.value.problem
    assert "kind.yaml, line " in refused.value.problem


def test_an_unknown_rubric_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UnknownNameError, match=r"(?s)no rubric is called 'defult'.*annotations"):
        load_rubric("defult")


_KIND: dict[str, Any] = {"tone": {"reason": 'It says "thank you".', "score": 5}}


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(_KIND),
        f"```json\n{json.dumps(_KIND, indent=2)}\n```",
        f"This is what I think: {json.dumps(_KIND)}",
        json.dumps(_KIND).replace("5}}", "5,},}"),
    ],
    ids=["plain", "fenced", "words", "mended"],
)
def test_a_verdict_is_read_whatever_is_around_it(tone: Rubric, text: str) -> None:
    [score] = read_verdict(tone, text, "me")
    assert score == {
        "name": "tone",
        "value": 5.0,
        "judge": "me",
        "detail": 'It says "thank you".',
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("It is kind: 5 of 5.", "no JSON"),
        ('{"tone": {"reason": "kind", "score": 6}}', "6 is not one of"),
        ('{"tone": {"reason": "kind", "score": 4.5}}', "4.5"),
        ('{"tone": {"reason": "kind", "score": "5"}}', "'5'"),
        ('{"tone": {"reason": "kind"}}', "'score' is a required property"),
        ('{"tone": 5}', "5 is not of type 'object'"),
        ("{}", "'tone' is a required property"),
        (json.dumps(_KIND | {"style": _KIND["tone"]}), "'style' was unexpected"),
        (f"{json.dumps(_KIND)} {json.dumps(_KIND)}", "2 verdicts instead of one"),
    ],
)
def test_what_is_no_verdict_is_refused(tone: Rubric, text: str, says: str) -> None:
    with pytest.raises(RowError, match=says):
        read_verdict(tone, text, "me")
