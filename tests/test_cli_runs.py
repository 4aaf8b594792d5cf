"""What commands tell of a run: rejects, stops, and how to go on."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.command_line import GENERATE, run
from tests.servers.openai_server import Behaviour, serve
from tests.test_processes import wait_for


def asking(url: str, *more: str) -> list[str]:
    words = ["--recipe", "llava", "--backend", "openai", "--model", "any", "--base-url", url]
    return [*GENERATE, *words, *more]


def test_a_model_is_asked_and_its_rejects_can_be_retried(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "run"
    with serve(Behaviour(form="auto", schedule=("ok", "refused", "filtered"))) as server:
        assert run(*asking(server.url, "--limit", "3"), "--out", out) == 1, (
            "two of nine are more than a twentieth"
        )
        assert (
            "rejected 1: the server's content filter cut the reply off" in capsys.readouterr().out
        )
        assert run("retry", out) == 0
        assert server.stats["received"] == 11
    assert "conversations 9, rejects 0 of 9" in capsys.readouterr().out


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


def test_how_many_rejects_are_too_many_is_for_the_user_to_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(form="auto", schedule=("refused",))) as server:
        words = asking(server.url, "--limit", "1")
        assert run(*words, "--max-rejects", "0.4", "--out", tmp_path) == 0
        assert "exit status" not in capsys.readouterr().out
        assert run(*words, "--out", tmp_path) == 1
    told = "exit status 1: 33.3% came to nothing, more than --max-rejects 0.05 allows\n"
    assert told in capsys.readouterr().out


def test_a_stopped_run_says_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serve(Behaviour(key="right")) as server:
        assert run(*asking(server.url), "--out", tmp_path) == 2
    printed = capsys.readouterr().out
    assert "stopped" in printed
    assert "OPENAI_API_KEY" in printed


def test_the_cause_of_a_stop_stands_first_and_no_reject_is_made_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(schedule=("quota",))) as server:
        assert run(*asking(server.url), "--out", tmp_path) == 2
    first, second, *others = capsys.readouterr().out.splitlines()
    assert first.endswith("run.json: stopped")
    assert "429 Too Many Requests" in second
    assert not any("rejects.jsonl" in line or "mmgen retry" in line for line in others)


def test_status_tells_how_far_a_run_is_that_was_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with serve(Behaviour(form="auto", latency_s=0.1)) as server:
        command = [sys.executable, "-m", "mmgen_datasets", *asking(server.url)]
        with subprocess.Popen([*command, "--out", str(tmp_path)]) as process:
            wait_for(lambda: server.stats["answered"] >= 20)
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
        run(*asking(address, "--limit", "1"), "--out", tmp_path)
        assert run("retry", tmp_path) == 2
        assert "give it again: --base-url" in capsys.readouterr().err
        assert run("retry", tmp_path, "--base-url", address) == 0
        assert server.requests[-1].headers["Authorization"].startswith("Basic ")


def test_a_dry_run_rejects_nothing(tmp_path: Path) -> None:
    words = ["--recipe", "llava", "--backend", "scripted", "--max-rejects", "0"]
    assert run(*GENERATE, *words, "--out", tmp_path) == 0
