"""Codes as text and back."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from mmgen_datasets.errors import RowError, UnknownNameError, UsageError
from mmgen_datasets.motion.skeleton import SKELETONS, Skeleton
from mmgen_datasets.motion.token_patterns import PATTERNS, TokenPattern, pattern
from mmgen_datasets.motion.tokens import find_codes, read_codes, special_tokens, write_codes
from mmgen_datasets.motion.tokens_grid import STYLES, find_grid, read_grid, tags, write_grid
from mmgen_datasets.motion.tokens_positions import read_positions, write_positions
from mmgen_datasets.motion.tokens_replies import read_replies

FIGURE = Skeleton("figure", ("Head", "Knee", "Foot"), ((0, 1, 2),), {"legs": (1, 2), "torso": (0,)})
GRID = np.array([[1, 2, 3], [4, 5, 6]])
SKEL = pattern("skel", 10)


def inside(text: str) -> str:
    """What stands between begin and end."""
    return text.removeprefix("<|skel_start|>").removesuffix("<|skel_end|>")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("motion_id", "<motion_id_512><motion_id_3><motion_id_14><motion_id_513>"),
        ("motion", "<Motion><Motion_3><Motion_14></Motion>"),
        ("plain", "3,14"),
        ("skel", "<|skel_start|><skel_3><skel_14><|skel_end|>"),
    ],
)
def test_codes_stand_as_each_project_writes_them(name: str, text: str) -> None:
    assert write_codes([3, 14], pattern(name, 512)) == text


@pytest.mark.parametrize(
    ("style", "text"),
    [
        ("woBodyPart_woFramebreak", "<skel_1><skel_2><skel_3><skel_4><skel_5><skel_6>"),
        (
            "woBodyPart",
            "<skel_1><skel_2><skel_3><|frame_break|><skel_4><skel_5><skel_6>",
        ),
        (
            "wBodyPart",
            "<legs><skel_2><skel_3></legs><torso><skel_1></torso><|frame_break|>"
            "<legs><skel_5><skel_6></legs><torso><skel_4></torso>",
        ),
        (
            "wTextualBodyPart_SplitByFrame",
            "There are 2 frames in total. Here are the skeleton tokens for 2 body parts in each "
            "frame:\nFrame 1: legs: <skel_2><skel_3>. torso: <skel_1>.\n"
            "Frame 2: legs: <skel_5><skel_6>. torso: <skel_4>.",
        ),
        (
            "wTextualBodyPart_SplitByFrame_history",
            "History frame 1: legs: <skel_2><skel_3>. torso: <skel_1>.\n"
            "History frame 2: legs: <skel_5><skel_6>. torso: <skel_4>.",
        ),
        (
            "wTextualBodyPart_SplitByFrame_future",
            "There are 2 future frames in total. Here are the skeleton tokens for 2 body parts in "
            "each frame:\nFuture frame 1: legs: <skel_2><skel_3>. torso: <skel_1>.\n"
            "Future frame 2: legs: <skel_5><skel_6>. torso: <skel_4>.",
        ),
        (
            "wJoint",
            "<Head><skel_1></Head><Knee><skel_2></Knee><Foot><skel_3></Foot><|frame_break|>"
            "<Head><skel_4></Head><Knee><skel_5></Knee><Foot><skel_6></Foot>",
        ),
    ],
)
def test_codes_of_joints_stand_as_the_style_says(style: str, text: str) -> None:
    assert inside(write_grid(GRID, SKEL, style, FIGURE)) == text


def test_positions_are_written_with_three_decimals() -> None:
    joints = np.array([[[0, 1.00049, -2], [3, 4, 5], [6, 7, 8]]])
    assert write_positions(joints, FIGURE) == (
        "Frame 1: Head: (0.000, 1.000, -2.000). Knee: (3.000, 4.000, 5.000). "
        "Foot: (6.000, 7.000, 8.000)"
    )


@given(st.sampled_from(sorted(PATTERNS)), st.lists(st.integers(0, 511), min_size=1))
def test_codes_are_read_as_they_were_written(name: str, codes: list[int]) -> None:
    how = pattern(name, 512)
    assert read_codes(write_codes(codes, how), how) == codes


@given(
    st.lists(st.integers(0, 99), min_size=1),
    st.integers(0, 1000),
    st.sampled_from(["", " ", ", "]),
)
def test_a_pattern_of_ones_own_is_read_as_it_was_written(
    codes: list[int], offset: int, separator: str
) -> None:
    how = TokenPattern(100, "[m", "]", separator, begin="<som>", end="<eom>", offset=offset)
    assert read_codes(write_codes(codes, how), how) == codes


@given(st.data(), st.sampled_from(sorted(STYLES)), st.sampled_from(sorted(SKELETONS)))
def test_codes_of_joints_are_read_as_they_were_written(
    data: st.DataObject, style: str, name: str
) -> None:
    shape = (data.draw(st.integers(1, 5)), SKELETONS[name].num_joints)
    codes = data.draw(arrays.arrays(np.int64, shape, elements=st.integers(0, 8191)))
    how = pattern("skel", 8192)
    text = write_grid(codes, how, style, SKELETONS[name])
    assert (read_grid(text, how, style, SKELETONS[name]) == codes).all()
    assert (find_grid(f"Here: {text}\nDone.", how, style, SKELETONS[name]) == codes).all()


@given(arrays.arrays(np.float64, (2, 3, 3), elements=st.floats(-1e5, 1e5)))
def test_positions_are_read_to_the_last_decimal(joints: np.ndarray) -> None:
    text = write_positions(joints, FIGURE)
    read = read_positions(text, FIGURE)
    assert np.abs(read - joints).max() <= 0.0005 + 1e-9
    assert write_positions(read, FIGURE) == text


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("<Motion><Motion_3> <Motion_4></Motion>", "character 18"),
        ("<Motion><Motion_03></Motion>", "character 16"),
        ("<Motion><Motion_3></Motion>.", "character 27"),
        ("<Motion_3></Motion>", "character 7"),
        ("<Motion><Motion_3>", "character 18.*'</Motion>' is due"),
        ("<Motion></Motion>", "no codes"),
        ("", "no codes"),
        ("<Motion><Motion_512></Motion>", "code 512 is none of the 512"),
        ("<Motion><Motion_" + "9" * 5000 + "></Motion>", "no codes"),
    ],
)
def test_what_is_no_motion_is_refused(text: str, problem: str) -> None:
    with pytest.raises(RowError, match=problem):
        read_codes(text, pattern("motion", 512))


def test_codes_that_make_no_whole_frame_are_refused() -> None:
    with pytest.raises(RowError, match="2 codes make no whole frames of 3 joints"):
        read_grid("<|skel_start|><skel_1><skel_2><|skel_end|>", SKEL, "woBodyPart", FIGURE)


def test_a_part_without_one_of_its_joints_is_refused() -> None:
    whole = write_grid(GRID, SKEL, "wBodyPart", FIGURE)
    swapped = whole.replace("<skel_3></legs><torso>", "</legs><torso><skel_3>")
    with pytest.raises(RowError, match="at character 29"):
        read_grid(swapped, SKEL, "wBodyPart", FIGURE)


@pytest.mark.parametrize("codes", [[], [-1], [10]])
def test_codes_that_a_codebook_does_not_have_are_refused(codes: list[int]) -> None:
    with pytest.raises(RowError):
        write_codes(codes, SKEL)


def test_codes_of_another_skeleton_are_refused() -> None:
    with pytest.raises(RowError, match="17 joints"):
        write_grid(GRID, SKEL)


def test_a_motion_is_found_in_a_reply() -> None:
    how = pattern("motion_id", 512)
    reply = f"Sure: {write_codes([1, 2], how)} and {write_codes([3], how)}"
    assert find_codes(reply, how) == [1, 2]


@pytest.mark.parametrize("reply", ["I cannot do that.", "<Motion><Motion_3>"])
def test_a_reply_without_a_motion_is_told_from_one_with_code_0(reply: str) -> None:
    with pytest.raises(RowError, match="Motion"):
        find_codes(reply, pattern("motion", 512))


def test_replies_that_are_no_motion_are_told_from_those_that_are() -> None:
    whole = write_grid(GRID, SKEL, "wBodyPart", FIGURE)
    replies = [f"Sure. {whole}", whole.replace("<skel_6>", ""), "", whole]
    read = partial(find_grid, how=SKEL, style="wBodyPart", skeleton=FIGURE)
    readings = read_replies(replies, read)
    assert [codes is not None for codes in readings.codes] == [True, False, False, True]
    assert readings.problems.keys() == {1, 2}
    assert "5 codes make no whole frames" in readings.problems[1]
    assert readings.share_read == 0.5
    assert read_replies([], read).share_read == 1


def test_special_tokens_come_in_the_order_of_the_field() -> None:
    order = special_tokens(SKEL, tags=tags("wBodyPart"), num_queries=2)
    assert order[:10] == [f"<skel_{code}>" for code in range(10)]
    assert order[10:16] == [
        *("<skel_query_0>", "<skel_query_1>"),
        *("<|skel_start|>", "<|skel_end|>", "<|frame_break|>", "<torso>"),
    ]
    assert len(order) == len(set(order)) == 10 + 2 + 3 + 10
    assert len(tags("wJoint")) == 34


def test_what_llamafactory_multimodal_adds_is_where_it_is() -> None:
    """With Qwen2.5-VL's 151,665 tokens and 4,096 codes, begin is 155,761."""
    assert 151_665 + special_tokens(pattern("skel", 4096)).index("<|skel_start|>") == 155_761


def test_three_tokens_follow_the_codes_of_motiongpt() -> None:
    assert len(special_tokens(pattern("motion_id", 512))) == 515


def test_a_clip_of_16_frames_is_113_tokens() -> None:
    text = write_grid(np.zeros((4, 17), int), SKEL)
    assert text.count("<") == 113


def test_plain_numbers_need_no_tokens() -> None:
    assert special_tokens(pattern("plain", 512)) == []


def test_names_that_do_not_exist_are_refused_with_those_that_do() -> None:
    with pytest.raises(UnknownNameError, match="motion_id, motion"):
        pattern("motions", 512)
    with pytest.raises(UnknownNameError, match="wBodyPart"):
        write_grid(GRID, SKEL, "bodypart", FIGURE)


def test_numbers_that_would_run_together_are_refused() -> None:
    with pytest.raises(UsageError, match="separator"):
        TokenPattern(512, "", "")
