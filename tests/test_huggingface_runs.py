"""Chats that are given up, memory that runs out, runs that are killed."""

from __future__ import annotations

import asyncio
import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.chat import Reply, Request, Sampling
from tests.contracts.backend import ask
from tests.huggingface_chats import EXAMPLES, GREEDY, chat_request, opened, shown, texts
from tests.models.store import ModelStore
from tests.sample import SAMPLE_DIR

torch = pytest.importorskip("torch", reason="needs torch")
transformers = pytest.importorskip("transformers", reason="needs transformers")
backend_module = pytest.importorskip("mmgen_datasets.backends.huggingface")


@pytest.fixture(scope="session")
def nano(tiny_models: ModelStore) -> str:
    return str(tiny_models.path("chat"))


@pytest.fixture(scope="session")
def llava(tiny_models: ModelStore) -> str:
    return str(tiny_models.path("llava"))


scarce_memory = pytest.importorskip("tests.scarce_memory")


def be_brief(sampling: Sampling) -> Request:
    return chat_request("Be brief.", "What is it?", sampling=sampling)


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
        """In a process that may have little more memory than it has after loading."""
        code = f"""
import resource
from tests.contracts.backend import ask
from tests.huggingface_chats import EXAMPLES, chat_request, opened, texts
asked = [chat_request(f"{{n}} " + EXAMPLES * 3, "What?") for n in range(24)]
expected = texts(ask(opened({nano!r}, slots=1), *asked[:3]))
backend = opened({nano!r}, slots=64)
ask(backend, chat_request("Be brief.", "What?"))
pages = int(open("/proc/self/statm").read().split()[0])
limit = pages * resource.getpagesize() + (8 << 20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
assert texts(ask(backend, *asked))[:3] == expected
"""
        ran = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, timeout=110, check=False
        )
        assert ran.returncode == 0, ran.stderr[-2000:]
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


RECIPE = """
tasks:
  - name: questions
    kind: conversation
    inputs: [captions]
    reply: json
    system: Ask about the picture, in JSON.
    sampling:
      max_tokens: 200
      json_schema:
        type: array
        minItems: 1
        maxItems: 2
        items:
          type: object
          properties:
            question: {type: string, minLength: 5, maxLength: 20}
            answer: {type: string, minLength: 5, maxLength: 20}
          required: [question, answer]
          additionalProperties: false
"""


@pytest.mark.slow
@pytest.mark.parametrize(("model", "inputs"), [("chat", "captions, boxes"), ("llava", "image")])
def test_a_run_that_is_killed_goes_on_where_it_was(
    tiny_models: ModelStore, tmp_path: Path, model: str, inputs: str
) -> None:
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "run"
    recipe.write_text(RECIPE.replace("[captions]", f"[{inputs}]"))
    run = [sys.executable, "-m", "mmgen_datasets", "generate", "coco2017", "--data-dir"]
    run += [str(SAMPLE_DIR), "--recipe", str(recipe), "--out", str(out)]
    run += ["--backend", "huggingface", "--model", str(tiny_models.path(model))]
    run += ["--concurrency", "2", "--option", "threads=1"]
    journal = out / "journal.sqlite"

    def num_replies() -> int:
        with closing(sqlite3.connect(journal)) as opened, suppress(sqlite3.OperationalError):
            found: int = opened.execute("SELECT count(*) FROM attempts").fetchone()[0]
            return found
        return 0  # it has no table yet

    with subprocess.Popen(run, stderr=subprocess.DEVNULL) as process:
        while not (journal.exists() and num_replies() > 2):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    before = num_replies()
    subprocess.run(run, check=True, capture_output=True, timeout=60)
    conversations = load_run(out)
    assert 2 < before < num_replies() == len(conversations) == 24
    assert set(conversations["error"]) == {None}
