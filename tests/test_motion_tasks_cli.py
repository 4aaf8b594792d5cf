"""`mmgen motion conversations`, from a folder of motions and codes to a trainer's file."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from mmgen_datasets.cli import main
from mmgen_datasets.motion.token_patterns import pattern
from mmgen_datasets.motion.tokens import read_codes
from tests.motion.folders import write_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Motions, and codes of all but one."""
    motions = write_folder(tmp_path / "HumanML3D", splits=[("train", 3)])
    (tmp_path / "codes").mkdir()
    ids = (motions / "train.txt").read_text().split()
    for number, id in enumerate(ids[1:]):
        np.save(tmp_path / "codes" / f"{id}.npy", np.array([[number, *range(100, 112)]]))
    return tmp_path


def command(folder: Path, *more: str) -> list[str]:
    places = ["--data-dir", str(folder / "HumanML3D"), "--codes", str(folder / "codes")]
    return ["motion", "conversations", "humanml3d", *places, "--out", str(folder / "out"), *more]


def test_clips_with_codes_become_what_a_trainer_reads(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(folder, "--num-codes", "512", "--task", "text_to_motion")) == 0
    lines = (folder / "out" / "sharegpt.jsonl").read_text().splitlines()
    rows = [json.loads(line) for line in lines]
    how = pattern("motion_id", 512)
    codes = [read_codes(row["messages"][1]["content"], how) for row in rows]
    wholes = [some for some in codes if len(some) == 13]
    assert [some[0] for some in wholes] == [*range(4)]
    assert len(wholes) < len(codes)  # the others are of parts
    assert len((folder / "out" / "special_tokens.txt").read_text().splitlines()) == 515
    printed = capsys.readouterr().out
    assert f"{len(rows)} conversations" in printed
    assert "the clip has no codes" in printed


def test_codes_of_other_clips_are_refused(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (folder / "codes").iterdir():
        path.rename(path.with_name("x" + path.name))
    assert main(command(folder, "--num-codes", "512")) == 2
    assert "none of" in capsys.readouterr().err
    assert not (folder / "out").exists()


def test_a_task_that_does_not_exist_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(folder, "--num-codes", "512", "--task", "t2m")) == 2
    assert "text_to_motion" in capsys.readouterr().err


def test_the_tokens_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["motion", "special-tokens", "--num-codes", "2", "--pattern", "motion"]) == 0
    assert capsys.readouterr().out.split() == ["<Motion_0>", "<Motion_1>", "<Motion>", "</Motion>"]
