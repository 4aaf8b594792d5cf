"""The command line: what it prints, what it returns, and that it never shows a traceback."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.cli import main
from tests.motion.folders import write_folder
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve

GENERATE = ["generate", "coco2017", "--data-dir", str(SAMPLE_DIR)]
ASKING = [*GENERATE, "--recipe", "llava", "--backend", "openai", "--model", "any", "--out", "OUT"]

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


def wait_until(fact: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not fact() and time.monotonic() < deadline:
        time.sleep(0.02)


def run(*words: str | Path) -> int:
    return main([str(word) for word in words])


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


def test_a_model_is_asked_and_its_rejects_can_be_retried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    with serve(Behaviour(form="auto", schedule=("ok", "refused", "filtered"))) as server:
        asking = ["--recipe", "llava", "--backend", "openai", "--model", "any"]
        asking += ["--base-url", server.url, "--limit", "3"]
        assert run(*GENERATE, *asking, "--out", out) == 1, "two of nine are more than a twentieth"
        assert (
            "rejected 1: the server's content filter cut the reply off" in capsys.readouterr().out
        )
        assert run("retry", out) == 0
        assert server.stats["received"] == 11
    assert "conversations 9, rejects 0 of 9" in capsys.readouterr().out


def asking(url: str, *more: str) -> list[str]:
    words = ["--recipe", "llava", "--backend", "openai", "--model", "any", "--base-url", url]
    return [*GENERATE, *words, *more]


@pytest.mark.parametrize(
    ("errors", "number"),
    [(["refused"], 2), (["*FILTER*"], 1), (["filter", "the model refused"], 3), (["e*"], 0)],
)
def test_rejects_are_chosen_by_their_reason(
    errors: list[str], number: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [word for error in errors for word in ("--errors", error)]
    with serve(Behaviour(form="auto", schedule=("refused", "refused", "filtered"))) as server:
        run(*asking(server.url, "--limit", "3"), "--out", tmp_path)
        before = server.stats["received"]
        code = run("retry", tmp_path, *words)
        assert server.stats["received"] - before == number
    printed = capsys.readouterr()
    if number:
        assert f"asking once more for {number} of 3 rejects" in printed.out
    else:
        assert code == 2
        assert "no reject has 'e*' in its reason" in printed.err
        assert "2: the model refused\n    1: the server's content filter" in printed.err


def test_rejects_are_chosen_from_all_shards(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = ("filtered", *("ok",) * 11, "refused")
    with serve(Behaviour(form="auto", schedule=faults)) as server:
        for shard in ("0/2", "1/2"):
            run(*asking(server.url, "--limit", "8", "--shard", shard), "--out", tmp_path)
        before = server.stats["received"]
        assert run("retry", tmp_path, "--errors", "refused", "--max-rejects", "1") == 0
        assert server.stats["received"] - before == 1
        assert "asking once more for 1 of 2 rejects" in capsys.readouterr().out


def test_what_came_from_the_cache_of_the_server_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(form="auto", schedule=("cached", "cached"))) as server:
        assert run(*asking(server.url, "--limit", "1"), "--out", tmp_path) == 0
    assert "2,000 from a cache of prompts" in capsys.readouterr().out


def test_where_nothing_was_rejected_there_is_nothing_to_choose_from(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(form="auto")) as server:
        run(*asking(server.url, "--limit", "1"), "--out", tmp_path)
    assert run("retry", tmp_path, "--errors", "refused") == 2
    assert "there are no rejects in this run" in capsys.readouterr().err


def test_how_many_rejects_are_too_many_is_for_the_user_to_say(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto", schedule=("refused",))) as server:
        asking = ["--recipe", "llava", "--backend", "openai", "--model", "any"]
        asking += ["--base-url", server.url, "--limit", "1", "--max-rejects", "0.4"]
        assert run(*GENERATE, *asking, "--out", tmp_path) == 0


def test_a_stopped_run_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(Behaviour(key="right")) as server:
        asking = ["--recipe", "llava", "--backend", "openai", "--model", "any"]
        assert run(*GENERATE, *asking, "--base-url", server.url, "--out", tmp_path) == 2
    printed = capsys.readouterr().out
    assert "stopped" in printed
    assert "OPENAI_API_KEY" in printed


def test_the_cause_of_a_stop_stands_first_and_no_reject_is_made_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(schedule=("quota",))) as server:
        asking = ["--recipe", "llava", "--backend", "openai", "--model", "any"]
        assert run(*GENERATE, *asking, "--base-url", server.url, "--out", tmp_path) == 2
    first, second, *others = capsys.readouterr().out.splitlines()
    assert first.endswith("run.json: stopped")
    assert "429 Too Many Requests" in second
    assert not any("rejects.jsonl" in line or "mmgen retry" in line for line in others)


def test_status_tells_how_far_a_run_is_that_was_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(form="auto", latency_s=0.1)) as server:
        command = [sys.executable, "-m", "mmgen_datasets", *GENERATE, "--out", str(tmp_path)]
        asking = ["--recipe", "llava", "--backend", "openai", "--model", "any"]
        with subprocess.Popen([*command, *asking, "--base-url", server.url]) as process:
            while server.stats["answered"] < 20:
                time.sleep(0.02)
            assert run("status", tmp_path) == 0
            running = capsys.readouterr().out
            process.kill()
    assert run("status", tmp_path) == 0
    killed = capsys.readouterr().out
    assert "run.json: running" in running
    assert "cut off; its 'mmgen generate' command, given again, goes on" in killed
    assert "of 72 requests" in killed


def test_a_hidden_address_has_to_be_given_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(form="auto", schedule=("filtered",))) as server:
        address = server.url.replace("http://", "http://someone:hush@")
        asking = ["--recipe", "llava", "--backend", "openai", "--model", "any", "--limit", "1"]
        run(*GENERATE, *asking, "--base-url", address, "--out", tmp_path)
        assert run("retry", tmp_path) == 2
        assert "give it again: --base-url" in capsys.readouterr().err
        assert run("retry", tmp_path, "--base-url", address) == 0
        assert server.requests[-1].headers["Authorization"].startswith("Basic ")


def test_text_that_the_terminal_cannot_show_is_spelled_out(tmp_path: Path) -> None:
    assert run(*GENERATE, "--out", tmp_path) == 0
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0", "LC_ALL": "C"}
    command = [sys.executable, "-m", "mmgen_datasets", "show", str(tmp_path)]
    shown = subprocess.run(command, check=True, capture_output=True, env=environment).stdout
    assert rb"\xb7" in shown


def test_a_dry_run_rejects_nothing(tmp_path: Path) -> None:
    asking = ["--recipe", "llava", "--backend", "scripted"]
    assert run(*GENERATE, *asking, "--max-rejects", "0", "--out", tmp_path) == 0


@pytest.mark.parametrize("verb", [GENERATE, ["prepare", *GENERATE[1:]]])
def test_a_folder_that_cannot_be_made_is_a_sentence(
    verb: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    assert run(*verb, "--out", tmp_path / "file" / "out") == 2
    assert f"error: {tmp_path / 'file'}" in capsys.readouterr().err


@pytest.mark.parametrize(("verb", "kept"), [("generate", True), ("prepare", False)])
def test_what_is_kept_at_an_interrupt_is_told(
    verb: str,
    kept: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "interrupted_source.py").write_text("raise KeyboardInterrupt")
    monkeypatch.syspath_prepend(str(tmp_path))
    assert run(verb, "interrupted_source:Source", "--out", tmp_path / "out") == 130
    printed = capsys.readouterr().err
    assert "interrupted" in printed
    assert ("every reply is kept: give the same command again" in printed) == kept


def test_the_stop_of_a_scheduler_is_an_interrupt(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "mmgen_datasets", *GENERATE, "--recipe", "llava"]
    command += ["--backend", "openai", "--option", "model=7", "--out", str(tmp_path / "run")]
    with serve(Behaviour(form="auto", latency_s=0.5)) as server:
        command += ["--base-url", server.url, "--concurrency", "4"]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
            wait_until(lambda: bool(server.requests))
            process.send_signal(signal.SIGTERM)
            _, printed = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "give the same command again" in printed
    assert {asked.json["model"] for asked in server.requests} == {"7"}


def test_a_program_that_calls_the_command_line_keeps_its_signals() -> None:
    """Nor could a thread set them."""
    before = signal.getsignal(signal.SIGTERM)
    codes: list[int] = []
    thread = threading.Thread(target=lambda: codes.append(run("formats")))
    thread.start()
    thread.join()
    assert codes == [run("formats")] == [0]
    assert signal.getsignal(signal.SIGTERM) is before


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
