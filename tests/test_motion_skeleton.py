"""Skeletons: their joints, bones and sides."""

from __future__ import annotations

import numpy as np
import pytest

from mmgen_datasets.motion.skeleton import H36M, HUMANML3D, KIT_ML, SKELETONS, Skeleton
from tests.motion.gaits import ACTIONS, clip


def test_the_left_knee_hangs_on_the_left_hip() -> None:
    names = HUMANML3D.joints
    assert HUMANML3D.parents[names.index("left_knee")] == names.index("left_hip") == 1


def test_numbers_of_joints_are_those_of_the_datasets() -> None:
    assert [s.num_joints for s in (HUMANML3D, KIT_ML, H36M)] == [22, 21, 17]


@pytest.mark.parametrize("skeleton", SKELETONS.values(), ids=lambda s: s.name)
class TestSkeleton:
    def test_every_joint_has_one_bone_and_one_part(self, skeleton: Skeleton) -> None:
        ends = [joint for chain in skeleton.chains for joint in chain[1:]]
        assert sorted([0, *ends]) == list(range(skeleton.num_joints))
        assert sorted(sum(skeleton.parts.values(), ())) == list(range(skeleton.num_joints))

    def test_chains_begin_at_joints_that_stand_before(self, skeleton: Skeleton) -> None:
        known = {0}
        for chain in skeleton.chains:
            assert chain[0] in known
            known |= {*chain}

    def test_mirroring_twice_changes_nothing(self, skeleton: Skeleton) -> None:
        mirrored = np.array(skeleton.mirrored)
        assert (mirrored[mirrored] == np.arange(skeleton.num_joints)).all()
        left = {j for name, part in skeleton.parts.items() if "left" in name for j in part}
        right = {j for name, part in skeleton.parts.items() if "right" in name for j in part}
        assert {int(mirrored[j]) for j in left} == right

    def test_it_can_be_a_key(self, skeleton: Skeleton) -> None:
        assert {skeleton: 1}[skeleton] == 1

    @pytest.mark.parametrize("action", ACTIONS)
    def test_a_synthetic_clip_keeps_its_bones_and_stands_on_the_ground(
        self, skeleton: Skeleton, action: str
    ) -> None:
        joints = clip(action, seed=3, num_frames=50, skeleton=skeleton) * skeleton.metres
        parents = np.array(skeleton.parents)
        bones = np.linalg.norm((joints - joints[:, parents])[:, 1:], axis=-1)
        assert np.allclose(bones, bones[0], atol=1e-9)
        assert bones.min() > 0.01
        assert joints[..., 1].min() == pytest.approx(0)
        assert np.ptp(joints[..., 1]) > 1.2
        assert (joints == clip(action, 3, num_frames=50, skeleton=skeleton) * skeleton.metres).all()


def test_a_rig_has_an_axis_for_each_joint() -> None:
    for skeleton in (HUMANML3D, KIT_ML):
        assert skeleton.rig
        axes = skeleton.rig.axes
        assert axes.shape == (skeleton.num_joints, 3)
        assert np.abs(axes).sum(1).tolist() == [0, *[1] * (skeleton.num_joints - 1)]
