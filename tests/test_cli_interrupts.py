"""Commands that are interrupted: what is kept, and whose signals they are."""

from __future__ import annotations

import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.command_line import GENERATE, run
from tests.servers.openai_server import Behaviour, serve
from tests.test_processes import wait_for


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
            wait_for(lambda: bool(server.requests))
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
