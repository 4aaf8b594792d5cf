"""Chats that are given up, memory that runs out, runs that are killed."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.chat import Reply, Sampling
from tests.contracts.backend import ask
from tests.huggingface_chats import opened, shown
from tests.local_chats import EXAMPLES, GREEDY, be_brief, texts
from tests.local_runs import generating, kill_and_go_on
from tests.models.store import ModelStore

torch = pytest.importorskip("torch", reason="needs torch")
transformers = pytest.importorskip("transformers", reason="needs transformers")
backend_module = pytest.importorskip("mmgen_datasets.backends.huggingface")


scarce_memory = pytest.importorskip("tests.scarce_memory")


class TestLeaving:
    def test_a_chat_that_is_cancelled_frees_its_row(self, nano: str) -> None:
        backend = opened(nano, slots=1)
        long = be_brief(Sampling(max_tokens=7000, temperature=0))

        async def cancelled() -> Reply:
            first = asyncio.create_task(backend.reply(long))
            await asyncio.sleep(0.2)
            first.cancel()
            return await asyncio.wait_for(backend.reply(be_brief(GREEDY)), 60)

        assert asyncio.run(cancelled()).completion_tokens == 24

    def test_memory_that_runs_out_halves_the_batch(self, nano: str) -> None:
        """In a process that may have little more memory than it has after loading.

        A chat alone takes 26 MiB, all at once over 90. Freed memory goes back to the system at
        once, and no thread is started, so that it does not depend on the machine.
        """
        code = f"""
import resource
from tests.contracts.backend import ask
from tests.huggingface_chats import opened
from tests.local_chats import EXAMPLES, chat_request, texts
asked = [chat_request(f"{{n}} " + EXAMPLES * 3, "What?") for n in range(32)]
expected = texts(ask(opened({nano!r}, slots=1), *asked[:3]))
for mebibytes in (44, 60):
    backend = opened({nano!r}, slots=64)
    ask(backend, chat_request("Be brief.", "What?"))
    pages = int(open("/proc/self/statm").read().split()[0])
    limit = pages * resource.getpagesize() + (mebibytes << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))
    assert texts(ask(backend, *asked))[:3] == expected
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    print(mebibytes)
"""
        steady = {
            "OMP_NUM_THREADS": "1",
            "MALLOC_ARENA_MAX": "1",
            "MALLOC_MMAP_THRESHOLD_": "65536",
        }
        ran = subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            timeout=110,
            check=False,
            env={**os.environ, **steady},
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
        assert ran.stdout.split() == ["44", "60"]
        assert "memory ran out" in ran.stderr

    @pytest.mark.parametrize("num_tokens", [200, 120])
    def test_chats_that_had_to_wait_go_on_where_they_were(
        self, llava: str, num_tokens: int
    ) -> None:
        requests = [shown(seed, f"What is at {seed}?", EXAMPLES[:200]) for seed in range(6)]
        expected = ask(opened(llava, slots=6), *requests)
        replies, refusals = scarce_memory.answer_in(num_tokens, llava, requests)
        assert texts(replies) == texts(expected)
        assert refusals > 0


@pytest.mark.slow
@pytest.mark.parametrize(("model", "inputs"), [("chat", "captions, boxes"), ("llava", "image")])
def test_a_run_that_is_killed_goes_on_where_it_was(
    tiny_models: ModelStore, tmp_path: Path, model: str, inputs: str
) -> None:
    run = tmp_path / "run"
    path = str(tiny_models.path(model))
    command = generating(run, inputs, "huggingface", path, "threads=1")
    before, after = kill_and_go_on(command, run)
    conversations = load_run(run)
    assert 2 < before < after == len(conversations) == 24
    assert set(conversations["error"]) == {None}
