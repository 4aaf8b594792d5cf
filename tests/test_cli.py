"""The command line: what it prints, what it returns, and that it never shows a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import load_run
from tests.command_line import ASKING, GENERATE, run
from tests.motion.folders import write_folder
from tests.sample import SAMPLE_DIR

PLAIN_SOURCE = """
import datasets
from mmgen_datasets.schema import SAMPLE

class Plain(datasets.GeneratorBasedBuilder):
    def _info(self):
        return datasets.DatasetInfo(features=SAMPLE)

    def _split_generators(self, dl_manager):
        return [datasets.SplitGenerator(name="train")]

    def _generate_examples(self):
        known = {"id": "a", "source": "plain", "vocabulary": "coco"}
        yield 0, {name: None for name in SAMPLE} | known
"""


@pytest.mark.parametrize("words", [["--help"], ["generate", "--help"], ["export", "--help"]])
def test_help_is_a_page_and_no_failure(
    words: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*words) == 0
    assert "Usage: " in capsys.readouterr().out


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("sources", "coco2014"),
        ("recipes", "llava-small"),
        ("backends", "openai"),
        ("formats", "instruct-jsonl"),
    ],
)
def test_tables_are_listed(table: str, name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(table) == 0
    assert name in capsys.readouterr().out


def test_from_coco_to_llava(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(*GENERATE, "--out", tmp_path / "run") == 0
    assert run("status", tmp_path / "run") == 0
    assert run("show", tmp_path / "run", "--number", "2") == 0
    assert run("export", tmp_path / "run", "--format", "llava", "--out", tmp_path / "llava") == 0
    printed = capsys.readouterr()
    assert "23 conversations in" in printed.out
    assert len(json.loads((tmp_path / "llava" / "llava.json").read_text())) == 23


def test_what_is_shown_needs_no_pictures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(SAMPLE_DIR, tmp_path / "coco")
    assert (
        run("generate", "coco2017", "--data-dir", tmp_path / "coco", "--out", tmp_path / "a") == 0
    )
    shutil.rmtree(tmp_path / "coco")
    assert run("show", tmp_path / "a") == 0
    assert "How many" in capsys.readouterr().out


def test_the_lines_of_a_turn_stand_below_one_another(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("generate", "coco2017", "--data-dir", SAMPLE_DIR, "--out", tmp_path / "a") == 0
    capsys.readouterr()
    assert run("show", tmp_path / "a", "--number", "1") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "       user  <image>"
    assert lines[2].startswith(" " * 13) and lines[2].endswith("?")


def test_motions_are_to_be_exported_in_a_format_that_holds_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    motions = write_folder(tmp_path / "motions", splits=[("train", 2)])
    assert run("generate", "humanml3d", "--data-dir", motions, "--out", tmp_path / "a") == 0
    [step] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("next: ")]
    command = step.removeprefix("next: mmgen ").replace("DIR", str(tmp_path / "out"))
    assert run(*command.split()) == 0
    assert f" motions in {tmp_path / 'out' / 'motions'}\n" in capsys.readouterr().out
    assert run("export", tmp_path / "a", "--format", "llava", "--out", tmp_path / "no") == 2
    assert "→ choose one that takes all media: sharegpt" in capsys.readouterr().err


def test_a_row_without_a_licence_is_shown(
    samples: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    nulls = samples.remove_columns("license").add_column("license", [None] * len(samples))
    (tmp_path / "own").mkdir()
    nulls.to_parquet(tmp_path / "own" / "train.parquet")
    assert run("generate", tmp_path / "own", "--out", tmp_path / "run") == 0
    assert run("show", tmp_path / "run", "--number", "1") == 0
    assert "· licence unknown" in capsys.readouterr().out


def test_prepare_writes_what_generate_reads(tmp_path: Path) -> None:
    prepared = tmp_path / "prepared"
    assert run("prepare", "coco2017", "--data-dir", SAMPLE_DIR, "--out", prepared) == 0
    assert run("generate", prepared, "--out", tmp_path / "a") == 0
    assert run(*GENERATE, "--out", tmp_path / "b") == 0
    for name in "ab":
        run("export", tmp_path / name, "--out", tmp_path / f"{name}-llava")
    first, second = ((tmp_path / f"{name}-llava" / "llava.json").read_text() for name in "ab")
    assert first == second


def test_text_that_the_terminal_cannot_show_is_spelled_out(tmp_path: Path) -> None:
    assert run(*GENERATE, "--out", tmp_path) == 0
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    command = [sys.executable, "-m", "mmgen_datasets", "show", str(tmp_path)]
    shown = subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    assert rb"\xb7" in shown


@pytest.mark.parametrize("verb", [GENERATE, ["prepare", *GENERATE[1:]]])
def test_a_folder_that_cannot_be_made_is_a_sentence(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(*verb, "--out", tmp_path / "file" / "out") == 2
    assert f"error: {tmp_path / 'file'}" in capsys.readouterr().err


@pytest.mark.parametrize("verb", ["generate", "prepare"])
def test_pictures_are_downloaded_only_where_they_are_asked_for(
    verb: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "without_setting.py").write_text(PLAIN_SOURCE)
    monkeypatch.syspath_prepend(str(tmp_path))
    asking = [verb, "without_setting:Plain"]
    assert run(*asking, "--out", tmp_path / "out") in (0, 1), "its one sample has no objects"
    assert run(*asking, "--out", tmp_path / "other", "--with-images") == 2
    assert "has no setting 'with_images'" in capsys.readouterr().err


def test_settings_of_a_source_are_given_as_words(tmp_path: Path) -> None:
    data_dir = SAMPLE_DIR.parent / "open_images"
    (tmp_path / "ids.txt").write_text("train/003d7a65dae4142a\n")
    words = ["splits=train", f"image_ids={tmp_path / 'ids.txt'}", "num_proc=1"]
    options = [part for word in words for part in ("--source-option", word)]
    out = tmp_path / "run"
    assert run("generate", "open_images_v7", "--data-dir", data_dir, *options, "--out", out) == 0
    [row] = load_run(out)
    assert row["sample_id"] == "003d7a65dae4142a"


def test_nothing_but_results_is_printed_where_no_person_watches(tmp_path: Path) -> None:
    """Progress belongs on a terminal; in a log it is noise."""
    command = [sys.executable, "-m", "mmgen_datasets", *GENERATE, "--out", str(tmp_path / "run")]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    assert done.stderr == ""
    assert done.stdout.count("\n") < 10


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        ([], "Usage: "),
        (["generate"], "Missing argument"),
        (["no-such-verb"], "No such command"),
        (["generate", "coco2071", "--out", "OUT"], "no source is called 'coco2071'"),
        ([*GENERATE, "--out", "OUT", "--recipe", "lava"], "no recipe is called 'lava'"),
        ([*GENERATE, "--out", "OUT", "--recipe", "llava"], "no backend is given"),
        ([*GENERATE, "--out", "OUT", "--split", "test"], "test"),
        ([*GENERATE, "--out", "OUT", "--shard", "3/3"], "'3/3' is no shard"),
        ([*GENERATE, "--out", "OUT", "--limit", "0"], "'--limit'"),
        ([*GENERATE, "--out", "OUT", "--concurrency", "0"], "concurrency is 0"),
        ([*GENERATE, "--out", "OUT", "--option", "x"], "--option 'x' has no value"),
        ([*ASKING, "--option", "timeout_s=abc"], "timeout_s is 'abc'"),
        ([*ASKING, "--option", "token_limit_field=max"], "token_limit_field is 'max'"),
        ([*GENERATE, "--out", "OUT", "--backend", ":x"], "no backend is called ':x'"),
        ([*GENERATE, "--out", "OUT", "--backend", "math:sqrt"], "'math:sqrt' is no backend"),
        (["generate", "coco2017", "--data-dir", "/no/such", "--out", "OUT"], "/no/such"),
        (["status", "OUT"], "is not the folder of a run"),
        (["export", "OUT", "--out", "OUT"], "is not the folder of a run"),
        (["export", "OUT", "--out", "OUT", "--images", "move"], "'move'"),
        (
            [
                *(*GENERATE, "--out", "OUT", "--recipe", "llava", "--backend", "openai"),
                *("--model", "of-my-own", "--max-cost", "5"),
            ],
            "max_cost is 5.0, and the price of the model is not known",
        ),
        ([*GENERATE, "--out", "OUT", "--model", "x"], "a model is given, and no backend"),
        ([*GENERATE, "--out", "OUT", "--max-rejects", "9"], "--max-rejects"),
    ],
)
def test_wrong_use_is_a_sentence_and_leaves_nothing(
    words: list[str], problem: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert run(*(str(out) if word == "OUT" else word for word in words)) == 2
    printed = capsys.readouterr()
    assert problem in printed.err + printed.out
    assert "Traceback" not in printed.err
    assert not out.exists()
