"""The source `skeletons`: a folder of one's own to clips."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from mmgen_datasets import load_dataset
from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.motion.joint_types import Typed
from tests.contracts.source import SourceContract
from tests.motion.cameras import camera


def write_recordings(folder: Path) -> Path:
    """Two recordings in a file, with all arrays that there may be."""
    cam = np.concatenate([camera(12), camera(7, seed=1)])
    image = np.concatenate([cam[..., :2] / 8 + 400, cam[..., 2:] - cam[:, :1, 2:]], -1)
    folder.mkdir()
    np.savez(
        folder / "train.npz",
        joint_3d_cam=cam,
        joint3d_image=image,
        source=["S1"] * 12 + ["S5"] * 7,
        image_size=np.tile([1000, 1002], (19, 1)),
        bbox=np.tile([300, 200, 600, 700], (19, 1)),
        fps=50.0,
    )
    return folder


def write_walk(folder: Path) -> Path:
    """A recording with texts and pictures beside it."""
    pictures = folder / "test" / "walk" / "01"
    pictures.mkdir(parents=True)
    np.save(pictures.with_suffix(".npy"), camera(6))
    pictures.with_suffix(".txt").write_text("a person walks.\n\nsomebody goes ahead.\n")
    for number in range(6):
        Image.new("RGB", (8, 8)).save(pictures / f"{number:04d}.png")
    return folder


class TestSkeletons(SourceContract):
    source = "skeletons"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        folder = tmp_path / "data"
        for split in ("train", "test"):
            (folder / split).mkdir(parents=True)
            for number in range(2):
                np.save(folder / split / f"{number}.npy", camera(5 + number, seed=number))
        (folder / "train" / "0.txt").write_text("a person walks.")
        return folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_recordings(tmp_path / "recordings")


@pytest.fixture
def walk(tmp_path: Path) -> Path:
    return write_walk(tmp_path / "walk")


def load(folder: Path, split: str = "train", **settings: Any) -> Any:
    return load_dataset("skeletons", data_dir=str(folder), split=split, **settings)


def test_a_recording_is_a_row_with_its_texts_and_pictures(walk: Path) -> None:
    [row] = load(walk, "test")
    assert row["id"] == "walk/01-000000"
    assert row["captions"] == ["a person walks.", "somebody goes ahead."]
    assert row["frame_files"][0] == "test/walk/01/0000.png"
    assert len(row["frame_files"]) == row["num_frames"] == 6
    assert np.allclose(row["joints"], camera(6), atol=1e-3)
    assert row["view"]["joint_type"] is None


def test_clips_are_cut_within_recordings_and_tell_their_frames(folder: Path) -> None:
    rows = load(folder, joint_type="joint3d_image", num_frames=4, sample_stride=2, data_stride=2)
    frames = [(row["clip"]["start"], row["clip"]["end"], row["num_frames"]) for row in rows]
    assert frames == [(0, 7, 4), (4, 11, 4), (12, 19, 4)]
    assert {row["fps"] for row in rows} == {25.0}
    assert {row["clip"]["stride"] for row in rows} == {2}


@pytest.mark.parametrize(
    ("joint_type", "key"),
    [
        ("joint3d_image_normed", "joint3d_image"),
        ("joint3d_image_affined_normed", "joint3d_image"),
        ("joint3d_cam_rootrel_meter", "joint_3d_cam"),
    ],
)
def test_positions_of_a_type_lead_back_to_those_of_the_file(
    folder: Path, joint_type: str, key: str
) -> None:
    with np.load(folder / "train.npz") as file:
        stored = file[key]
    rows = load(folder, joint_type=joint_type, num_frames=4)
    assert len(rows) == 4
    for row in rows:
        back = Typed.of(np.array(row["joints"]), row["view"]).undo()
        assert np.allclose(back, stored[row["clip"]["start"] : row["clip"]["end"]], atol=2e-2)
        assert np.abs(row["joints"]).max() < 10


def test_files_without_folders_of_splits_are_for_training(tmp_path: Path) -> None:
    np.save(tmp_path / "b.npy", camera(3))
    (tmp_path / "more").mkdir()
    np.save(tmp_path / "more" / "a.npy", camera(3))
    assert load(tmp_path)["id"] == ["b-000000", "more/a-000000"]


def test_the_folder_may_be_given_from_where_one_stands(
    walk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(walk.parent)
    assert load(Path("walk"), "test")["id"] == ["walk/01-000000"]


def test_other_skeletons_can_be_named(tmp_path: Path) -> None:
    np.save(tmp_path / "a.npy", np.zeros((3, 22, 3)))
    with pytest.raises(SourceError, match=r"shape \(3, 22, 3\), not \(3, 17, 3\)"):
        load(tmp_path)
    assert load(tmp_path, skeleton="humanml3d")[0]["fps"] == 20.0


def test_clips_with_nan_are_left_out_and_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    joints = camera(9)
    joints[4] = np.nan
    np.save(tmp_path / "a.npy", joints)
    assert load(tmp_path, num_frames=3)["id"] == ["a-000000", "a-000006"]
    assert "left out 1 clips of train" in caplog.text


def test_frames_without_a_picture_can_be_left_out(tmp_path: Path) -> None:
    files = np.array(["", "1.jpg", "2.jpg", "", "4.jpg"])
    np.savez(tmp_path / "train.npz", joints=camera(5), image_files=files)
    [row] = load(tmp_path, only_with_images=True)
    assert row["frame_files"] == ["1.jpg", "2.jpg", "4.jpg"]
    assert (row["clip"]["start"], row["clip"]["end"]) == (1, 5)


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        ({"pose": np.zeros((2, 17, 3))}, "has no array 'joints'"),
        (
            {"joints": np.zeros((2, 17, 3)), "bbox": np.zeros((3, 4))},
            r"'bbox' has the shape \(3, 4\)",
        ),
        ({"joint3d_image": np.zeros((2, 17, 3))}, "no array 'joints', only joint3d_image"),
        ({"joints": np.zeros((2, 17, 3)), "source": [{}, {}]}, "cannot be read"),
    ],
)
def test_files_that_hold_something_else_are_refused(
    arrays: dict[str, Any], problem: str, tmp_path: Path
) -> None:
    np.savez(tmp_path / "train.npz", **arrays)
    with pytest.raises(SourceError, match=problem):
        load(tmp_path)


def test_a_picture_too_few_is_refused(walk: Path) -> None:
    next((walk / "test" / "walk" / "01").iterdir()).unlink()
    with pytest.raises(SourceError, match="5 pictures for 6 frames"):
        load(walk, "test")


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        ({"num_frames": 0}, "num_frames is 0"),
        ({"skeleton": "smpl"}, "no skeleton is called 'smpl'"),
        ({"joint_type": "joint2d"}, "no joint type is called 'joint2d'"),
        ({"short": "loop"}, "short is 'loop'"),
    ],
)
def test_settings_that_cannot_be_meant_are_refused(
    folder: Path, settings: dict[str, Any], problem: str
) -> None:
    with pytest.raises(UsageError, match=problem):
        load(folder, **settings)


def test_a_split_without_any_clip_is_refused(folder: Path) -> None:
    with pytest.raises(SourceError, match="no clip of 100 frames"):
        load(folder, joint_type="joint3d_image", num_frames=100)


def test_no_folder_is_an_error() -> None:
    with pytest.raises(MissingFileError, match="data_dir is not given"):
        load_dataset("skeletons")
