"""What the command line says, as somebody reads it who copies a command from it."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from mmgen_datasets.cli import main
from tests.judged_runs import grounded_run


@pytest.mark.parametrize("group", [[], ["motion"], ["speech"], ["task"]])
def test_lists_of_commands_hold_whole_sentences(
    group: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([*group, "--help"]) == 0
    listed = capsys.readouterr().out.partition("Commands:")[2]
    assert listed
    assert "..." not in listed


def test_the_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"mmgen_datasets {version('mmgen-datasets')}\n"


def test_commands_to_copy_are_as_a_shell_reads_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, out = grounded_run(tmp_path / "my first run"), tmp_path / "chosen of it"
    assert main(["select", str(run), "--total", "4", "--out", str(out)]) == 0
    [step] = [line for line in capsys.readouterr().out.splitlines() if line.startswith("next: ")]
    words = shlex.split(step.removeprefix("next: mmgen "))
    words[words.index("DIR")] = str(tmp_path / "llava data")
    assert main(words) == 0
    assert (tmp_path / "llava data" / "llava.json").exists()


def test_what_failed_is_told_with_what_was_judged_and_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, again = grounded_run(tmp_path / "run"), grounded_run(tmp_path / "again")
    assert main(["check", str(run), "--check", "duplicate", "--against", str(again)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0] == "duplicate  23 of 23 failed  100.0%"
    assert told[-3:] == [
        "23 of 23 conversations failed a check",
        f"next: mmgen report {run}",
        f"  or: mmgen select {run} --where 'failed != any' --out DIR",
    ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write all")
def test_a_folder_that_may_only_be_read_is_named_with_what_to_do(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = grounded_run(tmp_path / "run")
    run.chmod(0o500)
    try:
        assert main(["report", str(run)]) == 2
    finally:
        run.chmod(0o700)
    assert capsys.readouterr().err.startswith(
        f"error: {run}: Permission denied\n  → see that you may"
    )


def test_an_interrupt_while_the_command_line_is_imported_is_a_word(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text("raise KeyboardInterrupt")
    path = os.pathsep.join([str(tmp_path), os.environ.get("PYTHONPATH", "")])
    done = subprocess.run(
        [sys.executable, "-m", "mmgen_datasets", "--help"],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (130, "interrupted\n")
