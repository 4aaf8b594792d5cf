"""Joints to features and back: a known answer, the published faults, and what has none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion import kinematics, rotations
from mmgen_datasets.motion.features import canonical, joints_to_features, layout
from mmgen_datasets.motion.recovery import (
    features_to_joints,
    rotations_to_joints,
    true_turns,
    wrong_turns,
)
from mmgen_datasets.motion.skeleton import H36M, HUMANML3D, KIT_ML, Floats, Skeleton
from scripts.bench.motion_features import by_frames, joints_by_frames
from tests.motion.gaits import ACTIONS, Gait, clip, move

SKELETONS = [HUMANML3D, KIT_ML]
PARTS = layout()

gaits = st.builds(
    Gait,
    action=st.just("any"),
    size=st.floats(0.8, 1.2),
    speed=st.floats(-1.5, 1.5),
    turn=st.floats(-5.0, 5.0),
    cadence=st.floats(0.3, 2.5),
    swing=st.floats(0.0, 0.7),
    hop=st.floats(0.0, 0.3),
    wave=st.floats(0.0, 1.0),
    phase=st.floats(0.0, 6.3),
    lean=st.floats(0.0, 0.3),
)
each_skeleton = pytest.mark.parametrize("skeleton", SKELETONS, ids=lambda s: s.name)


def metres_apart(a: Floats, b: Floats, skeleton: Skeleton = HUMANML3D) -> float:
    return float(np.linalg.norm(a - b, axis=-1).max() * skeleton.metres)


class TestLayout:
    def test_dimensions_are_those_of_the_field(self) -> None:
        ends = [part.stop for part in PARTS.values()]
        assert ends == [1, 3, 4, 67, 193, 259, 263]
        assert layout(21)["contacts"].stop == 251

    def test_a_quarter_turn_is_stored_as_half_its_angle(self) -> None:
        """A tenth of a turn over ten frames, far from both ends of the smoothing."""
        joints = move(Gait("turn", turn=0.8), num_frames=300)
        rows = joints_to_features(joints)
        assert rows[150, 0] == pytest.approx(0.8 / 20 / 2 * -1, abs=1e-4)

    def test_someone_who_stands_has_no_velocity_and_all_feet_on_the_ground(self) -> None:
        rows = joints_to_features(np.repeat(clip("idle", num_frames=1), 10, axis=0))
        assert np.abs(rows[:, PARTS["velocities"]]).max() < 1e-6
        assert (rows[:, PARTS["contacts"]] == 1).all()

    def test_a_walk_goes_along_z(self) -> None:
        rows = joints_to_features(move(Gait("walk", speed=1.0), num_frames=60))
        assert rows[40, PARTS["root_velocity"]] == pytest.approx([0, 1 / 20], abs=1e-4)


@each_skeleton
class TestAgainstFrameByFrame:
    """An independent way: one frame and one bone at a time, in float64."""

    @pytest.mark.parametrize("action", ["walk", "turn"])
    def test_features_are_the_same(self, skeleton: Skeleton, action: str) -> None:
        joints = clip(action, 5, num_frames=30, skeleton=skeleton)
        ours, theirs = joints_to_features(joints, skeleton), by_frames(joints, skeleton)
        assert np.abs(ours - theirs).max() < (5e-5 if skeleton is HUMANML3D else 1e-2)
        assert (ours[:, -4:] == theirs[:, -4:]).all()

    def test_joints_are_the_same(self, skeleton: Skeleton) -> None:
        rows = joints_to_features(clip("turn", 5, num_frames=30, skeleton=skeleton), skeleton)
        theirs = joints_by_frames(rows, skeleton.num_joints)
        assert metres_apart(features_to_joints(rows, skeleton), theirs, skeleton) < 1e-6


@each_skeleton
class TestRoundTrip:
    @settings(max_examples=25, deadline=None)
    @given(how=gaits, num_frames=st.integers(2, 150))
    def test_corrected_features_always_give_the_joints_back(
        self, skeleton: Skeleton, how: Gait, num_frames: int
    ) -> None:
        joints = move(how, num_frames=num_frames, skeleton=skeleton)
        rows = joints_to_features(joints, skeleton, strict=False)
        wanted = canonical(joints, skeleton, strict=False)[:-1]
        assert metres_apart(features_to_joints(rows, skeleton), wanted, skeleton) < 1e-5

    @settings(max_examples=25, deadline=None)
    @given(how=gaits, num_frames=st.integers(3, 150))
    @example(how=Gait("any", turn=3.375), num_frames=140)
    def test_published_features_do_but_where_a_turn_has_the_wrong_sign(
        self, skeleton: Skeleton, how: Gait, num_frames: int
    ) -> None:
        joints = move(how, num_frames=num_frames, skeleton=skeleton)
        rows = joints_to_features(joints, skeleton)
        mended = rows.copy()
        wrong = wrong_turns(rows, skeleton)
        mended[:-1, 0][wrong] *= -1
        wanted = canonical(joints, skeleton, strict=True)[:-1]
        # Float32 tells a heading of nearly 180 degrees to a thousandth of a degree only.
        assert metres_apart(features_to_joints(mended, skeleton), wanted, skeleton) < 2e-3
        if np.abs(_headings(mended)).max() < 2.5:  # of the true turns: a wrong one hides itself
            assert metres_apart(features_to_joints(rows, skeleton), wanted, skeleton) < 1e-5

    def test_rotations_give_the_same_joints_as_positions(self, skeleton: Skeleton) -> None:
        joints = clip("walk", 2, skeleton=skeleton)
        rows = joints_to_features(joints, skeleton)
        by_rotation = rotations_to_joints(rows, joints[0], skeleton)
        assert metres_apart(by_rotation, features_to_joints(rows, skeleton), skeleton) < 1e-5


def _headings(rows: Floats) -> Floats:
    return 2 * np.cumsum(rows[:, 0])


class TestPublishedFaults:
    """Q2 and Q4 of the field's own features, and that the corrected ones have neither."""

    spin = move(Gait("turn", turn=1.5), num_frames=90)

    def test_a_heading_that_passes_180_degrees_turns_one_sign(self) -> None:
        rows = joints_to_features(self.spin)
        [frame] = np.flatnonzero(wrong_turns(rows))
        before, wrong, after = rows[frame - 1 : frame + 2, 0]
        assert np.sign(before) == np.sign(after) == -np.sign(wrong)
        assert abs(wrong) == pytest.approx(abs(before), rel=0.1)

    def test_what_follows_is_then_turned(self) -> None:
        wanted = canonical(self.spin, strict=True)[:-1]
        assert metres_apart(features_to_joints(joints_to_features(self.spin)), wanted) > 0.04

    def test_corrected_features_have_no_wrong_sign(self) -> None:
        assert not wrong_turns(joints_to_features(self.spin, strict=False)).any()

    def test_the_first_turn_is_a_jump_only_if_published(self) -> None:
        joints = move(Gait("walk", swing=0.4, turn=1.2, phase=1.0), num_frames=100)[10:]
        published, corrected = (joints_to_features(joints, strict=s) for s in (True, False))
        usual = np.abs(corrected[1:10, 0]).max()
        assert abs(published[0, 0]) > 3 * usual
        assert abs(corrected[0, 0]) < 1.5 * usual

    def test_all_other_rows_are_the_same(self) -> None:
        joints = clip("walk", 8)
        published, corrected = (joints_to_features(joints, strict=s) for s in (True, False))
        assert np.abs(published[1:] - corrected[1:]).max() < 2e-5

    def test_true_turns_are_those_of_the_corrected_features(self) -> None:
        corrected = joints_to_features(self.spin, strict=False)
        assert np.abs(true_turns(corrected) - corrected[:-1, 0]).max() < 1e-5
        published = joints_to_features(self.spin)
        assert np.abs(true_turns(published)[1:] - corrected[1:-1, 0]).max() < 1e-3

    def test_a_cut_of_a_clip_has_other_features_than_a_cut_of_its_features(self) -> None:
        joints = clip("turn", 1, num_frames=200)
        whole, cut = joints_to_features(joints), joints_to_features(joints[:100])
        assert np.abs(whole[1:20] - cut[1:20]).max() < 1e-4  # 80 frames from the end
        assert np.abs(whole[90:99] - cut[90:]).max() > 1e-3

    def test_three_frames_are_as_good_as_four(self) -> None:
        joints = clip("walk", 3, num_frames=3)
        wanted = canonical(joints, strict=True)[:-1]
        assert metres_apart(features_to_joints(joints_to_features(joints)), wanted) < 1e-5


@each_skeleton
@pytest.mark.parametrize("strict", [True, False])
class TestBatches:
    def test_a_batch_gives_what_its_clips_give_to_the_bit(
        self, skeleton: Skeleton, strict: bool
    ) -> None:
        clips = np.stack([clip(a, 4, num_frames=40, skeleton=skeleton) for a in ACTIONS])
        target = clip("idle", 9, num_frames=1, skeleton=skeleton)[0]
        args: Any = {"target": target, "strict": strict}
        batch = joints_to_features(clips[None], skeleton, **args)
        alone = [joints_to_features(joints, skeleton, **args) for joints in clips]
        assert batch.shape == (1, len(ACTIONS), 39, layout(skeleton.num_joints)["contacts"].stop)
        assert batch.dtype == np.float32
        assert (batch[0] == np.stack(alone)).all()
        joints = [features_to_joints(rows, skeleton) for rows in alone]
        assert (features_to_joints(batch, skeleton)[0] == np.stack(joints)).all()

    def test_everybody_gets_the_bones_of_the_target(self, skeleton: Skeleton, strict: bool) -> None:
        target = clip("idle", 9, num_frames=1, skeleton=skeleton)[0]
        rows = joints_to_features(
            clip("jump", 4, skeleton=skeleton), skeleton, target=target, strict=strict
        )
        joints = features_to_joints(rows, skeleton)
        lengths = np.linalg.norm(kinematics.bone_offsets(joints, skeleton), axis=-1)
        wanted = np.linalg.norm(kinematics.bone_offsets(target, skeleton), axis=-1)
        assert np.abs(lengths - wanted).max() * skeleton.metres < 1e-5

    def test_where_and_whither_someone_stands_does_not_matter(
        self, skeleton: Skeleton, strict: bool
    ) -> None:
        joints = clip("walk", 6, skeleton=skeleton)
        q = rotations.about_y(np.array(0.6))
        moved = rotations.rotate(q, joints) + np.array([3.0, 1.0, -2.0]) / skeleton.metres
        same = joints_to_features(moved, skeleton, strict=strict)
        assert np.abs(same - joints_to_features(joints, skeleton, strict=strict)).max() < (
            1e-4 if skeleton is HUMANML3D else 2e-2
        )


class TestRefused:
    def test_someone_who_faces_exactly_backwards_is_told(self) -> None:
        joints = clip("idle", 1, num_frames=9)
        joints[..., 0] *= -1  # exactly, which a rotation by pi is not
        joints[..., 2] *= -1
        joints[:, list(HUMANML3D.rig.face), 2] = 0  # type: ignore[union-attr]
        with pytest.raises(UsageError, match="exactly -z"):
            joints_to_features(joints)

    def test_a_frame_that_is_not_finite_is_named(self) -> None:
        joints = np.stack([clip("walk", 1, num_frames=9)] * 2)
        joints[1, 4, 7, 2] = np.nan
        with pytest.raises(UsageError, match=r"clip 1, frame 4, 'left_ankle'"):
            joints_to_features(joints)

    def test_hips_as_wide_as_shoulders_have_no_heading(self) -> None:
        joints = np.repeat(clip("idle", 1, num_frames=1), 9, axis=0)
        right_hip, left_hip, right_shoulder, left_shoulder = 2, 1, 17, 16
        joints[..., [right_hip, right_shoulder], 0] = -0.2
        joints[..., [left_hip, left_shoulder], 0] = 0.2
        joints[..., [right_hip, left_hip, right_shoulder, left_shoulder], 2] = 0
        with pytest.raises(UsageError, match="faces nowhere, or exactly -z: frame 1, 'pelvis'"):
            joints_to_features(joints)

    def test_a_bone_without_length_is_named(self) -> None:
        joints = clip("walk", 1, num_frames=9)
        joints[3, 7] = joints[3, 4]
        with pytest.raises(UsageError, match=r"frame 3, 'left_ankle' has no length"):
            joints_to_features(joints)

    @pytest.mark.parametrize("shape", [(9, 17, 3), (9, 66), (1, 22, 3), (22, 3)])
    def test_another_shape_is_told(self, shape: tuple[int, ...]) -> None:
        with pytest.raises(UsageError, match="are no clip of 'humanml3d'"):
            joints_to_features(np.ones(shape))

    def test_features_of_another_width_are_told(self) -> None:
        with pytest.raises(UsageError, match=r"\(5, 251\) are not those of 'humanml3d'"):
            features_to_joints(np.ones((5, 251)))

    def test_a_skeleton_without_features_is_told(self) -> None:
        with pytest.raises(UsageError, match="not defined for the skeleton 'h36m'"):
            joints_to_features(np.ones((5, 17, 3)), H36M)


class TestRotations:
    @settings(max_examples=50, deadline=None)
    @given(st.integers(0, 10_000))
    def test_six_numbers_say_the_whole_rotation(self, seed: int) -> None:
        q = rotations.normalised(np.random.default_rng(seed).normal(size=(7, 4)))
        assert np.allclose(rotations.from_six(rotations.to_six(q)), rotations.to_matrix(q))

    def test_a_product_turns_by_the_right_factor_first(self) -> None:
        random = np.random.default_rng(0)
        q, r = rotations.normalised(random.normal(size=(2, 4)))
        v = random.normal(size=3)
        both = rotations.rotate(rotations.multiply(q, r), v)
        assert np.allclose(both, rotations.rotate(q, rotations.rotate(r, v)))
        assert np.allclose(rotations.rotate(q, v), rotations.to_matrix(q) @ v)

    def test_forward_kinematics_undoes_inverse_kinematics(self) -> None:
        joints = clip("wave", 1, num_frames=20)
        root = np.tile([1.0, 0.0, 0.0, 0.0], (20, 1))
        local = kinematics.bone_rotations(joints, root, HUMANML3D)
        offsets = kinematics.bone_offsets(joints[0], HUMANML3D)
        again = kinematics.pose(local, joints[:, 0], offsets, HUMANML3D)
        assert metres_apart(again, joints) < 1e-6

    def test_smoothing_keeps_what_does_not_change(self) -> None:
        assert np.allclose(kinematics.smoothed(np.ones((5, 3))), 1)
