"""Errors of reconstruction: known answers first."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.motion.features import joints_to_features
from mmgen_datasets.motion.metrics import Errors, aligned, compare, part_errors
from mmgen_datasets.motion.metrics_codes import Usage
from mmgen_datasets.motion.skeleton import H36M, HUMANML3D, KIT_ML
from tests.motion.gaits import clip


def turned(joints: np.ndarray, angle: float) -> np.ndarray:
    c, s = np.cos(angle), np.sin(angle)
    about_y: np.ndarray = np.array([[c, 0, -s], [0, 1, 0], [s, 0, c]])
    turned: np.ndarray = np.matmul(joints, about_y)
    return turned


def test_a_shift_is_seen_in_the_world_alone() -> None:
    joints = clip("walk")
    errors = compare(joints + np.array([0.1, 0, 0]), joints, HUMANML3D)
    assert errors.world == pytest.approx(100)
    assert errors.root_aligned == pytest.approx(0, abs=1e-9)
    assert errors.procrustes == pytest.approx(0, abs=1e-9)
    assert errors.acceleration == pytest.approx(0, abs=1e-9)
    assert errors.local is None
    assert errors.num_frames == 80


def test_a_turn_is_not_seen_after_alignment() -> None:
    joints = clip("wave")
    errors = compare(turned(joints, 0.5), joints, HUMANML3D)
    assert errors.root_aligned > 10
    assert errors.procrustes == pytest.approx(0, abs=1e-9)


def test_a_jump_of_one_joint_is_an_acceleration() -> None:
    """By 0.6 m in frame 1 of 3: second difference 1.2 m in one joint of 22."""
    joints = np.repeat(clip("idle")[:1], 3, axis=0)
    other = joints.copy()
    other[1, 4, 1] += 0.6
    assert compare(other, joints, HUMANML3D).acceleration == pytest.approx(1200 / 22)


def test_local_errors_of_features_leave_heading_and_path_out() -> None:
    features = joints_to_features(clip("walk"), strict=False)
    other = features.copy()
    other[:, 0] += 0.01
    errors = compare(other, features, HUMANML3D)
    assert errors.local == 0
    assert errors.world > errors.root_aligned > 10
    other = features.copy()
    other[:, 4 + 3 * 5] += 0.042
    assert compare(other, features, HUMANML3D).local == pytest.approx(42 / 21, rel=1e-4)


def test_millimetres_are_millimetres_also_of_kit() -> None:
    joints = clip("walk", skeleton=KIT_ML)
    assert compare(joints + np.array([7.0, 0, 0]), joints, KIT_ML).world == pytest.approx(7)


def test_frames_behind_the_end_of_what_came_back_do_not_count() -> None:
    joints = clip("walk", num_frames=40)
    assert compare(joints[:36], joints, HUMANML3D).world == 0


def test_clips_count_by_their_frames() -> None:
    one = Errors(1.0, 1.0, None, 1.0, 1.0, num_frames=12)
    two = Errors(3.0, 3.0, 3.0, 3.0, 3.0, num_frames=4)
    both = Errors.of([one, two])
    assert both.world == 1.5
    assert both.acceleration == pytest.approx((10 * 1 + 2 * 3) / 12)
    assert both.local is None
    assert both.num_frames == 16


def test_parts_have_errors_of_their_own() -> None:
    joints = clip("idle", skeleton=H36M)
    other = joints.copy()
    other[:, 13, 0] += 0.03
    errors = part_errors(other, joints, H36M)
    assert errors["left_arm"] == pytest.approx(10)
    assert errors["right_leg"] == 0


@given(
    angle=st.floats(-3, 3),
    scale=st.floats(0.1, 10),
    shift=st.floats(-5, 5),
    seed=st.integers(0, 99),
)
def test_any_similarity_is_undone(angle: float, scale: float, shift: float, seed: int) -> None:
    joints = np.random.default_rng(seed).normal(size=(3, 17, 3))
    np.testing.assert_allclose(
        aligned(scale * turned(joints, angle) + shift, joints), joints, atol=1e-9
    )


def test_a_mirror_image_is_not_undone() -> None:
    joints = np.random.default_rng(1).normal(size=(1, 17, 3))
    assert np.abs(aligned(joints * [-1, 1, 1], joints) - joints).max() > 0.1


def test_codes_are_counted() -> None:
    usage = Usage.of([np.array([[0, 1], [1, 1]]), np.array([3])], num_codes=6)
    assert usage.counts.tolist() == [1, 3, 0, 1, 0, 0]
    assert (usage.alive, usage.dead, usage.frequent, usage.rare) == (3, 3, 3, 0)
    assert usage.extremes(1) == ([(1, 0.6)], [(5, 0.0)])
    even = Usage.of([np.arange(8)], num_codes=16)
    assert even.perplexity == pytest.approx(8, rel=1e-4)
    rare = Usage(np.array([20_000, 1, 0]))
    assert (rare.rare, rare.dead) == (1, 1)
