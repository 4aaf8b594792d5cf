"""The run folder: what a run leaves behind, how it goes on, and who may fill it."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import load_dataset as load_files

from mmgen_datasets import (
    Caps,
    Pace,
    Plan,
    RunFolder,
    Shard,
    estimate_run,
    fill_run,
    load_run,
    read_run,
)
from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.result import rejected_keys
from tests.run_plans import GROUNDED, asking, scripted
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve
from tests.test_processes import answered, wait_for


def test_a_run_leaves_its_manifest_and_parquet_that_datasets_reads(tmp_path: Path) -> None:
    manifest = fill_run(RunFolder(tmp_path / "run"), GROUNDED)
    assert (manifest.status, manifest.samples, manifest.conversations) == ("finished", 24, 23)
    value = json.loads((tmp_path / "run" / "run.json").read_text())
    assert value["plan"]["source"] == "coco2017"
    assert value["conversations"] == 23, "one picture shows nothing that was annotated"
    read = load_files(str(tmp_path / "run" / "conversations"))
    assert read["train"].column_names == load_run(tmp_path / "run").column_names
    assert sorted(path.name for path in (tmp_path / "run").iterdir()) == [
        ".lock", "conversations", "rejects.jsonl", "run.json",
    ]  # fmt: skip


def test_the_same_plan_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        fill_run(RunFolder(tmp_path / name), GROUNDED)
    first, second = (
        (tmp_path / name / "conversations" / "train-00000-of-00001.parquet").read_bytes()
        for name in ("a", "b")
    )
    assert first == second


def test_the_shards_of_a_run_together_are_the_run(tmp_path: Path) -> None:
    fill_run(RunFolder(tmp_path / "whole"), GROUNDED)
    for index in range(3):
        fill_run(RunFolder(tmp_path / "parts", Shard(index, 3)), GROUNDED)
    assert load_run(tmp_path / "parts").to_list() == load_run(tmp_path / "whole").to_list()
    assert [manifest.samples for _, manifest in read_run(tmp_path / "parts")] == [8, 8, 8]


def test_a_run_goes_on_with_a_larger_limit(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        for limit in (2, 5):
            manifest = fill_run(RunFolder(tmp_path), asking(server.url, limit=limit))
        assert (manifest.conversations, server.stats["received"]) == (15, 15)


def test_a_finished_run_asks_nothing_more(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        for _ in range(2):
            manifest = fill_run(RunFolder(tmp_path), asking(server.url))
        assert server.stats["received"] == 72
    assert manifest.prompt_tokens > 0


def test_the_manifest_of_a_run_has_no_password(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        url = server.url.replace("http://", "http://someone:hush@")
        fill_run(RunFolder(tmp_path), asking(url, limit=1))
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"hush" not in kept


def test_rejects_are_kept_with_their_reason_and_reply(tmp_path: Path) -> None:
    manifest = fill_run(RunFolder(tmp_path), scripted("every_third_fails"))
    rejects = [json.loads(line) for line in (tmp_path / "rejects.jsonl").read_text().splitlines()]
    assert 0 < len(rejects) == sum(manifest.rejects.values()) < 72
    assert manifest.conversations + len(rejects) == 72
    assert all(reject["reason"] and reject["reply"] == "" for reject in rejects)


def test_rejects_can_be_put_once_more_and_only_they(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto", schedule=("refused", "filtered", "ok"))) as server:
        folder, plan = RunFolder(tmp_path), asking(server.url, limit=4)
        before = fill_run(folder, plan, pace=Pace(1))
        after = fill_run(folder, plan, again=rejected_keys(folder))
        assert before.rejects == {
            "the model refused": 1,
            "the server's content filter cut the reply off": 1,
        }
        assert after.rejects == {}
        assert server.stats["received"] == 12 + 2


def test_a_setting_that_changes_no_answer_may_change(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto")) as server:
        plan = asking(server.url, limit=2)
        fill_run(RunFolder(tmp_path), plan)
        patient = replace(plan, settings=plan.settings | {"timeout_s": 900.0})
        assert fill_run(RunFolder(tmp_path), patient).conversations == 6
        assert server.stats["received"] == 6


def test_samples_that_have_moved_are_the_same_samples(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_DIR, tmp_path / "moved")
    fill_run(RunFolder(tmp_path / "run"), GROUNDED)
    moved = replace(GROUNDED, data_dir=str(tmp_path / "moved"))
    assert fill_run(RunFolder(tmp_path / "run"), moved).conversations == 23


def test_a_run_goes_on_whose_manifest_names_no_command(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    fill_run(folder, GROUNDED)
    value = json.loads(folder.manifest_path.read_text())
    assert value["plan"].pop("command") == "mmgen generate"
    folder.manifest_path.write_text(json.dumps(value | {"status": "interrupted"}))
    with pytest.raises(RunError, match="give its 'mmgen generate' command again"):
        load_run(folder.path)
    assert fill_run(folder, GROUNDED).conversations == 23


def test_a_run_that_came_to_nothing_does_not_block_its_folder(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    fill_run(folder, GROUNDED)
    shutil.rmtree(folder.conversations_path)
    fill_run(folder, replace(GROUNDED, seed=9))


def test_a_retry_that_was_interrupted_asks_only_for_the_rest(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto", schedule=("filtered",) * 6 + ("ok",))) as server:
        folder, plan = RunFolder(tmp_path), asking(server.url, limit=4)
        fill_run(folder, plan, pace=Pace(1))
        again = rejected_keys(folder)
        assert len(again) == 6
        with open_journal(folder.journal_path) as journal:
            journal.keep_reply(min(again), Reply("A drawing."))
        assert rejected_keys(folder) == again - {min(again)}


def test_large_results_go_into_several_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mmgen_datasets.generation.result._BYTES_A_FILE", 10_000)
    fill_run(RunFolder(tmp_path), GROUNDED)
    assert len(list((tmp_path / "conversations").iterdir())) > 2
    assert len(load_run(tmp_path)) == 23
    monkeypatch.undo()
    fill_run(RunFolder(tmp_path), GROUNDED)
    assert [path.name for path in (tmp_path / "conversations").iterdir()] == [
        "train-00000-of-00001.parquet"
    ]


def test_a_stop_keeps_what_was_answered_and_says_why(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto", schedule=("ok",) * 9 + ("quota",))) as server:
        manifest = fill_run(RunFolder(tmp_path), asking(server.url), pace=Pace(1))
    assert manifest.status == "stopped"
    assert manifest.problem and "look at the account's plan and balance" in manifest.problem
    assert manifest.conversations == 9
    assert manifest.rejects == {"not asked yet": 63}
    assert len(load_run(tmp_path)) == 9
    assert (tmp_path / "rejects.jsonl").read_text() == "", "what was not asked is no reject"


class TestMoney:
    """A reply of the server counts a quarter of its letters as tokens, as a prompt does."""

    @pytest.fixture
    def prices(self, tmp_path: Path) -> Path:
        path = tmp_path / "prices.yaml"
        path.write_text("any: {input: 10.0, output: 20.0}\n")
        return path

    def test_the_manifest_tells_what_was_used_and_cost(self, tmp_path: Path, prices: Path) -> None:
        with serve(Behaviour(form="auto")) as server:
            caps = Caps(prices=prices)
            made = fill_run(RunFolder(tmp_path / "run"), asking(server.url, limit=2), caps=caps)
            used = [message.json for message in server.requests]
        assert len(used) == 6
        assert made.prompt_tokens > 6 * 100
        expected = (made.prompt_tokens * 10 + made.completion_tokens * 20) / 1e6
        assert made.cost == pytest.approx(expected)
        assert made.price_source is not None

    def test_a_reply_that_was_asked_for_once_more_was_paid_twice(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", schedule=("filtered",))) as server:
            folder, plan = RunFolder(tmp_path), asking(server.url, limit=1)
            before = fill_run(folder, plan, pace=Pace(1))
            after = fill_run(folder, plan, again=rejected_keys(folder))
        assert after.prompt_tokens > before.prompt_tokens

    @pytest.mark.parametrize("concurrency", [1, 16])
    def test_a_run_stops_before_its_cap_and_goes_on_with_a_higher_one(
        self, tmp_path: Path, prices: Path, concurrency: int
    ) -> None:
        folder, pace = RunFolder(tmp_path / "run"), Pace(concurrency)
        with serve(Behaviour(form="auto", latency_s=0.01)) as server:
            plan = asking(server.url)
            capped = fill_run(folder, plan, pace=pace, caps=Caps(max_cost=0.6, prices=prices))
            assert capped.status == "stopped"
            assert capped.problem and "may pass the limit of $0.60" in capped.problem
            assert capped.cost is not None and 0.2 < capped.cost <= 0.6
            whole = fill_run(folder, plan, pace=pace, caps=Caps(max_cost=60, prices=prices))
            assert (whole.status, whole.conversations) == ("finished", 72)
            assert server.asked_again == 0

    def test_tokens_can_be_capped_without_a_price(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto")) as server:
            made = fill_run(RunFolder(tmp_path), asking(server.url), caps=Caps(max_tokens=20_000))
        assert made.status == "stopped"
        assert 5_000 < made.prompt_tokens + made.completion_tokens <= 20_000

    def test_an_estimate_asks_nobody_and_writes_nothing(self, tmp_path: Path, prices: Path) -> None:
        with serve(Behaviour(form="auto")) as server:
            plan, folder = asking(server.url, limit=4), RunFolder(tmp_path / "run")
            before = estimate_run(plan, prices=prices, folder=folder)
            assert server.stats["received"] == 0
            assert not folder.path.exists()
            fill_run(folder, plan)
            after = estimate_run(plan, prices=prices, folder=folder)
        assert (before.requests, before.settled) == (12, 0)
        assert (after.requests, after.settled) == (0, 12)


def hold(path: Path, held: Any) -> None:
    with RunFolder(path).locked():
        held.set()
        time.sleep(60)


def test_two_processes_do_not_fill_the_same_run(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held = context.Event()
    other = context.Process(target=hold, args=(tmp_path, held))
    other.start()
    try:
        assert held.wait(30)
        with pytest.raises(RunError, match=f"is being filled by process {other.pid}"):
            fill_run(RunFolder(tmp_path), GROUNDED)
    finally:
        other.kill()
        other.join()
    fill_run(RunFolder(tmp_path), GROUNDED)  # the lock died with its process


def start(plan: Plan, folder: Path, concurrency: int) -> subprocess.Popen[str]:
    command = [
        *(sys.executable, "-m", "mmgen_datasets", "generate", plan.source),
        *("--data-dir", str(plan.data_dir), "--recipe", plan.recipe, "--out", str(folder)),
        *("--backend", "openai", "--model", "any", "--base-url", plan.settings["base_url"]),
        *("--concurrency", str(concurrency)),
    ]
    pipes: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, **pipes)


def test_a_killed_run_goes_on_where_it_was(tmp_path: Path) -> None:
    """After kill -9 only what was in flight is asked again, and the result is complete."""
    with serve(Behaviour(form="auto", latency_s=0.1)) as server:
        with start(asking(server.url), tmp_path, 4) as process:
            wait_for(lambda: answered(server) > 30)
            process.kill()
        after = start(asking(server.url), tmp_path, 4)
        output, _ = after.communicate()
        assert after.returncode == 0, output
        assert server.stats["asked_again"] <= 4
        assert len(load_run(tmp_path)) == 72


def test_an_interrupted_run_says_how_to_go_on_and_asks_nothing_twice(tmp_path: Path) -> None:
    with serve(Behaviour(form="auto", latency_s=0.1)) as server:
        process = start(asking(server.url), tmp_path, 4)
        wait_for(lambda: answered(server) > 30)
        os.kill(process.pid, signal.SIGINT)
        _, errors = process.communicate()
        assert process.returncode == 130
        assert "give the same command again to go on" in errors
        with pytest.raises(RunError, match=r"not finished \(interrupted\)"):
            load_run(tmp_path)
        fill_run(RunFolder(tmp_path), asking(server.url))
        assert server.stats["asked_again"] == 0
        assert len(load_run(tmp_path)) == 72
