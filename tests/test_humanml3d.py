"""HumanML3D and KIT-ML as sources: rows, parts, mirror images, and what is left out."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmgen_datasets.errors import SourceError
from mmgen_datasets.loading import load_dataset
from mmgen_datasets.motion.skeleton import KIT_ML
from mmgen_datasets.sample_check import check_samples
from mmgen_datasets.schema import conversations_of
from tests.contracts.source import SourceContract
from tests.motion.folders import write_folder

SPLITS = [("train", 3), ("val", 1)]


class TestHumanML3D(SourceContract):
    source = "humanml3d"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        return write_folder(tmp_path / "HumanML3D", splits=SPLITS, num_frames=50)


class TestKitMl(SourceContract):
    source = "kit_ml"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        return write_folder(tmp_path / "kit", skeleton=KIT_ML, splits=SPLITS, num_frames=50)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "HumanML3D", splits=SPLITS, num_frames=50)


def load(root: Path, **kwargs: Any) -> Any:
    return load_dataset("humanml3d", data_dir=str(root), split="train", **kwargs)


def array(row: Any) -> np.ndarray:
    return np.array(row, np.float32)


class TestRows:
    def test_they_hold_what_the_files_say(self, root: Path) -> None:
        first, *_ = load(root)
        motion = np.load(root / "new_joint_vecs" / "000000.npy")
        assert (array(first.pop("motion")) == motion).all()
        license = first.pop("license")
        assert (license["id"], license["commercial"]) == ("amass", False)
        empty = ("objects", "labels", "relations", "narratives")
        assert {k: v for k, v in first.items() if v is not None and k not in empty} == {
            "id": "000000",
            "source": "humanml3d",
            "split": "train",
            "file_name": "new_joint_vecs/000000.npy",
            "captions": ["a person stands still."],
            "descriptions": [
                {
                    "text": "a person stands still.",
                    "tokens": ["a/X", "person/X", "stands/X", "still/X"],
                    "start_s": None,
                    "end_s": None,
                }
            ],
            "num_frames": 49,
            "fps": 20.0,
            "skeleton": "humanml3d",
            "is_mirrored": False,
            "clip": {"recording": "000000", "start": 0, "end": 49, "stride": 1},
        }

    def test_a_caption_with_tags_makes_a_row_of_its_part(self, root: Path) -> None:
        _, part, *_ = load(root)
        motion = np.load(root / "new_joint_vecs" / "000000.npy")
        assert part["id"] == "000000_1.000000_2.000000"
        assert part["clip"] == {"recording": "000000", "start": 20, "end": 40, "stride": 1}
        assert part["num_frames"] == 20
        assert part["captions"] == ["someone is waiting."]
        assert (array(part["motion"]) == motion[20:40]).all()

    def test_two_captions_of_one_part_share_its_row(self, root: Path) -> None:
        (root / "texts" / "000000.txt").write_text("a#a/X#0.5#1.5\nb#b/X#0.5#1.5\nc#c/X#9#10\n")
        whole, part, other, *_ = load(root)
        assert (whole["captions"], part["captions"]) == ([], ["a", "b"])
        assert other["id"] == "M000000"  # the clip has no tenth second

    def test_captions_may_stay_at_their_clip(self, root: Path) -> None:
        rows = load(root, with_parts=False)
        assert rows["id"] == ["000000", "M000000", "000001", "000002", "M000002"]
        assert len(rows[0]["captions"]) == 2
        assert [one["start_s"] for one in rows[0]["descriptions"]] == [None, 1.0]

    def test_mirror_images_are_marked_and_may_be_left_out(self, root: Path) -> None:
        rows = load(root, with_parts=False)
        assert rows["is_mirrored"] == [False, True, False, False, True]
        rows = load(root, with_parts=False, with_mirrored=False)
        assert rows["id"] == ["000000", "000001", "000002"]

    def test_joints_come_on_request_and_are_recovered_where_missing(self, root: Path) -> None:
        wanted = np.load(root / "new_joints" / "000001.npy")
        (root / "new_joints" / "000001.npy").unlink()
        rows = load(root, with_joints=True)
        joints = {row["id"]: array(row["joints"]) for row in rows}
        assert (joints["000001"] == wanted).all()
        whole = np.load(root / "new_joints" / "000000.npy")
        assert (joints["000000_1.000000_2.000000"] == whole[20:40]).all()

    def test_several_processes_make_the_same_rows(self, root: Path, tmp_path: Path) -> None:
        rows = load(root, cache_dir=str(tmp_path / "again"), num_proc=2)
        assert rows["id"] == load(root)["id"]


class TestLeftOut:
    def test_clips_that_cannot_be_used_are_counted_and_listed(
        self, root: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (root / "new_joint_vecs" / "000001.npy").unlink()
        rows = np.load(root / "new_joint_vecs" / "000002.npy")
        rows[7, 3] = np.nan
        np.save(root / "new_joint_vecs" / "000002.npy", rows)
        with caplog.at_level(logging.WARNING):
            kept = load(root, with_parts=False)["id"]
        assert kept == ["000000", "M000000", "M000002"]
        [message] = [record.getMessage() for record in caplog.records if "left out" in record.msg]
        assert "2 of 5 clips are left out" in message.replace(" of train", "")
        assert "000001: no new_joint_vecs/000001.npy" in message
        assert "000002: NaN or infinite in 1 of 51 frames" in message

    def test_a_clip_without_captions_stays(self, root: Path) -> None:
        (root / "texts" / "000001.txt").unlink()
        rows = {row["id"]: row for row in load(root)}
        assert rows["000001"]["captions"] == []

    def test_a_split_of_which_nothing_is_there_is_not_offered(self, root: Path) -> None:
        (root / "new_joint_vecs" / "000003.npy").unlink()
        assert [*load_dataset("humanml3d", data_dir=str(root))] == ["train"]

    def test_lists_of_which_nothing_is_there_are_an_error(self, root: Path) -> None:
        for path in (root / "new_joint_vecs").iterdir():
            path.unlink()
        with pytest.raises(SourceError, match="none of the 6 clips that the lists name"):
            load(root)

    def test_a_folder_of_another_skeleton_is_told(self, tmp_path: Path) -> None:
        root = write_folder(tmp_path / "kit", skeleton=KIT_ML, splits=SPLITS, num_frames=50)
        with pytest.raises(SourceError, match=r"251 features a frame, not 263\n.*'kit_ml'"):
            load(root)

    def test_nothing_is_downloaded(self) -> None:
        with pytest.raises(SourceError, match="is not downloaded"):
            load_dataset("humanml3d")


class TestSchema:
    def test_motions_of_both_widths_are_samples(self, root: Path, tmp_path: Path) -> None:
        kit = write_folder(tmp_path / "kit", skeleton=KIT_ML, splits=SPLITS, num_frames=50)
        samples = load_dataset("kit_ml", data_dir=str(kit), split="train")
        check_samples(samples)
        check_samples(load(root))
        assert conversations_of(samples.features)["motion"].shape == (None, 251)
