"""What `mmgen motion doctor` finds in a folder."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mmgen_datasets.cli import main
from mmgen_datasets.errors import SourceError
from mmgen_datasets.motion.doctor import KINDS, PROBLEMS, examine
from mmgen_datasets.motion.features import joints_to_features
from mmgen_datasets.motion.recovery import features_to_joints
from mmgen_datasets.motion.skeleton import KIT_ML
from tests.motion.folders import write_folder
from tests.motion.gaits import Gait, clip, move


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return write_folder(tmp_path / "HumanML3D", splits=[("train", 2), ("val", 1)], seed=1)


def put(root: Path, id: str, rows: np.ndarray) -> None:
    np.save(root / "new_joint_vecs" / f"{id}.npy", rows)
    np.save(root / "new_joints" / f"{id}.npy", features_to_joints(rows))


def test_a_whole_folder_is_healthy(root: Path) -> None:
    put(root, "000002", joints_to_features(clip("idle", 3)))
    put(root, "M000002", joints_to_features(clip("idle", 4)))
    diagnosis = examine(root)
    assert diagnosis.is_healthy
    assert not any(diagnosis.found.values())
    assert diagnosis.skeleton.name == "humanml3d"


def test_clips_that_are_left_out_are_named(root: Path) -> None:
    rows = np.load(root / "new_joint_vecs" / "000001.npy")
    rows[3] = np.nan
    np.save(root / "new_joint_vecs" / "000001.npy", rows)
    (root / "new_joint_vecs" / "000002.npy").unlink()
    (root / "new_joint_vecs" / "M000002.npy").write_bytes(b"")
    diagnosis = examine(root)
    assert not diagnosis.is_healthy
    assert diagnosis.found["features that are not finite"] == [
        "000001: NaN or infinite in 1 of 60 frames"
    ]
    assert diagnosis.found["without features"] == ["000002: no new_joint_vecs/000002.npy"]
    [unreadable] = diagnosis.found["unreadable features"]
    assert unreadable.startswith("M000002: new_joint_vecs/M000002.npy cannot be read")


def test_lists_are_compared(root: Path) -> None:
    (root / "val.txt").write_text("000001\nM000000\n")
    found = examine(root).found
    assert found["in two lists"] == ["000001: train, validation", "M000000: train, validation"]
    assert found["in no list"] == ["000002", "M000002"]
    (root / "train.txt").write_text("000000\n")
    assert examine(root).found["apart from their mirror image"] == ["000000: train, validation"]


def test_texts_are_read(root: Path) -> None:
    (root / "texts" / "000001.txt").write_text("no tags\nlate#late/X#8.0#9.0\n")
    (root / "texts" / "000000.txt").unlink()
    found = examine(root).found
    assert found["lines that are no caption"] == ["000001: line 1"]
    assert found["captions about a part beyond the end"] == ["000001: 8 s to 9 s of 3 s"]
    assert found["without captions"] == ["000000: no texts/000000.txt"]


def test_joints_are_compared_with_features(root: Path) -> None:
    place = root / "new_joints"
    joints = np.load(place / "000000.npy")
    np.save(place / "000000.npy", joints[:-1])
    np.save(place / "000001.npy", np.load(place / "000001.npy") + 0.25)
    (place / "000002.npy").unlink()
    found = examine(root).found
    assert found["joints of another length"] == ["000000: 58 frames, features 59"]
    assert found["joints that the features do not give"] == ["000001: 0.250 m"]
    assert found["without joints"] == ["000002: no new_joints/000002.npy"]


def test_published_faults_are_found(root: Path) -> None:
    put(root, "000000", joints_to_features(move(Gait("turn", turn=1.5), num_frames=90)))
    found = examine(root).found
    assert "000000: frame 52" in found["a turn of the wrong sign"]
    assert "000000: -12 degrees" in found["a jump in the first turn"]


def test_lengths_that_trainers_leave_out_are_told(root: Path) -> None:
    put(root, "000000", joints_to_features(clip("idle", 0, num_frames=40)))
    assert examine(root).found["too short or too long to train"] == ["000000: 39 frames"]


@pytest.mark.parametrize(
    ("bias", "words"), [(1, "as HumanML3D writes"), (5, "of 5"), (25, "twice")]
)
def test_the_variant_of_the_spreads_is_told(root: Path, bias: float, words: str) -> None:
    std = np.load(root / "Std.npy")
    std[:4] /= bias
    std[259:] /= bias
    (root / "meta").mkdir()
    np.save(root / "meta" / "std.npy", std)
    found = examine(root).statistics
    assert words in found["meta/std.npy"]
    assert "as HumanML3D writes" in found["Std.npy"]


def test_spreads_of_other_clips_are_told(root: Path) -> None:
    np.save(root / "Std.npy", 2 * np.load(root / "Std.npy"))
    assert "0.5 times for positions" in examine(root).statistics["Std.npy"]


def test_kit_ml_is_known_by_its_width(tmp_path: Path) -> None:
    root = write_folder(tmp_path / "kit", skeleton=KIT_ML, splits=[("train", 1)])
    assert examine(root).skeleton is KIT_ML


def test_a_folder_without_features_is_an_error(root: Path) -> None:
    for path in (root / "new_joint_vecs").iterdir():
        path.unlink()
    with pytest.raises(SourceError, match="no file with features of 263 or 251"):
        examine(root)


def test_every_problem_has_an_explanation() -> None:
    assert set(PROBLEMS) < set(KINDS)


class TestCommand:
    def test_it_lists_three_of_a_kind_or_all(
        self, root: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        (root / "train.txt").write_text("".join(f"9{n:05}\n" for n in range(5)))
        assert main(["motion", "doctor", str(root)]) == 1
        out = capsys.readouterr().out
        assert "humanml3d, clips: 5 train, 2 validation" in out
        assert "5 without features (left out)\n    900000: no new_joint" in out
        assert ("900002" in out, "900003" in out, "    ..." in out) == (True, False, True)
        assert main(["motion", "doctor", str(root), "--all"]) == 1
        assert "900004" in capsys.readouterr().out

    def test_no_folder_is_a_sentence(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["motion", "doctor", str(tmp_path / "nowhere")]) == 2
        assert "no folder" in capsys.readouterr().err
