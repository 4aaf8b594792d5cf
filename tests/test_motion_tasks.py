"""Clips with codes to instruction data."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import export
from mmgen_datasets.errors import (
    MissingFileError,
    RowError,
    SourceError,
    UnknownNameError,
    UsageError,
)
from mmgen_datasets.motion.codes_files import read_codes_files, with_codes, write_codes_files
from mmgen_datasets.motion.tasks import MotionTasks, load_tasks, motion_conversations
from mmgen_datasets.motion.tasks_cuts import cut, hide
from mmgen_datasets.motion.token_patterns import pattern
from mmgen_datasets.motion.tokens import find_codes, read_codes
from mmgen_datasets.schema import CONVERSATION, SAMPLE

HOW = pattern("motion_id", 512)
CODES = [*range(100, 112)]
EVERY = tuple(load_tasks())


def clip(id: str = "000021", **columns: Any) -> dict[str, Any]:
    """A clip of 50 frames, of which a tokenizer made 12 codes."""
    return {
        **dict.fromkeys(SAMPLE),
        "id": id,
        "source": "humanml3d",
        "split": "train",
        "captions": [" a man waves.\n", "someone lifts a hand.", " "],
        "codes": CODES,
        "num_frames": 50,
        "fps": 20.0,
        **columns,
    }


def table(*clips: dict[str, Any]) -> Dataset:
    return Dataset.from_list([dict(row) for row in clips])


def exchange(row: dict[str, Any]) -> tuple[str, str]:
    asked, answered = row["messages"]
    assert (asked["role"], answered["role"]) == ("user", "assistant")
    return asked["content"], answered["content"]


def said(task: str, **settings: Any) -> tuple[str, str]:
    """What is asked and answered of `clip` by one task."""
    [row] = MotionTasks(HOW, (task,), **settings).rows(clip())
    assert row["error"] is None
    return exchange(row)


def test_a_description_is_answered_with_the_motion() -> None:
    asked, answered = said("text_to_motion")
    assert "a man waves." in asked or "someone lifts a hand." in asked
    assert read_codes(answered, HOW) == CODES


def test_a_motion_is_answered_with_one_of_its_captions_as_the_source_has_it() -> None:
    asked, answered = said("motion_to_text")
    assert find_codes(asked, HOW) == CODES
    assert answered in ("a man waves.", "someone lifts a hand.")


def test_twelve_codes_are_cut_as_motiongpt_cuts_them() -> None:
    head, rest = cut(CODES, HOW)
    assert read_codes(head, HOW) == CODES[:2]
    assert read_codes(rest, HOW) == CODES[2:]
    mask, begin, end = "<motion_id_514>", "<motion_id_512>", "<motion_id_513>"
    ends = ["".join(f"<motion_id_{code}>" for code in some) for some in (CODES[:3], CODES[9:])]
    assert hide(CODES, HOW) == begin + ends[0] + 6 * mask + ends[1] + end


@given(st.lists(st.integers(0, 511), min_size=5, max_size=80))
def test_a_start_and_its_rest_are_the_whole(codes: list[int]) -> None:
    head, rest = (read_codes(text, HOW) for text in cut(codes, HOW))
    assert head + rest == codes
    hidden = hide(codes, HOW)
    assert 0 < hidden.count("<motion_id_514>") < len(codes)


def test_prediction_gives_the_start_and_asks_for_the_rest() -> None:
    asked, answered = said("prediction")
    assert find_codes(asked, HOW) + read_codes(answered, HOW) == CODES


def test_inbetween_asks_for_the_whole() -> None:
    asked, answered = said("inbetween")
    assert hide(CODES, HOW) in asked
    assert read_codes(answered, HOW) == CODES


@pytest.mark.parametrize(
    ("task", "length"),
    [
        ("motion_to_frames", "50 frames"),
        ("motion_to_seconds", "2.5 seconds"),
        ("text_to_frames", "50 frames"),
        ("text_to_seconds", "2.5 seconds"),
    ],
)
def test_lengths_are_those_of_the_clip(task: str, length: str) -> None:
    for seed in range(20):
        answered = said(task, seed=seed)[1]
        assert length in answered


def test_a_clip_that_does_not_tell_its_length_has_that_of_its_codes() -> None:
    settings = MotionTasks(HOW, ("motion_to_frames",), frames_per_code=4)
    [row] = settings.rows(clip(num_frames=None))
    assert "48" in exchange(row)[1]


@pytest.mark.parametrize("task", EVERY)
def test_every_wording_of_every_task_can_be_filled_in(task: str) -> None:
    rows = [*MotionTasks(HOW, (task,)).rows(clip())]
    wordings = load_tasks()[task]
    assert len(set(wordings.ask)) == len(wordings.ask) >= 3
    assert wordings.needs <= {"caption", "motion", "head", "rest", "masked", "frames", "seconds"}
    seen = {
        exchange(row) for s in range(60) for row in MotionTasks(HOW, (task,), seed=s).rows(clip())
    }
    assert len(seen) >= 3
    assert not any("{" in text or "}" in text for pair in seen for text in pair)
    assert rows[0]["kind"] == task


def test_what_a_question_asks_for_is_not_in_it() -> None:
    for task in EVERY:
        wordings = load_tasks()[task]
        asked = {name for text in wordings.ask for name in named(text)}
        answered = {name for text in wordings.answer for name in named(text)}
        assert asked.isdisjoint(answered), task


def named(text: str) -> set[str]:
    return {
        name for name in ("caption", "motion", "head", "rest", "masked") if f"{{{name}}}" in text
    }


def test_every_wording_of_a_task_needs_the_same() -> None:
    for name, task in load_tasks().items():
        for wordings in (task.ask, task.answer):
            assert len({frozenset(named(text)) for text in wordings}) == 1, name


def test_the_same_seed_gives_the_same_and_a_clip_does_not_depend_on_others() -> None:
    one, other = clip("1"), clip("2")
    both = motion_conversations(table(one, other), MotionTasks(HOW, EVERY))
    alone = motion_conversations(table(other), MotionTasks(HOW, EVERY))
    assert both.features == CONVERSATION
    assert both.to_list()[len(EVERY) :] == alone.to_list()
    again = motion_conversations(table(one, other), MotionTasks(HOW, EVERY))
    assert again._fingerprint == both._fingerprint


def test_every_caption_can_be_asked_about() -> None:
    settings = MotionTasks(HOW, ("motion_to_text", "prediction"), every_caption=True)
    rows = motion_conversations(table(clip()), settings).to_list()
    assert [row["id"] for row in rows] == [
        "humanml3d-000021-motion_to_text-0",
        "humanml3d-000021-motion_to_text-1",
        "humanml3d-000021-prediction",
    ]
    assert [exchange(row)[1] for row in rows[:2]] == ["a man waves.", "someone lifts a hand."]


@pytest.mark.parametrize(
    ("task", "columns", "error"),
    [
        ("motion_to_text", {"captions": [" "]}, "the clip has no caption"),
        ("text_to_motion", {"codes": None}, "the clip has no codes"),
        ("prediction", {"codes": [1, 2, 3, 4]}, "too short to be continued: 4 codes"),
        ("inbetween", {"codes": [1, 2, 3]}, "too short to hide a part of it: 3 codes"),
        ("any_motion", {"codes": None, "codes_error": "3 frames are too few"}, "3 frames are too"),
        ("any_motion", {"codes": [512]}, "the code 512 is none of the 512"),
    ],
)
def test_what_a_clip_does_not_allow_is_a_row_that_says_why(
    task: str, columns: dict[str, Any], error: str
) -> None:
    [row] = MotionTasks(HOW, (task,)).rows(clip(**columns))
    assert error in row["error"]
    assert row["messages"] == []


@pytest.mark.parametrize("codes", [[CODES], np.array(CODES), np.array([CODES])])
def test_codes_may_be_as_t2m_gpt_has_them(codes: Any) -> None:
    [row] = MotionTasks(HOW, ("any_motion",)).rows(clip(codes=codes))
    assert read_codes(exchange(row)[1], HOW) == CODES


def test_what_made_the_codes_is_kept() -> None:
    [row] = MotionTasks(HOW, ("any_motion",), seed=3).rows(clip(codes_tokenizer="gaits@1a2b"))
    assert row["provenance"]["model"] == "gaits@1a2b"
    assert row["provenance"]["recipe"] == "motion/any_motion"
    assert row["provenance"]["seed"] == 3


def test_settings_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(UnknownNameError, match="text_to_motion"):
        MotionTasks(HOW, ("t2m",))
    with pytest.raises(UsageError, match="no mask"):
        MotionTasks(pattern("motion", 512), ("inbetween",))
    with pytest.raises(UsageError, match="no task"):
        MotionTasks(HOW, ())
    with pytest.raises(UsageError, match="'tokens'"):
        motion_conversations(table(clip()), MotionTasks(HOW, codes="tokens"))


def test_settings_can_be_moved_to_another_process() -> None:
    settings = MotionTasks(HOW)
    assert pickle.loads(pickle.dumps(settings)) == settings


def test_conversations_can_be_exported_for_a_trainer(tmp_path: Path) -> None:
    rows = motion_conversations(table(clip()), MotionTasks(HOW, EVERY))
    exported = export(rows, "sharegpt", tmp_path)
    assert exported.conversations == len(EVERY)
    [first, *_] = [json.loads(line) for line in exported.file.read_text().splitlines()]
    assert [message["role"] for message in first["messages"]] == ["user", "assistant"]


def test_codes_files_are_as_t2m_gpt_has_them(tmp_path: Path) -> None:
    samples = table(clip("000021"), clip("M000021", codes=[1, 2]), clip("x", codes=None))
    assert write_codes_files(samples, tmp_path / "VQ") == 2
    array = np.load(tmp_path / "VQ" / "000021.npy")
    assert (array.dtype, array.shape) == (np.int64, (1, 12))
    np.save(tmp_path / "VQ" / "flat.npy", np.arange(3))
    read = {id: codes.tolist() for id, codes in read_codes_files(tmp_path / "VQ")}
    assert read == {"000021": CODES, "M000021": [1, 2], "flat": [0, 1, 2]}


def test_codes_are_laid_beside_their_clips_and_cut_for_parts(tmp_path: Path) -> None:
    whole = {"recording": "000021", "start": 0, "end": 50, "stride": 1}
    part = {**whole, "start": 30, "end": 46}
    rows = [
        {**clip("000021"), "clip": whole},
        {**clip("000021_1.500000_2.300000"), "clip": part},
        {**clip("000022"), "clip": {**whole, "recording": "000022"}},
    ]
    write_codes_files([clip("000021")], tmp_path)
    found = with_codes(table(*rows), tmp_path)
    assert found["codes"] == [CODES, CODES[7:11], None]


def test_an_id_that_leaves_the_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RowError, match="cannot be used as a file name"):
        write_codes_files([clip("../up")], tmp_path)


def test_files_that_hold_no_codes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(MissingFileError, match="there is no"):
        list(read_codes_files(tmp_path))
    np.save(tmp_path / "a.npy", np.zeros((4, 263)))
    with pytest.raises(SourceError, match=r"float64 of shape \(4, 263\)"):
        list(read_codes_files(tmp_path))
    np.save(tmp_path / "a.npy", np.array([{}]), allow_pickle=True)
    with pytest.raises(SourceError, match="cannot be read"):
        list(read_codes_files(tmp_path))
