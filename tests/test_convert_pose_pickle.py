"""Pickles of poses to files of arrays, with nothing run."""

from __future__ import annotations

import os
import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mmgen_datasets import load_dataset
from mmgen_datasets.errors import SourceError
from mmgen_datasets.motion.pickled import read_pickle
from scripts.convert_pose_pickle import main
from tests.motion.cameras import camera


def poses(num_frames: int = 6) -> dict[str, Any]:
    """A split in MotionBERT's layout."""
    cam = camera(num_frames)
    return {
        "joint_2d": np.zeros((num_frames, 17, 2)),
        "joint_3d_cam": cam,
        "joint3d_image": np.concatenate([cam[..., :2] / 8 + 400, cam[..., 2:] - 4000], -1),
        "camera_name": ["54138969"] * num_frames,
        "source": ["s_01_act_02"] * num_frames,
        "2.5d_factor": np.full(num_frames, 4.2),
    }


def save(path: Path, value: Any, protocol: int = 4) -> Path:
    path.write_bytes(pickle.dumps(value, protocol=protocol))
    return path


def test_a_pickle_becomes_a_source(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pickled = save(tmp_path / "poses.pkl", {"train": poses(), "test": poses(4)})
    images = save(tmp_path / "i.pkl", {"train": [None, *"12345"], "test": [*"1234"]})
    boxes = save(
        tmp_path / "b.pkl",
        {"train": np.tile([1, 2, 300, 400], (6, 1)), "test": np.tile([1, 2, 300, 400], (4, 1))},
    )
    out = tmp_path / "out"
    options = ["--images", str(images), "--boxes", str(boxes)]
    assert main([str(pickled), str(out), *options]) == 0
    assert capsys.readouterr().out.splitlines() == [str(out / "train.npz"), str(out / "test.npz")]
    rows: Any = load_dataset(
        "skeletons",
        data_dir=str(out),
        joint_type="joint3d_image_affined_normed",
        only_with_images=True,
    )
    [row] = rows["train"]
    assert row["frame_files"] == [*"12345"]
    assert row["clip"]["recording"] == "s_01_act_02"
    assert row["view"]["factor_2_5d"] == pytest.approx([4.2] * 5)
    assert row["view"]["scale"][0] == [96, 128, 500]


@pytest.mark.parametrize("protocol", range(2, 6))
def test_arrays_of_every_protocol_are_read(protocol: int, tmp_path: Path) -> None:
    value = {"a": np.arange(6.0).reshape(2, 3), "b": np.float32(2.5), "c": ["x", None]}
    read = read_pickle(save(tmp_path / "a.pkl", value, protocol))
    assert (read["a"] == value["a"]).all()
    assert (read["b"], read["c"]) == (2.5, ["x", None])


class Evil:
    """What would run a command when it is read."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, ("ran",)


def test_nothing_that_a_pickle_names_is_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    pickled = save(tmp_path / "evil.pkl", {"train": Evil()})
    assert main([str(pickled), str(tmp_path / "out")]) == 2
    assert "names posix.mkdir, which is no array" in capsys.readouterr().err
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ([1, 2], "holds no splits"),
        ({"train": {"joint_2d": np.zeros((2, 17, 2))}}, "no joint_3d_cam or joint3d_image"),
    ],
)
def test_pickles_of_something_else_are_refused(
    value: Any, problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pickled = save(tmp_path / "poses.pkl", value)
    assert main([str(pickled), str(tmp_path / "out")]) == 2
    assert problem in capsys.readouterr().err


def test_a_broken_pickle_is_refused(tmp_path: Path) -> None:
    pickled = save(tmp_path / "poses.pkl", {"train": poses()})
    pickled.write_bytes(pickled.read_bytes()[:-100])
    with pytest.raises(SourceError, match=r"poses\.pkl"):
        read_pickle(pickled)
    with pytest.raises(SourceError, match="cannot be read"):
        read_pickle(tmp_path / "nowhere.pkl")
