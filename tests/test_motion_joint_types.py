"""Positions of one type as those of another, and clips of recordings."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.errors import RowError, UnknownNameError, UsageError
from mmgen_datasets.motion.clips import Cut, cut_clips
from mmgen_datasets.motion.joint_types import JOINT_TYPES, Normalize, box_affine, move, to_type


def frames(num_frames: int = 3, seed: int = 0) -> dict[str, Any]:
    """Frames of a person in pictures of 1000 x 1002 pixels."""
    random = np.random.default_rng(seed)
    image = random.uniform(100, 900, (num_frames, 17, 3))
    image[..., 2] -= image[:, :1, 2]
    corners = random.uniform([100, 100, 600, 600], [400, 400, 900, 900], (num_frames, 4))
    return {
        "joint3d_image": image,
        "joint_3d_cam": random.normal((0, 0, 5000), 500, (num_frames, 17, 3)),
        "image_size": np.tile([1000, 1002], (num_frames, 1)),
        "bbox": corners,
    }


def picture(x: float, y: float, z: float) -> dict[str, Any]:
    """One frame with one joint, in a picture of 1000 x 1002 pixels, box from 100 to 483 in x."""
    return {
        "joint3d_image": np.array([[[x, y, z]]]),
        "image_size": np.array([[1000, 1002]]),
        "bbox": np.array([[100, 200, 483, 700]]),
    }


@pytest.mark.parametrize(
    ("name", "normalize", "expected"),
    [
        ("joint3d_image", "anisotropic", [750, 501, 100]),
        ("joint3d_image_normed", "anisotropic", [0.5, 0, 0.2]),
        ("joint3d_image_normed", "isotropic", [0.5, 0, 0.2]),
        # 191 / 382 = 1/2 of each pixel; the box's middle (291.5, 450) goes to (95.5, 127.5).
        ("joint3d_image_affined", "anisotropic", [324.75, 153, 100]),
        ("joint3d_image_affined_normed", "anisotropic", [324.75 / 96 - 1, 153 / 128 - 1, 0.2]),
        ("joint3d_image_affined_normed", "isotropic", [324.75 / 96 - 1, 153 / 96 - 4 / 3, 0.2]),
    ],
)
def test_a_point_of_a_picture(name: str, normalize: Normalize, expected: list[float]) -> None:
    typed = to_type(picture(750, 501, 100), name, normalize)
    assert typed.joints[0, 0].tolist() == pytest.approx(expected)


def test_metres_are_counted_from_the_root_of_each_frame() -> None:
    cam = np.array([[[10.0, 20, 3000], [1010, 20, 2500]], [[0, 0, 4000], [0, 500, 4000]]])
    typed = to_type({"joint_3d_cam": cam}, "joint3d_cam_rootrel_meter")
    expected = np.array([[[0, 0, 0], [1, 0, -0.5]], [[0, 0, 0], [0, 0.5, 0]]])
    assert np.allclose(typed.joints, expected)


@pytest.mark.parametrize("name", JOINT_TYPES)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["isotropic", "anisotropic"]))
def test_every_type_leads_back(name: str, seed: int, normalize: Normalize) -> None:
    have = frames(seed=seed)
    typed = to_type(have, name, normalize)
    assert np.allclose(typed.undo(), have[JOINT_TYPES[name].key], atol=1e-8)


def test_a_box_is_moved_onto_the_crop_from_its_first_pixel_to_its_last() -> None:
    box = np.array([[100.0, 200, 483, 700]])
    edge = np.array([[[100.5, 450, 0], [482.5, 450, 0]]])  # half a pixel inside
    assert np.allclose(move(edge, box_affine(box))[0, :, 0], [0, 191])


def test_what_a_type_lacks_is_named() -> None:
    with pytest.raises(RowError, match="needs 'bbox'"):
        to_type({**frames(), "bbox": None}, "joint3d_image_affined")
    with pytest.raises(UnknownNameError, match="joint3d_image_normed"):
        to_type(frames(), "joint2d")
    with pytest.raises(UsageError, match="normalize is 'both'"):
        to_type(frames(), "joint3d_image_normed", "both")  # type: ignore[arg-type]
    with pytest.raises(RowError, match="the box of frame 1"):
        box_affine(np.array([[0.0, 0, 9, 9], [0, 0, 0, 0]]))


def cuts(sources: str, **how: Any) -> list[list[int]]:
    return [clip.tolist() for clip in cut_clips([*sources], Cut(**how))]


def test_clips_follow_on_one_another_and_a_short_tail_goes() -> None:
    assert cuts("aaaaa", num_frames=2) == [[0, 1], [2, 3]]


def test_clips_overlap_or_leave_gaps_as_the_stride_says() -> None:
    assert cuts("aaaa", num_frames=2, data_stride=1) == [[0, 1], [1, 2], [2, 3]]
    assert cuts("aaaaaa", num_frames=2, data_stride=4) == [[0, 1], [4, 5]]


def test_frames_are_taken_before_they_are_cut() -> None:
    assert cuts("aaaaaabbbb", num_frames=2, sample_stride=2) == [[0, 2], [6, 8]]


def test_without_a_length_a_recording_is_a_clip() -> None:
    assert cuts("aaab") == [[0, 1, 2], [3]]


def test_a_short_recording_is_dropped_or_stretched() -> None:
    assert cuts("aabbbb", num_frames=4) == [[2, 3, 4, 5]]
    assert cuts("aabbbb", num_frames=4, short="stretch") == [[0, 0, 1, 1], [2, 3, 4, 5]]


@given(
    st.lists(st.integers(1, 20), min_size=1, max_size=5),
    st.integers(1, 8),
    st.integers(1, 3),
    st.integers(1, 10),
)
def test_no_clip_reaches_into_another_recording(
    lengths: list[int], num_frames: int, sample_stride: int, data_stride: int
) -> None:
    sources = [number for number, length in enumerate(lengths) for _ in range(length)]
    cut = Cut(num_frames, sample_stride, data_stride)
    for clip in cut_clips(sources, cut):
        assert len(clip) == num_frames
        assert len({sources[frame] for frame in clip}) == 1
        assert set(np.diff(clip)) <= {sample_stride}


def walked(sources: list[int], length: int, stride: int) -> list[list[int]]:
    """MotionBERT's way: frame by frame, the start of the next clip in hand."""
    found, start = [], 0
    for frame, source in enumerate(sources):
        if frame and source != sources[frame - 1]:
            start = frame
        if frame - start + 1 == length:
            found.append([*range(start, start + length)])
            start += stride
    return found


@given(st.lists(st.integers(1, 20), min_size=1, max_size=5), st.integers(1, 8), st.integers(1, 10))
def test_clips_are_those_of_motionbert(lengths: list[int], length: int, stride: int) -> None:
    sources = [number for number, count in enumerate(lengths) for _ in range(count)]
    clips = [clip.tolist() for clip in cut_clips(sources, Cut(length, 1, stride))]
    assert clips == walked(sources, length, stride)
