"""Several processes on one run, and several runs on one cache: each request is asked once."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import Caps, Pace, Plan, RunFolder, fill_run, load_run, read_run
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.generation.workers import at_work_now
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, Server, serve

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.test_processes"])


def plan_of(server: Server, **changes: Any) -> Plan:
    """72 requests."""
    settings = {"model": "any", "base_url": server.url}
    fixed: dict[str, Any] = {"recipe": "llava", "backend": "openai", "settings": settings}
    return Plan("coco2017", data_dir=str(SAMPLE_DIR), **fixed | changes)


def started(path: Path, plan: Plan, pace: Pace, **further: Any) -> ForkServerProcess:
    further |= {"pace": pace}
    process = _context.Process(target=fill_run, args=(RunFolder(path), plan), kwargs=further)
    process.start()
    return process


def command_of(server: Server, out: Path, *words: str) -> list[str]:
    return [
        *(sys.executable, "-m", "mmgen_datasets", "generate", "coco2017", "--recipe", "llava"),
        *("--data-dir", str(SAMPLE_DIR), "--out", str(out), "--backend", "openai"),
        *("--model", "any", "--base-url", server.url, *words),
    ]


def wait_for(fact: Callable[[], bool]) -> None:
    give_up = time.monotonic() + 60
    while not fact():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def answered(server: Server) -> int:
    return int(server.stats["answered"])


def at_work(path: Path) -> int:
    return len(at_work_now(RunFolder(path).journal_path)) if path.exists() else 0


class TestOneRun:
    def test_two_processes_fill_it_together(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=0.1)) as server:
            both = [started(tmp_path, plan_of(server), Pace(4)) for _ in range(2)]
            wait_for(lambda: at_work(tmp_path) == 2)
            for process in both:
                process.join()
            assert [process.exitcode for process in both] == [0, 0]
            assert (server.stats["received"], server.asked_again) == (72, 0)
        [(_, manifest)] = read_run(tmp_path)
        assert (manifest.status, manifest.conversations) == ("finished", 72)
        assert len(load_run(tmp_path)) == 72
        assert at_work(tmp_path) == 0

    def test_one_finishes_what_a_killed_one_had_begun(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=0.1)) as server:
            first, second = (started(tmp_path, plan_of(server), Pace(4)) for _ in range(2))
            wait_for(lambda: at_work(tmp_path) == 2 and answered(server) > 10)
            first.kill()
            first.join()
            second.join()
            assert second.exitcode == 0
            assert server.asked_again <= 4
        assert len(load_run(tmp_path)) == 72

    def test_what_one_gives_up_ends_as_not_answered_in_all(self, tmp_path: Path) -> None:
        """No process waits for another that waits for it."""
        with serve(Behaviour(form="auto", faults={"malformed": 0.4})) as server:
            both = [started(tmp_path, plan_of(server), Pace(4, attempts=1)) for _ in range(2)]
            for process in both:
                process.join()
            assert [process.exitcode for process in both] == [0, 0]
        [(_, manifest)] = read_run(tmp_path)
        assert manifest.conversations + manifest.num_rejects == 72

    @pytest.mark.slow
    def test_they_share_the_concurrency(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=0.5)) as server:
            both = [started(tmp_path, plan_of(server), Pace(4)) for _ in range(2)]
            wait_for(lambda: at_work(tmp_path) == 2)
            time.sleep(3)  # until both have seen each other
            server.peak = 0
            for process in both:
                process.join()
            assert server.peak <= 4

    @pytest.mark.slow
    def test_they_share_the_requests_a_minute(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto")) as server:
            pace = Pace(requests_per_minute=240)
            both = [started(tmp_path, plan_of(server), pace) for _ in range(2)]
            wait_for(lambda: at_work(tmp_path) == 2 and answered(server) > 15)
            time.sleep(2)  # until both have seen each other
            before, began = server.stats["received"], time.monotonic()
            time.sleep(4)
            received = server.stats["received"] - before
            allowed = 4 * (time.monotonic() - began)
            assert allowed / 2 < received < allowed * 1.4
            for process in both:
                process.kill()
                process.join()

    def test_an_interrupt_of_one_leaves_the_rest_to_the_other(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=0.1)) as server:
            first, second = (started(tmp_path, plan_of(server), Pace(4)) for _ in range(2))
            wait_for(lambda: at_work(tmp_path) == 2 and answered(server) > 10)
            assert first.pid
            os.kill(first.pid, signal.SIGINT)
            first.join()
            second.join()
            assert (first.exitcode, second.exitcode) == (1, 0)
            assert (server.stats["received"], server.asked_again) == (72, 0)
        assert len(load_run(tmp_path)) == 72

    def test_a_server_that_stops_one_stops_all(self, tmp_path: Path) -> None:
        behaviour = Behaviour(form="auto", latency_s=0.1, key="hush")
        with serve(behaviour) as server:
            both = [started(tmp_path, plan_of(server), Pace(4)) for _ in range(2)]
            for process in both:
                process.join()
            assert [process.exitcode for process in both] == [0, 0]
        [(_, manifest)] = read_run(tmp_path)
        assert manifest.status == "stopped"

    def test_what_needs_it_for_itself_gets_no_company(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=0.2)) as server:
            plan, caps = plan_of(server, limit=12), Caps(max_tokens=1_000_000)
            other = started(tmp_path, plan, Pace(2))
            wait_for(lambda: answered(server) > 2)
            with pytest.raises(RunError, match=f"is being filled by process {other.pid}"):
                fill_run(RunFolder(tmp_path), plan, caps=caps)
            with pytest.raises(RunError, match="with 12 samples, not 24"):
                fill_run(RunFolder(tmp_path), plan_of(server))
            other.kill()
            other.join()
            other = started(tmp_path, plan, Pace(2), caps=caps)
            wait_for(lambda: at_work(tmp_path) == 1)
            with pytest.raises(RunError, match=f"is being filled by process {other.pid}"):
                fill_run(RunFolder(tmp_path), plan)
            other.kill()
            other.join()


class TestNumProc:
    @pytest.mark.slow
    def test_the_command_starts_as_many_as_are_asked_for(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=1.0)) as server:
            words = ("--concurrency", "4", "--num-proc", "2")
            command = command_of(server, tmp_path / "run", *words)
            with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
                wait_for(lambda: at_work(tmp_path / "run") == 2)
                output, _ = process.communicate()
            assert process.returncode == 0, output
            assert (server.stats["received"], server.asked_again) == (72, 0)
        assert "conversations 72" in output

    def test_those_that_come_too_late_are_not_waited_for(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto")) as server:
            manifest = fill_run(RunFolder(tmp_path), plan_of(server, limit=1), num_proc=3)
            assert (manifest.status, manifest.conversations) == ("finished", 3)
            assert (server.stats["received"], server.asked_again) == (3, 0)
        assert not multiprocessing.active_children()

    def test_an_interrupt_stops_all_and_loses_nothing(self, tmp_path: Path) -> None:
        # So slow that the second process is there long before all is asked, on any machine.
        with serve(Behaviour(form="auto", latency_s=2.5)) as server:
            words = ("--concurrency", "2", "--num-proc", "2")
            command = command_of(server, tmp_path / "run", *words)
            pipes: dict[str, Any] = {"stderr": subprocess.PIPE, "text": True}
            with subprocess.Popen(command, **pipes) as process:
                wait_for(lambda: at_work(tmp_path / "run") == 2)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate()
            assert process.returncode == 130
            assert errors.count("interrupted") == 1
            assert at_work(tmp_path / "run") == 0
            assert server.stats["received"] == answered(server) < 72
            [(_, manifest)] = read_run(tmp_path / "run")
            assert manifest.status == "interrupted"

    def test_the_others_stop_when_the_first_is_killed(self, tmp_path: Path) -> None:
        with serve(Behaviour(form="auto", latency_s=1.0)) as server:
            words = ("--concurrency", "2", "--num-proc", "2")
            with subprocess.Popen(command_of(server, tmp_path / "run", *words)) as process:
                wait_for(lambda: at_work(tmp_path / "run") == 2)
                process.kill()
            wait_for(lambda: at_work(tmp_path / "run") == 0)
            assert server.stats["received"] < 72

    def test_work_that_many_cannot_do_is_refused(self, tmp_path: Path) -> None:
        with serve() as server:
            folder, plan = RunFolder(tmp_path / "run"), plan_of(server)
            with pytest.raises(UsageError, match="a cap, a retry or a batch needs one"):
                fill_run(folder, plan, num_proc=2, caps=Caps(max_tokens=9))
            with pytest.raises(UsageError, match="no model is asked"):
                fill_run(folder, Plan("coco2017", data_dir=str(SAMPLE_DIR)), num_proc=2)
            with pytest.raises(UsageError, match="num_proc is 0"):
                fill_run(folder, plan, num_proc=0)
        assert not folder.path.exists()


class TestCache:
    def test_a_run_takes_over_what_another_has_paid_for(self, tmp_path: Path) -> None:
        cache = tmp_path / "replies" / "cache.sqlite"
        with serve(Behaviour(form="auto")) as server:
            first = fill_run(RunFolder(tmp_path / "a"), plan_of(server, limit=8), cache=cache)
            second = fill_run(RunFolder(tmp_path / "b"), plan_of(server), cache=cache)
            assert (server.stats["received"], server.asked_again) == (72, 0)
        assert (first.taken_over, second.taken_over) == (0, 24)
        assert (first.conversations, second.conversations) == (24, 72)
        third = fill_run(RunFolder(tmp_path / "c"), plan_of(server), cache=cache)
        assert (third.taken_over, third.conversations, third.prompt_tokens) == (72, 72, 0)
        said = [load_run(tmp_path / name)["messages"][:] for name in "bc"]
        assert said[0] == said[1]

    def test_a_run_that_was_moved_needs_neither_the_cache_nor_the_old_place(
        self, tmp_path: Path
    ) -> None:
        with serve(Behaviour(form="auto")) as server:
            cache, limit = tmp_path / "cache.sqlite", plan_of(server, limit=4)
            fill_run(RunFolder(tmp_path / "a"), limit, cache=cache)
            fill_run(RunFolder(tmp_path / "b"), limit, cache=cache)
            cache.unlink()
            shutil.move(tmp_path / "b", tmp_path / "elsewhere")
            moved = fill_run(RunFolder(tmp_path / "elsewhere"), plan_of(server))
            assert (moved.conversations, moved.taken_over) == (72, 12)
            assert (server.stats["received"], server.asked_again) == (72, 0)

    def test_two_runs_at_once_ask_each_request_once(self, tmp_path: Path) -> None:
        cache = tmp_path / "cache.sqlite"
        with serve(Behaviour(form="auto", latency_s=0.1)) as server:
            both = [
                started(tmp_path / name, plan_of(server), Pace(4), cache=cache) for name in "ab"
            ]
            for process in both:
                process.join()
            assert [process.exitcode for process in both] == [0, 0]
            assert (server.stats["received"], server.asked_again) == (72, 0)
        manifests = [manifest for name in "ab" for _, manifest in read_run(tmp_path / name)]
        assert [manifest.conversations for manifest in manifests] == [72, 72]
        assert sum(manifest.taken_over for manifest in manifests) == 72

    def test_a_failure_of_one_run_is_none_of_another(self, tmp_path: Path) -> None:
        cache = tmp_path / "cache.sqlite"
        with serve(Behaviour(form="auto", schedule=("filtered-prompt", "ok"))) as server:
            plan = plan_of(server, limit=1)
            first = fill_run(RunFolder(tmp_path / "a"), plan, cache=cache, pace=Pace(1))
            second = fill_run(RunFolder(tmp_path / "b"), plan, cache=cache, pace=Pace(1))
            assert (first.num_rejects, second.num_rejects) == (1, 0)
            assert server.stats["received"] == 4

    def test_the_journal_of_the_run_is_no_cache_for_it(self, tmp_path: Path) -> None:
        with serve() as server, pytest.raises(UsageError, match="is the run's own journal"):
            fill_run(RunFolder(tmp_path), plan_of(server), cache=tmp_path / "journal.sqlite")
