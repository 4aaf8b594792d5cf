"""Chats in one memory are answered as if each were alone; in f32 to the last token."""

from __future__ import annotations

import asyncio
import ctypes
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmgen_datasets import load_run
from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.chat import Reply, Request, Sampling, text_turn
from mmgen_datasets.errors import BackendError, RowError, StopError, TooLongError, UsageError
from tests.contracts.backend import BackendContract, ask, error_of, request, said
from tests.models.store import ModelStore
from tests.sample import SAMPLE_DIR

llama_cpp = pytest.importorskip(
    "llama_cpp", reason="needs llama-cpp-python, which needs a C++ compiler to install"
)
backend_module = pytest.importorskip("mmgen_datasets.backends.llama_cpp")
memory_module = pytest.importorskip("mmgen_datasets.backends.llama.memory")
model_module = pytest.importorskip("mmgen_datasets.backends.llama.model")
pictures_module = pytest.importorskip("mmgen_datasets.backends.llama.pictures")
slots_module = pytest.importorskip("mmgen_datasets.backends.llama.slots")

GREEDY = Sampling(max_tokens=24, temperature=0)
EXAMPLES = " ".join(f"Example {number} has a red bicycle in it." for number in range(40))
"""About 400 tokens of the nano model's."""

EXACT = {"kv_type": "f32", "threads": 1, "prefix_dir": ""}
"""Settings with which nothing but the chat decides on the reply. Threads that wait for one
another are slow where all cores are busy, as they are while tests run."""


@pytest.fixture(scope="session")
def nano(tiny_models: ModelStore) -> str:
    return str(tiny_models.path("chat.gguf"))


def opened(nano: str, **settings: Any) -> Any:
    return open_backend("llama-cpp", **{"model": nano, **EXACT} | settings)


def engine_of(model: str, mmproj: str = "", *, cells: int, context: int) -> Any:
    """An engine with so much memory, and no more."""
    loaded = model_module.LlamaModel(model, None)
    reader = pictures_module.PictureReader(mmproj, loaded, 1) if mmproj else None
    memory = memory_module.LlamaMemory(loaded, cells=cells, sequences=7, kv_type="f32", threads=1)
    return slots_module.Slots(loaded, reader, memory, num_slots=6, context=context, store=None)


def driven(engine: Any, requests: list[Request]) -> list[Reply]:
    """What an engine answers, which is closed then."""
    asks = [Ask(each) for each in requests]
    for each in asks:
        engine.add(each)
    while engine.step():
        pass
    engine.close()
    return [each.future.result() for each in asks]


def chat_request(*texts: str, sampling: Sampling = GREEDY) -> Request:
    """A system turn, then the user's."""
    chat = (text_turn("system", texts[0]), *(text_turn("user", text) for text in texts[1:]))
    return Request(" / ".join(texts), chat, sampling)


def texts(replies: list[Reply]) -> list[str]:
    return [reply.text for reply in replies]


class TestLlamaCpp(BackendContract):
    sees = ()

    @pytest.fixture
    def backend(self, nano: str) -> Backend:
        found: Backend = opened(nano, context=64)
        return found

    @pytest.fixture
    def same_settings(self, backend: Backend, nano: str) -> Backend:
        found: Backend = opened(nano, context=64)
        return found

    @pytest.fixture
    def failing(self, nano: str, tmp_path: Path) -> Mapping[type[BackendError], Any]:
        broken = tmp_path / "broken.gguf"
        broken.write_bytes(Path(nano).read_bytes()[:1000])
        return {
            TooLongError: (opened(nano, context=64), request("long " * 100)),
            StopError: (opened(str(broken)), request("a")),
        }


class TestExactness:
    @pytest.fixture
    def requests(self) -> list[Request]:
        things = "person bicycle car dog cat horse umbrella bottle chair table bird boat".split()
        return [chat_request(EXAMPLES, f"{thing} of a {thing}") for thing in things]

    @pytest.fixture
    def alone(self, nano: str, requests: list[Request]) -> list[str]:
        """Each by the high-level class, which remembers nothing."""
        llama = llama_cpp.Llama(
            nano,
            n_ctx=1024,
            type_k=0,
            type_v=0,
            flash_attn=False,
            n_threads=1,
            n_threads_batch=1,
            verbose=False,
        )
        found = []
        for asked in requests:
            llama.reset()
            messages = [{"role": turn.role, "content": turn.text} for turn in asked.chat]
            answer = llama.create_chat_completion(messages, max_tokens=24, temperature=0)
            found.append(answer["choices"][0]["message"]["content"])
        llama.close()
        return found

    def test_the_replies_are_those_of_the_high_level_class(
        self, nano: str, requests: list[Request], alone: list[str]
    ) -> None:
        together = texts(ask(opened(nano, context=1024), *requests))
        # That class leaves out what is no UTF-8, which becomes a mark here, and goes on by a
        # token or two where the last one ends within a character.
        for ours, theirs in zip(together, alone, strict=True):
            assert theirs.startswith(ours.replace("\ufffd", ""))
        assert len(set(alone)) > len(alone) / 2

    @pytest.mark.parametrize("slots", [1, 3, 12])
    def test_they_are_the_same_however_many_are_answered_at_once(
        self, nano: str, requests: list[Request], slots: int
    ) -> None:
        one_at_a_time = [said(ask(opened(nano, slots=1), each))[0] for each in requests]
        assert said(ask(opened(nano, slots=slots, context=1024), *requests)) == one_at_a_time

    def test_and_with_chats_that_begin_otherwise_between_them(
        self, nano: str, requests: list[Request]
    ) -> None:
        others = [chat_request(f"{number} {EXAMPLES}", "And this?") for number in range(4)]
        mixed = [each for pair in zip(requests[:4], others, strict=True) for each in pair]
        assert said(ask(opened(nano, slots=5), *mixed)) == [
            said(ask(opened(nano, slots=1), each))[0] for each in mixed
        ]

    def test_and_where_the_memory_is_too_small_for_all(
        self, nano: str, requests: list[Request]
    ) -> None:
        """Half of them wait then, and go on where they were."""
        long = [
            replace(each, sampling=replace(GREEDY, max_tokens=300), key=str(number))
            for number, each in enumerate(requests[:6])
        ]
        roomy, tight = (engine_of(nano, cells=cells, context=1024) for cells in (4096, 1280))
        expected = said(driven(roomy, long))
        assert said(driven(tight, long)) == expected
        assert tight.evaluated > roomy.evaluated
        alone = opened(nano, slots=1, context=1024)
        assert expected == [said(ask(alone, each))[0] for each in long]


class TestSharing:
    def test_what_chats_begin_with_is_evaluated_once(self, nano: str) -> None:
        backend = opened(nano, slots=8)
        slots = backend_module.open_slots(backend)
        requests = [chat_request(EXAMPLES, f"Picture {number}?") for number in range(16)]
        replies = driven(slots, requests)
        lengths = [reply.prompt_tokens or 0 for reply in replies]
        written = sum(reply.completion_tokens or 0 for reply in replies)
        assert min(lengths) > 400
        assert slots.evaluated < lengths[0] + 16 * 30 + written

    def test_the_next_run_reads_it_from_disk(self, nano: str, tmp_path: Path) -> None:
        requests = [chat_request(EXAMPLES, f"Picture {number}?") for number in range(3)]
        counts, replies = [], []
        for slots in (2, 3):  # another engine each, as another process would have
            engine = backend_module.open_slots(opened(nano, slots=slots, prefix_dir=str(tmp_path)))
            replies.append(driven(engine, requests))
            counts.append(engine.evaluated)
        assert said(replies[0]) == said(replies[1])
        assert counts[1] < counts[0] - 300
        assert len(list(tmp_path.glob("*.kv"))) == 1

    @pytest.mark.parametrize("damage", ["cut short", "one bit"])
    def test_a_damaged_file_is_replaced_with_a_warning(
        self, nano: str, tmp_path: Path, caplog: pytest.LogCaptureFixture, damage: str
    ) -> None:
        requests = [chat_request(EXAMPLES, f"Picture {number}?") for number in range(3)]
        expected = said(ask(opened(nano, slots=4, prefix_dir=str(tmp_path)), *requests))
        [path] = tmp_path.glob("*.kv")
        data = bytearray(path.read_bytes())
        data[-20_000] ^= 1
        path.write_bytes(data[:2000] if damage == "cut short" else data)
        with caplog.at_level("WARNING"):
            again = ask(opened(nano, slots=5, prefix_dir=str(tmp_path)), *requests)
        assert said(again) == expected
        assert f"{path} is damaged" in caplog.text
        [path] = tmp_path.glob("*.kv")
        assert path.stat().st_size == len(data)


class TestSampling:
    def test_a_seed_gives_the_same_text_in_any_company(self, nano: str) -> None:
        backend = opened(nano)
        drawn = Sampling(max_tokens=16, temperature=1.0, seed=7)
        asked = chat_request("Be brief.", "What is it?", sampling=drawn)
        other = replace(asked, sampling=replace(drawn, seed=8))
        [first] = ask(backend, asked)
        assert said(ask(backend, other, asked, other))[1] == said([first])[0]
        assert ask(backend, other)[0].text != first.text

    def test_a_reply_ends_before_a_stop_string(self, nano: str) -> None:
        backend = opened(nano)
        asked = chat_request("Be brief.", "What is it?")
        [whole] = ask(backend, asked)
        stop = whole.text[12:15]
        cut = replace(asked, sampling=replace(GREEDY, stop=("never said", stop)))
        [reply] = ask(backend, cut)
        assert (reply.text, reply.finish_reason) == (whole.text[: whole.text.index(stop)], "stop")

    def test_the_tokens_are_counted(self, nano: str) -> None:
        [reply] = ask(opened(nano), chat_request("Be brief.", "What is it?"))
        tokens = llama_cpp.Llama(nano, vocab_only=True, verbose=False).tokenize(
            b"<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is it?<|im_end|>\n"
            b"<|im_start|>assistant\n",
            add_bos=False,
            special=True,
        )
        assert (reply.prompt_tokens, reply.completion_tokens) == (len(tokens), 24)
        assert reply.finish_reason == "length"

    def test_so_are_those_that_were_evaluated_before(self, nano: str) -> None:
        backend = opened(nano, slots=2)
        asked = [chat_request(EXAMPLES, text) for text in ("What is it?", "How many?")]
        first, second = (ask(backend, each)[0] for each in asked)
        assert first.cached_tokens == 0
        assert 400 < (second.cached_tokens or 0) < (second.prompt_tokens or 0)

    def test_a_reply_that_fills_the_context_is_cut_short(self, nano: str) -> None:
        asked = chat_request(
            "Be brief.", "What is it?", sampling=Sampling(max_tokens=None, temperature=0)
        )
        [reply] = ask(opened(nano, context=64), asked)
        assert (reply.prompt_tokens or 0) + (reply.completion_tokens or 0) == 64
        assert reply.finish_reason == "length"

    def test_a_chat_longer_than_the_context_is_refused_with_both_numbers(self, nano: str) -> None:
        error = error_of(opened(nano, context=256), chat_request(EXAMPLES, "What?"))
        assert isinstance(error, RowError)
        assert "tokens, and the context holds 256" in error.problem


SCHEMA = {
    "type": "object",
    "properties": {
        "kind": {"enum": ["count", "position"]},
        "text": {"type": "string", "maxLength": 12},
        "boxes": {
            "type": "array",
            "maxItems": 2,
            "items": {
                "type": "array",
                "items": {"type": "integer", "minimum": 0, "maximum": 999},
                "minItems": 4,
                "maxItems": 4,
            },
        },
    },
    "required": ["kind", "text", "boxes"],
    "additionalProperties": False,
}


class TestSchema:
    def test_random_weights_write_valid_json(self, nano: str) -> None:
        sampling = Sampling(max_tokens=200, temperature=1.0, json_schema=json.dumps(SCHEMA))
        requests = [chat_request("JSON", str(number), sampling=sampling) for number in range(10)]
        replies = ask(opened(nano), *requests)
        for reply in replies:
            assert reply.finish_reason == "stop"
            jsonschema.validate(json.loads(reply.text), SCHEMA)
        assert len(set(texts(replies))) == len(replies)

    def test_chats_without_a_schema_are_not_bound_by_it(self, nano: str) -> None:
        backend = opened(nano)
        free = chat_request("JSON", "free")
        bound = replace(free, sampling=Sampling(json_schema=json.dumps(SCHEMA)))
        assert said(ask(backend, bound, free))[1] == said(ask(backend, free))[0]

    @pytest.mark.parametrize("schema", ["{", '{"type": "cat"}', '{"$ref": "#/absent"}'])
    def test_what_is_no_schema_stops_the_run(self, nano: str, schema: str) -> None:
        asked = chat_request("JSON", "?", sampling=Sampling(json_schema=schema))
        error = error_of(opened(nano), asked)
        assert isinstance(error, StopError)
        assert "cannot be kept to" in error.problem


class TestBeginOfText:
    """Where a vocabulary asks for a token before every text, a chat has it once."""

    @pytest.fixture(params=["", "{{ bos_token }}"], ids=["bare", "written"])
    def asking(
        self, tiny_models: ModelStore, tmp_path: Path, request: pytest.FixtureRequest
    ) -> str:
        """A model that asks for it, whose template leaves it out or writes it."""
        twin = pytest.importorskip("tests.models.gguf_twin")
        folder = shutil.copytree(tiny_models.path("chat"), tmp_path / "chat")
        template = folder / "chat_template.jinja"
        template.write_text(request.param + template.read_text())
        path = tmp_path / "asking.gguf"
        twin.write_gguf(folder, path, begin="<|endoftext|>")
        return str(path)

    def test_it_is_there_once(self, asking: str, nano: str) -> None:
        chat = chat_request("Be brief.", "What is it?").chat
        model, plain = (model_module.LlamaModel(path, 0) for path in (asking, nano))
        tokens, expected = (each.tokens(each.render(chat)).tolist() for each in (model, plain))
        model.close()
        plain.close()
        assert tokens == [0, *expected]

    def test_the_tokens_are_those_that_llama_cpp_begins_itself(self, asking: str) -> None:
        """Its server takes the begin away from what the template wrote, and has it added."""
        model = model_module.LlamaModel(asking, 0)
        text = model.render(chat_request("Be brief.", "What is it?").chat)
        bare = text.removeprefix("<|endoftext|>").encode()
        found = (ctypes.c_int32 * 100)()
        vocabulary = llama_cpp.llama_model_get_vocab(model.pointer)
        count = llama_cpp.llama_tokenize(vocabulary, bare, len(bare), found, 100, True, True)
        assert model.tokens(text).tolist() == found[:count]
        model.close()


class TestCancelling:
    def test_it_frees_the_place(self, nano: str) -> None:
        """With one slot, a chat that is given up lets the next one in at once."""
        engine = backend_module.open_slots(opened(nano, slots=1))
        without_end = Sampling(max_tokens=None, temperature=0, stop=("never said",))
        given_up = Ask(chat_request("Be long.", "?", sampling=without_end))
        following = Ask(chat_request("Be brief.", "What is it?"))
        engine.add(given_up)
        engine.step()
        engine.add(following)
        engine.step()
        given_up.future.cancel()
        steps = 1
        while engine.step():
            steps += 1
        assert following.future.result().completion_tokens == steps == 24
        engine.close()

    def test_the_coroutine_passes_it_on(self, nano: str) -> None:
        backend = opened(nano, slots=1)

        async def give_up() -> Reply:
            slow = asyncio.create_task(backend.reply(chat_request("Be long.", "?")))
            await asyncio.sleep(0.01)
            slow.cancel()
            reply: Reply = await backend.reply(chat_request("Be brief.", "What is it?"))
            return reply

        assert asyncio.run(give_up()).text


class TestSettings:
    def test_a_file_that_is_moved_keeps_its_name(self, nano: str, tmp_path: Path) -> None:
        moved = tmp_path / "other name.gguf"
        moved.write_bytes(Path(nano).read_bytes())
        assert opened(str(moved)).model == opened(nano).model

    def test_other_weights_have_another_name(self, nano: str, tmp_path: Path) -> None:
        data = bytearray(Path(nano).read_bytes())
        data[-100] ^= 1
        other = tmp_path / "nano.gguf"
        other.write_bytes(data)
        assert opened(str(other)).model != opened(nano).model

    def test_the_precision_of_the_memory_is_part_of_the_endpoint(self, nano: str) -> None:
        assert opened(nano, kv_type="f16").endpoint == "llama-cpp"
        assert opened(nano, kv_type="q8_0").endpoint == "llama-cpp:q8_0"

    @pytest.mark.parametrize(
        ("settings", "problem"),
        [
            ({"model": "absent.gguf"}, "there is no file absent.gguf"),
            ({"model": __file__}, "is no GGUF file"),
            ({"slots": "0"}, "slots is 0"),
            ({"slots": 256}, "slots is 256"),
            ({"context": -1}, "context is -1"),
            ({"kv_type": "f8"}, "kv_type is 'f8'"),
        ],
    )
    def test_what_cannot_be_meant_is_refused(
        self, nano: str, settings: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises(UsageError, match=problem):
            opened(nano, **settings)


RECIPE = """
tasks:
  - name: questions
    kind: conversation
    inputs: [captions, boxes]
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
def test_a_run_that_is_killed_goes_on_where_it_was(nano: str, tmp_path: Path) -> None:
    recipe, out = tmp_path / "recipe.yaml", tmp_path / "run"
    recipe.write_text(RECIPE)
    run = [sys.executable, "-m", "mmgen_datasets", "generate", "coco2017", "--data-dir"]
    run += [str(SAMPLE_DIR), "--recipe", str(recipe), "--out", str(out)]
    run += ["--backend", "llama-cpp", "--model", nano, "--concurrency", "2"]
    run += ["--option", "threads=1", "--option", f"prefix_dir={tmp_path / 'prefixes'}"]
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


def test_without_the_package_the_command_that_installs_it_is_told() -> None:
    code = (
        "import sys; sys.modules['llama_cpp'] = None\n"
        "from mmgen_datasets.backends import open_backend\n"
        "open_backend('llama-cpp', model='a.gguf')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "needs 'llama_cpp', which is not installed" in run.stderr
    assert 'pip install "mmgen-datasets[llama-cpp]"' in run.stderr
