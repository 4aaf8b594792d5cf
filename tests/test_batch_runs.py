"""Runs whose requests are answered in batches, from the command line."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.cli import main
from tests.sample import SAMPLE_DIR
from tests.servers.batch_api import BatchBehaviour
from tests.servers.openai_server import Behaviour, Server, serve

ASKING = ["coco2017", "--data-dir", str(SAMPLE_DIR), "--model", "any", "--limit", "5"]
LATER = ["--backend", "openai-batch", "--option", "poll_s=0.02"]


def command(server: Server, out: Path, *words: str) -> list[str]:
    asking = [*ASKING, "--recipe", "llava", "--base-url", server.url, "--out", str(out)]
    return ["generate", *asking, *words]


def cut_off(words: Sequence[str], server: Server) -> None:
    """Kill a run while its batches are under way."""
    server.batch_api.hold_at = "look"
    with subprocess.Popen([sys.executable, "-m", "mmgen_datasets", *words]) as process:
        assert server.batch_api.held.wait(60)
        process.kill()
    server.batch_api.hold_at = ""


def test_a_run_in_batches_is_the_run_at_once(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        assert main(command(server, tmp_path / "later", *LATER)) == 0
        assert main(command(server, tmp_path / "live", "--backend", "openai")) == 0
    later, live = (load_run(tmp_path / name) for name in ("later", "live"))
    assert len(later) == 15
    assert later["messages"] == live["messages"]
    keys = [[row["request_key"] for row in run["provenance"]] for run in (later, live)]
    assert keys[0] == keys[1]


def test_pictures_go_into_the_files(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        words = command(server, tmp_path / "run", *LATER, "--option", "max_bytes=30000")
        assert main([*words, "--recipe", "llava-vision"]) == 0
        files = [server.batch_api.files[batch.file] for batch in server.batch_api.batches.values()]
    assert len(files) > 1
    assert all(len(file) <= 30_000 and b"data:image/" in file for file in files)


def test_a_run_that_was_cut_off_tells_of_its_batches_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    with serve(Behaviour(form="auto")) as server:
        cut_off(command(server, out, *LATER), server)
        assert main(["status", str(out)]) == 0
        told = capsys.readouterr().out
        assert "1 batch under way, 0 of 15 requests answered there, when last looked at" in told
        assert "batch_0: 0 of 15" in told
        assert f"mmgen cancel {out}" in told
        assert main(command(server, out, *LATER)) == 0
        assert set(server.batch_api.done.values()) == {1}
    assert "under way" not in capsys.readouterr().out
    assert len(load_run(out)) == 15


def test_a_run_can_go_on_at_once_when_its_batches_are_cancelled(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    with serve(Behaviour(form="auto")) as server:
        cut_off(command(server, out, *LATER), server)
        assert main(command(server, out, "--backend", "openai")) == 2
        assert "15 requests are in batches that are under way" in capsys.readouterr().out
        assert main(["cancel", str(out)]) == 0
        assert "batches given up: 1, replies kept: 7" in capsys.readouterr().out
        assert main(command(server, out, "--backend", "openai")) == 0
        assert len(server.requests) == 8
        assert main(["cancel", str(out)]) == 0
        assert "no batches are under way" in capsys.readouterr().out
    assert len(load_run(out)) == 15


def test_a_rejected_request_is_put_once_more_in_a_batch(tmp_path: Path) -> None:
    out = tmp_path / "run"
    faults = {"===": "filtered-prompt"}
    with serve(Behaviour(form="auto", batches=BatchBehaviour(line_faults=faults))) as server:
        assert main(command(server, out, *LATER)) == 1
        rejects = (out / "rejects.jsonl").read_text().splitlines()
        assert 0 < len(rejects) < 15
        assert "answered 400 Bad Request" in json.loads(rejects[0])["reason"]
        assert main(["retry", str(out)]) == 0
        assert set(server.batch_api.done.values()) == {1}
    assert len(load_run(out)) == 15
