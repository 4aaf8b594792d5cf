"""A split that is not there, or no split at all, is told once, with those there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from mmgen_datasets.cli import main
from mmgen_datasets.parquet import prepare
from mmgen_datasets.splits import split_error
from tests.sample import SAMPLE_DIR

FAULTS = {
    "test": (
        "SOURCE has no split 'test'",
        "choose from train, validation; a part of one is train[:100]",
    ),
    "train+dev[:9]": (
        "SOURCE has no split 'dev'",
        "choose from train, validation; a part of one is train[:100]",
    ),
    "train[50:40]": (
        "SOURCE: the split 'train[50:40]' has no rows",
        "take another part of it",
    ),
    **{
        word: (
            f"{word!r} is not the name of a split of SOURCE, nor a part of one",
            "write it as train, train[:100], train[:10%] or train+validation",
        )
        for word in ("train[:x]", "train[", "", "train[:200%]")
    },
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("prepared") / "coco"
    prepare("coco2017", out, data_dir=str(SAMPLE_DIR))
    return out


@pytest.mark.parametrize("split", FAULTS)
@pytest.mark.parametrize("is_prepared", [False, True])
def test_it_is_told_once(
    is_prepared: bool,
    split: str,
    prepared: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    source = [str(prepared)] if is_prepared else ["coco2017", "--data-dir", str(SAMPLE_DIR)]
    assert main(["generate", *source, "--split", split, "--out", str(tmp_path / "run")]) == 2
    problem, hint = FAULTS[split]
    told = f"error: {problem}\n  → {hint}\n".replace("SOURCE", source[0])
    assert capsys.readouterr().err == told


def test_what_is_about_something_else_is_left_alone() -> None:
    assert split_error("coco2017", "train", ValueError("no such column")) is None
