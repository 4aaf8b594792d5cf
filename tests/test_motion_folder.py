"""A folder of HumanML3D: its lists, captions and arrays; and the statistics of its features."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.motion.features import layout
from mmgen_datasets.motion.folder import (
    Description,
    find_folders,
    parse_description,
    read_descriptions,
    read_features,
    read_joints,
    read_splits,
)
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import HUMANML3D, KIT_ML, Skeleton
from mmgen_datasets.motion.statistics import BIASED, statistics_of
from tests.motion.folders import write_folder


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "HumanML3D", splits=[("train", 3)], num_frames=30)


class TestDescriptions:
    @pytest.mark.parametrize(
        ("line", "start", "end"),
        [
            ("he runs.#he/PRON#0.0#0.0", None, None),
            ("he runs.#he/PRON#nan#nan", None, None),
            ("he runs.#he/PRON#1.5#3", 1.5, 3.0),
            ("he runs.#he/PRON#0#2.0", 0.0, 2.0),
        ],
    )
    def test_tags_are_seconds_or_the_whole_clip(
        self, line: str, start: float | None, end: float | None
    ) -> None:
        assert parse_description(line) == Description("he runs.", "he/PRON", start, end)

    @pytest.mark.parametrize(
        "line",
        ["he runs.", "he runs.#he/PRON#0.0", "#he/PRON#0#0", "a#b#x#0", "a#b#3#2", "a#b#-1#2"],
    )
    def test_what_is_no_caption_is_null(self, line: str) -> None:
        assert parse_description(line) is None

    def test_a_bad_line_is_counted_and_the_others_stay(self, root: Path) -> None:
        path = root / "texts" / "000001.txt"
        path.write_text("a man walks\n\n" + path.read_text())
        found, bad = read_descriptions(root, "000001")
        assert [one.text for one in found] == [
            "a person walks forward.",
            "someone is walking ahead.",
        ]
        assert bad == [1]

    def test_a_part_is_counted_in_frames_as_t2m_gpt_does(self) -> None:
        assert Description("", "", 1.33, 2.0).frames(20.0) == slice(26, 40)
        assert Description("", "", None, None).frames(20.0) == slice(None)


class TestFolder:
    def test_it_may_be_the_folder_above(self, root: Path) -> None:
        assert find_folders(root) == find_folders(root.parent) == [root]

    def test_two_beside_one_another_are_told_apart(self, root: Path) -> None:
        other = root.parent / "KIT-ML"
        (other / "new_joint_vecs").mkdir(parents=True)
        assert find_folders(root.parent) == [root, other]
        assert find_folders(root.parent, "kit_ml") == [other]

    def test_lists_have_the_mirror_images(self, root: Path) -> None:
        assert read_splits(root) == {"train": ["000000", "M000000", "000001", "000002", "M000002"]}

    def test_arrays_belong_together(self, root: Path) -> None:
        rows, joints = (read(root, "M000002", HUMANML3D) for read in (read_features, read_joints))
        assert (features_to_joints(rows) == joints).all()

    def test_a_mirror_image_goes_the_other_way_with_the_other_leg(self, root: Path) -> None:
        joints, image = (read_joints(root, id, HUMANML3D) for id in ("000002", "M000002"))
        other = image[:, list(HUMANML3D.mirrored)] * np.array([-1, 1, 1])
        assert np.abs(joints - other).max() < 1e-3

    @pytest.mark.parametrize("id", ["../000000", "a/b", "", "..", "a\\b"])
    def test_an_id_that_may_lead_out_is_refused(self, root: Path, id: str) -> None:
        (root / "train.txt").write_text(f"000000\n{id}\n")
        if id:
            with pytest.raises(SourceError, match=r"train.txt, line 2: .* is no id"):
                read_splits(root)
        else:
            assert read_splits(root) == {"train": ["000000"]}

    def test_no_list_is_an_error(self, root: Path) -> None:
        (root / "train.txt").unlink()
        with pytest.raises(MissingFileError, match=r"no train\.txt"):
            read_splits(root)

    def test_what_is_wrong_with_an_array_is_told(self, root: Path) -> None:
        place = root / "new_joint_vecs"
        rows = np.load(place / "000000.npy")
        rows[3] = np.nan
        np.save(place / "000000.npy", rows)
        np.save(place / "000001.npy", rows[:, :251])
        (place / "000002.npy").write_bytes(b"no array")
        (place / "M000000.npy").unlink()
        np.save(place / "M000002.npy", np.array([{"a": 1}]), allow_pickle=True)
        wrong = {
            "000000": "NaN or infinite in 1 of 29",
            "000001": r"shape \(29, 251\), not \(T, 263\)",
            "000002": "000002.npy cannot be read",
            "M000000": "no new_joint_vecs/M000000.npy",
            "M000002": "cannot be read",
        }
        for id, problem in wrong.items():
            with pytest.raises(SourceError, match=problem):
                read_features(root, id, HUMANML3D)


class TestStatistics:
    @pytest.mark.parametrize("skeleton", [HUMANML3D, KIT_ML], ids=lambda s: s.name)
    def test_they_are_those_of_all_frames_in_one_array(self, skeleton: Skeleton) -> None:
        width = layout(skeleton.num_joints)["contacts"].stop
        random = np.random.default_rng(0)
        clips = [(random.normal(5, 3, (n, width))).astype(np.float32) for n in (1, 7, 40)]
        found = statistics_of(clips, skeleton)
        frames = np.concatenate(clips).astype(np.float64)
        assert np.allclose(found.mean, frames.mean(0), rtol=1e-6)
        for part in layout(skeleton.num_joints).values():
            assert np.allclose(found.std[part], frames.std(0)[part].mean(), rtol=1e-6)
        assert (found.num_frames, found.num_skipped) == (48, 0)

    def test_a_bias_makes_root_and_feet_weigh_more(self) -> None:
        clips = [np.random.default_rng(1).normal(size=(50, 263))]
        plain, biased = (statistics_of(clips, feature_bias=bias) for bias in (1, 25))
        parts = layout()
        for name, part in parts.items():
            wanted = 25 if name in BIASED else 1
            assert np.allclose(plain.std[part] / biased.std[part], wanted, rtol=1e-5)
        assert (plain.mean == biased.mean).all()

    def test_a_clip_with_nan_is_left_out_and_counted(self) -> None:
        good, bad = np.ones((4, 263)), np.full((4, 263), np.nan)
        found = statistics_of([bad, good, bad])
        assert (found.num_frames, found.num_skipped) == (4, 2)
        assert (found.mean == 1).all()

    def test_no_clips_are_an_error(self) -> None:
        with pytest.raises(UsageError, match="none of 1 clips"):
            statistics_of([np.full((4, 263), np.nan)])
