"""Runs compared with themselves, with other runs and with benchmarks."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.errors import MissingFileError, RunError, UnknownNameError, UsageError
from mmgen_datasets.quality import SET_CHECKS
from mmgen_datasets.quality.check_run import compare_with
from mmgen_datasets.quality.repeats.benchmark import SPECIFIC
from mmgen_datasets.quality.repeats.check_set import Compared
from mmgen_datasets.quality.repeats.similar_text import words
from tests.conversations import failed
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import serve
from tests.targeted_runs import SCHEMA, filled, plan_of

PICTURES = str(SAMPLE_DIR / "train2017")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = mmgen.RunFolder(tmp_path_factory.mktemp("runs") / "made")
    mmgen.fill_run(folder, mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    return folder.path


@pytest.fixture
def run(made: Path, tmp_path: Path) -> Path:
    """A finished run over the bundled sample."""
    return Path(shutil.copytree(made, tmp_path / "run"))


def names(run: Path) -> list[str]:
    return [check["name"] for check in mmgen.load_run(run)["checks"][0]]


def test_a_run_is_compared_with_itself_unless_other_checks_are_chosen(run: Path) -> None:
    checked = mmgen.check_run(run, annotations=False)
    assert {"duplicate", "near_duplicate", "picture_duplicate"} <= {*names(run)}
    assert not any(failed(checked, name) for name in SET_CHECKS)


def test_only_what_was_chosen_is_checked(run: Path) -> None:
    mmgen.check_run(run, checks=["turns"])
    assert names(run) == ["turns"]


def test_without_pictures_texts_alone_are_compared(run: Path) -> None:
    mmgen.check_run(run, annotations=False, compared=compare_with(pictures=False))
    assert "duplicate" in names(run)
    assert "picture_duplicate" not in names(run)


def test_a_copy_of_a_run_repeats_it_and_shows_the_same_samples(run: Path, made: Path) -> None:
    checked = mmgen.check_run(run, annotations=False, compared=compare_with([made]))
    assert failed(checked, "duplicate").keys() == {*checked["id"]}
    assert not failed(checked, "picture_duplicate")


def test_a_run_over_pictures_of_a_benchmark_fails(run: Path) -> None:
    checked = mmgen.check_run(
        run, checks=["benchmark_picture"], compared=compare_with(benchmarks=[PICTURES])
    )
    assert failed(checked, "benchmark_picture").keys() == {*checked["id"]}
    assert names(run) == ["benchmark_picture"]


def test_a_benchmark_without_its_pictures_is_compared_by_questions(
    run: Path, tmp_path: Path
) -> None:
    rows = mmgen.load_run(run)
    asked = [row[0]["content"].removeprefix("<image>\n") for row in rows["messages"]]
    file = tmp_path / "questions.json"
    file.write_text(json.dumps([{"text": text} for text in asked]))
    compared = compare_with(benchmarks=[str(file)], pictures=False)
    checked = mmgen.check_run(run, annotations=False, compared=compared)
    assert "benchmark_picture" not in names(run)
    long = {
        name for name, text in zip(rows["id"], asked, strict=True) if len(words(text)) >= SPECIFIC
    }
    assert long
    assert failed(checked, "benchmark_question").keys() == long


@pytest.mark.parametrize(
    ("name", "compared"),
    [
        ("benchmark_question", Compared()),
        ("benchmark_picture", Compared()),
        ("picture_duplicate", Compared(pictures=False)),
    ],
)
def test_a_check_with_nothing_to_compare_with_is_refused(name: str, compared: Compared) -> None:
    with pytest.raises(UsageError, match=name):
        compared.choose([name])


def test_what_cannot_be_compared_with_is_told(run: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="is the run itself"):
        mmgen.check_run(run, compared=compare_with([run]))
    with pytest.raises(RunError, match="nowhere"):
        compare_with([tmp_path / "nowhere"])
    with pytest.raises(MissingFileError, match="nowhere"):
        compare_with(benchmarks=[str(tmp_path / "nowhere")])


def test_data_for_a_task_need_no_annotations_to_be_checked_and_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(SCHEMA) as server:
        filled(tmp_path, plan_of(tmp_path, 2), server)
    made = str(tmp_path / "run")
    [first, *_] = mmgen.check_run(made)["checks"]
    assert {"name": "denied", "passed": None} in [
        {k: c[k] for k in ("name", "passed")} for c in first
    ]
    assert main(["report", made]) == 0
    assert not capsys.readouterr().err
    assert main(["select", made, "--where", "category = dog", "--dry-run"]) == 2
    assert "→ choose by something else than a category" in capsys.readouterr().err


def test_an_unknown_check_is_told_with_those_of_many(run: Path) -> None:
    with pytest.raises(UnknownNameError, match=r"(?s)called 'duplicat'.*use 'duplicate'"):
        mmgen.check_run(run, checks=["duplicat"])


def test_the_command_tells_what_is_repeated(
    run: Path, made: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["check", str(run), "--against", str(made), "--check", "duplicate", "--no-pictures"]
    assert main(words) == 0
    told = capsys.readouterr().out
    assert "duplicate  23 of 23 failed  100.0%" in told
    assert "repeats coco2017-1009-grounded of /" in told
