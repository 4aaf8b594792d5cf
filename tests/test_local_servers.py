"""The backend `openai` and a real server with a real model, which llama-cpp-python brings along."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.backends import open_backend
from mmgen_datasets.chat import Media, Request, Sampling, Text, Turn, text_turn
from mmgen_datasets.errors import RowError, StopError
from tests.contracts.backend import ask, error_of
from tests.models.store import ModelStore
from tests.photographs import file_of, photograph
from tests.sample import SAMPLE_DIR
from tests.servers import llama_server

llama_server.skip_without_it()

GREEDY = Sampling(max_tokens=5, temperature=0)
"""Few, since the server punishes tokens that it repeats, and cannot be told to leave that."""


@pytest.fixture(scope="module")
def text_server(tiny_models: ModelStore) -> Iterator[str]:
    with llama_server.spawn(tiny_models.path("chat.gguf")) as (url, _):
        yield url


@pytest.fixture(scope="module")
def seeing_server(tiny_models: ModelStore) -> Iterator[str]:
    mmproj = tiny_models.path("llava-mmproj.gguf")
    with llama_server.spawn(tiny_models.path("llava.gguf"), mmproj=mmproj) as (url, _):
        yield url


def opened(url: str) -> Any:
    return open_backend("openai", model="tiny", base_url=url)


def chat_request(text: str, sampling: Sampling = GREEDY) -> Request:
    return Request(text, (text_turn("system", "Be brief."), text_turn("user", text)), sampling)


def shown(seed: int) -> Request:
    picture = file_of(photograph(60, 40, seed=seed, grain=90), "PNG")
    parts = (Media("image", picture, "image/png"), Text("What is it?"))
    return Request(str(seed), (text_turn("system", "Be brief."), Turn("user", parts)), GREEDY)


def in_process(tiny_models: ModelStore, *files: str) -> Any:
    """The same model in this process, and its encoder if there is one."""
    model, *mmproj = (str(tiny_models.path(name)) for name in files)
    settings = {"kv_type": "f32", "threads": 1, "prefix_dir": "", "context": 1024}
    return open_backend("llama-cpp", model=model, mmproj=mmproj[0] if mmproj else None, **settings)


class TestText:
    def test_the_server_answers_as_the_model_in_this_process(
        self, text_server: str, tiny_models: ModelStore
    ) -> None:
        requests = [chat_request(text) for text in ("What is it?", "How many?", "Where?", "Why?")]
        served = ask(opened(text_server), *requests)
        local = ask(in_process(tiny_models, "chat.gguf"), *requests)
        for theirs, ours in zip(served, local, strict=True):
            # It leaves out what is no UTF-8, which becomes a mark here.
            assert theirs.text.startswith(ours.text.replace("\ufffd", ""))
            assert theirs.prompt_tokens == ours.prompt_tokens
            assert (theirs.completion_tokens, theirs.finish_reason) == (5, "length")

    def test_a_chat_that_is_too_long_is_a_reject(self, text_server: str) -> None:
        error = error_of(opened(text_server), chat_request("What is it? " * 300))
        assert isinstance(error, RowError)
        assert "maximum context length is 1024 tokens" in error.problem

    def test_a_json_schema_that_it_does_not_know_stops_the_run(self, text_server: str) -> None:
        """It knows no ``json_schema``, and says so with a status of 500."""
        schema = json.dumps({"type": "object"})
        error = error_of(opened(text_server), chat_request("?", Sampling(json_schema=schema)))
        assert isinstance(error, StopError)
        assert "json_schema" in error.hint


class TestPictures:
    def test_the_server_sees_what_the_model_in_this_process_sees(
        self, seeing_server: str, tiny_models: ModelStore
    ) -> None:
        requests = [shown(0), shown(1), chat_request("What is it?")]
        served = ask(opened(seeing_server), *requests)
        local = ask(in_process(tiny_models, "llava.gguf", "llava-mmproj.gguf"), *requests)
        for theirs, ours in zip(served, local, strict=True):
            assert theirs.text.startswith(ours.text.replace("\ufffd", ""))
            assert theirs.prompt_tokens == ours.prompt_tokens
        assert len({reply.text for reply in served}) == 3

    def test_a_chat_that_is_too_long_is_a_reject_there_too(self, seeing_server: str) -> None:
        """Its handler of pictures calls this a failure of the server's, with status 500."""
        error = error_of(opened(seeing_server), chat_request("What is it? " * 300))
        assert isinstance(error, RowError)


RECIPE = """
tasks:
  - name: description
    kind: detail
    inputs: [captions, boxes]
    system: Describe the picture.
    reply: answer
    instructions: ["What is it?"]
    sampling: {max_tokens: 60, temperature: 0.7}
"""


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    """What is to be ended, whatever fails."""
    with ExitStack() as opened:
        yield opened


@pytest.mark.slow
def test_a_run_waits_for_a_server_that_was_killed(
    tiny_models: ModelStore, tmp_path: Path, stack: ExitStack
) -> None:
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "run"
    recipe.write_text(RECIPE)
    model, port = tiny_models.path("chat.gguf"), llama_server.free_port()
    run = [sys.executable, "-m", "mmgen_datasets", "generate", "coco2017", "--data-dir"]
    run += [str(SAMPLE_DIR), "--recipe", str(recipe), "--out", str(out), "--backend", "openai"]
    run += ["--model", "tiny", "--base-url", f"http://127.0.0.1:{port}/v1", "--concurrency", "2"]
    run += ["--max-rejects", "1"]  # of random words most are cut short
    silent = subprocess.DEVNULL
    with llama_server.spawn(model, port=port) as (_, server):
        process = stack.enter_context(subprocess.Popen(run, stderr=silent, stdout=silent))
        stack.callback(process.kill)
        while num_replies(out) < 3:
            assert process.poll() is None
            time.sleep(0.01)
        server.kill()
        server.wait()
    before = num_replies(out)
    time.sleep(1)
    assert process.poll() is None
    assert num_replies(out) == before < 24
    with llama_server.spawn(model, port=port):
        assert process.wait(60) == 0
    errors = [error for error in load_run(out)["error"] if error]
    assert num_replies(out) == 24
    assert not [error for error in errors if "cut short" not in error]


def num_replies(run: Path) -> int:
    journal = run / "journal.sqlite"
    if journal.exists():
        with closing(sqlite3.connect(journal)) as opened, suppress(sqlite3.OperationalError):
            query = "SELECT count(*) FROM attempts WHERE reply IS NOT NULL"
            found: int = opened.execute(query).fetchone()[0]
            return found
    return 0
