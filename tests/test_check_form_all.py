"""What holds for all checks that read a conversation alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from datasets import Dataset
from hypothesis import example, given
from hypothesis import strategies as st

import mmgen_datasets as mmgen
from mmgen_datasets.motion.token_patterns import PATTERNS, pattern
from mmgen_datasets.motion.tokens import write_codes
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.case import Case
from mmgen_datasets.quality.check import check, check_case, resolve_check
from mmgen_datasets.speech.dialogue import SpokenAnswer, Utterance, dialogue, recognition
from tests.asked_and_answered import case_of, find
from tests.labelled import read_labelled
from tests.motion.folders import write_folder
from tests.sample import OPEN_IMAGES_DIR, SAMPLE_DIR

ALONE = [
    name
    for name, entry in CHECKS.items()
    if not entry.reads_annotations and name != "contradiction"  # which has tests of its own
]

PIECES = [
    "As an AI", "I can't see the image", "Question:", "A:", "(B) a bus", "the caption says",
    "[0.1, ", "0.3, 0.4, 0.5]", "===", "```", '"', "“", "(", "{x}", "<image>", "How many", "or",
    "colour", "and", "and and and and and", "Is it red, or blue?", "Choose:", "x=1",
    "Der Hund liegt auf dem Sofa.", "dog", "?", ".", ",", "\n", "\n\n", "…", "It is", "1.", "- ",
]  # fmt: skip
texts = st.text() | st.lists(st.sampled_from(PIECES)).map(" ".join)
roles = st.sampled_from(["user", "assistant", "system", "tool", ""])
messages = st.lists(st.fixed_dictionaries({"role": roles, "content": texts}), max_size=6)
exchanges = st.lists(st.tuples(texts, texts), max_size=3).map(
    lambda pairs: [
        {"role": role, "content": text}
        for pair in pairs
        for role, text in zip(("user", "assistant"), pair, strict=True)
    ]
)
kinds = st.sampled_from(["conversation", "detail", "complex_reasoning", ""])


@given(messages | exchanges, kinds, st.sampled_from([None, "length", "stop"]))
@example([{"role": "user", "content": "Is it <image> red or <image> blue?"}], "detail", "length")
def test_words_at_fault_stand_in_the_message(said: Any, kind: str, reason: str | None) -> None:
    case = Case(said, kind, ("image",), reason)
    for name in ALONE:
        for fault in resolve_check(name)(case):
            assert 0 <= fault.turn < max(1, len(said))
            assert not said or fault.words in said[fault.turn]["content"]
            assert fault.problem
            assert "\n" not in fault.problem


def failed(case: Case) -> list[str]:
    return [str(one) for one in check_case(case, ALONE) if one["passed"] is False]


@pytest.mark.parametrize(
    ("source", "folder"), [("coco2017", SAMPLE_DIR), ("open_images_v7", OPEN_IMAGES_DIR)]
)
def test_what_annotations_answer_passes(source: str, folder: Any) -> None:
    samples = mmgen.load_dataset(source, data_dir=str(folder), split="train")
    made: Dataset = mmgen.generate(samples).filter(lambda error: not error, input_columns=["error"])
    found = check(made, checks=ALONE)["checks"]
    assert [row for row in found if any(one["passed"] is False for one in row)] == []


def test_what_motions_answer_passes(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "HumanML3D", splits=[("train", 8)])
    samples = mmgen.load_dataset("humanml3d", data_dir=str(folder), split="train")
    made = mmgen.generate(samples).filter(lambda error: not error, input_columns=["error"])
    found = check(made, checks=ALONE)["checks"]
    assert [one for row in found for one in row if one["passed"] is False] == []


def motion_tasks() -> dict[str, Any]:
    path = Path(mmgen.__path__[0]) / "motion" / "tasks.yaml"
    return dict(yaml.safe_load(path.read_text(encoding="utf-8")))


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_conversations_of_motions_pass(name: str) -> None:
    motion = write_codes([5, 5, 5, 5, 5, 5, 7, 7, 30], pattern(name, 32))
    fill = dict.fromkeys(("motion", "head", "rest", "masked"), motion) | {
        "caption": "a person walks forward and waves with the left hand.",
        "frames": 60,
        "seconds": "3.0",
    }
    for task in motion_tasks().values():
        for ask in task["ask"]:
            for answer in task["answer"]:
                case = case_of(ask.format(**fill), answer.format(**fill))
                assert failed(case) == []


def test_conversations_of_speech_pass() -> None:
    units = "<|speech_12|><|speech_12|><|speech_12|><|speech_12|><|speech_845|>"
    answer = SpokenAnswer(Utterance("What is this?"), Utterance("A dog!"), units)
    for turns in (dialogue(units, answer), recognition(units, "What is the dog doing over there?")):
        assert failed(Case(turns, media=())) == []


def near_misses() -> tuple[dict[str, list[list[str]]], dict[str, list[list[str]]]]:
    path = Path(__file__).with_name("near_misses.yaml")
    faulty, clean = yaml.safe_load_all(path.read_text(encoding="utf-8"))
    return faulty, clean


@pytest.mark.parametrize("name", sorted(near_misses()[0]))
def test_faults_and_what_looks_like_them_are_told_apart(name: str) -> None:
    for rows, is_fault in zip(near_misses(), (True, False), strict=True):
        cases = [row if len(row) > 1 else ["What is to be seen?", *row] for row in rows[name]]
        assert [case for case in cases if bool(find(name, *case)) is not is_fault] == []


@pytest.mark.parametrize("name", ALONE)
def test_labelled_conversations_have_each_fault_and_near_misses(name: str) -> None:
    """Three of each at least; a clean one says "near NAME" of what it looks like."""
    labelled = read_labelled("development")
    assert sum(name in one.faults for one in labelled) >= 3
    near = [one for one in labelled if not one.faults and name in one.name.partition(": near")[2]]
    assert len(near) >= 3


@pytest.mark.parametrize("name", ALONE)
def test_labelled_conversations_are_told_apart(name: str) -> None:
    wrong = [
        one.name
        for one in read_labelled("development")
        if bool(list(resolve_check(name)(one.case))) != (name in one.faults)
    ]
    assert wrong == []
