"""The backend `llama-cpp`: its contract, settings, and how replies are drawn."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Sampling
from mmgen_datasets.errors import BackendError, RowError, StopError, TooLongError, UsageError
from tests.contracts.backend import BackendContract, ask, error_of, request, said
from tests.llama_cpp_engines import llama_cpp, opened
from tests.local_chats import EXAMPLES, GREEDY, be_brief, chat_request, texts


class TestLlamaCpp(BackendContract):
    sees = ()

    @pytest.fixture
    def backend(self, gguf: str) -> Backend:
        found: Backend = opened(gguf, context=64)
        return found

    @pytest.fixture
    def same_settings(self, backend: Backend, gguf: str) -> Backend:
        found: Backend = opened(gguf, context=64)
        return found

    @pytest.fixture
    def failing(self, gguf: str, tmp_path: Path) -> Mapping[type[BackendError], Any]:
        broken = tmp_path / "broken.gguf"
        broken.write_bytes(Path(gguf).read_bytes()[:1000])
        return {
            TooLongError: (opened(gguf, context=64), request("long " * 100)),
            StopError: (opened(str(broken)), request("a")),
        }


class TestSampling:
    def test_a_seed_gives_the_same_text_in_any_company(self, gguf: str) -> None:
        backend = opened(gguf)
        drawn = Sampling(max_tokens=16, temperature=1.0, seed=7)
        asked = be_brief(drawn)
        other = replace(asked, sampling=replace(drawn, seed=8))
        [first] = ask(backend, asked)
        assert said(ask(backend, other, asked, other))[1] == said([first])[0]
        assert ask(backend, other)[0].text != first.text

    def test_a_reply_ends_before_a_stop_string(self, gguf: str) -> None:
        backend = opened(gguf)
        asked = be_brief()
        [whole] = ask(backend, asked)
        stop = whole.text[12:15]
        cut = replace(asked, sampling=replace(GREEDY, stop=("never said", stop)))
        [reply] = ask(backend, cut)
        assert (reply.text, reply.finish_reason) == (whole.text[: whole.text.index(stop)], "stop")

    def test_the_tokens_are_counted(self, gguf: str) -> None:
        [reply] = ask(opened(gguf), be_brief())
        tokens = llama_cpp.Llama(gguf, vocab_only=True, verbose=False).tokenize(
            b"<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\nWhat is it?<|im_end|>\n"
            b"<|im_start|>assistant\n",
            add_bos=False,
            special=True,
        )
        assert (reply.prompt_tokens, reply.completion_tokens) == (len(tokens), 24)
        assert reply.finish_reason == "length"

    def test_so_are_those_that_were_evaluated_before(self, gguf: str) -> None:
        backend = opened(gguf, slots=2)
        asked = [chat_request(EXAMPLES, text) for text in ("What is it?", "How many?")]
        first, second = (ask(backend, each)[0] for each in asked)
        assert first.cached_tokens == 0
        assert 400 < (second.cached_tokens or 0) < (second.prompt_tokens or 0)

    def test_a_reply_that_fills_the_context_is_cut_short(self, gguf: str) -> None:
        asked = be_brief(Sampling(max_tokens=None, temperature=0))
        [reply] = ask(opened(gguf, context=64), asked)
        assert (reply.prompt_tokens or 0) + (reply.completion_tokens or 0) == 64
        assert reply.finish_reason == "length"

    def test_a_chat_longer_than_the_context_is_refused_with_both_numbers(self, gguf: str) -> None:
        error = error_of(opened(gguf, context=256), chat_request(EXAMPLES, "What?"))
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
    def test_random_weights_write_valid_json(self, gguf: str) -> None:
        sampling = Sampling(max_tokens=200, temperature=1.0, json_schema=json.dumps(SCHEMA))
        requests = [chat_request("JSON", str(number), sampling=sampling) for number in range(10)]
        replies = ask(opened(gguf), *requests)
        for reply in replies:
            assert reply.finish_reason == "stop"
            jsonschema.validate(json.loads(reply.text), SCHEMA)
        assert len(set(texts(replies))) == len(replies)

    def test_chats_without_a_schema_are_not_bound_by_it(self, gguf: str) -> None:
        backend = opened(gguf)
        free = chat_request("JSON", "free")
        bound = replace(free, sampling=Sampling(json_schema=json.dumps(SCHEMA)))
        assert said(ask(backend, bound, free))[1] == said(ask(backend, free))[0]

    @pytest.mark.parametrize("schema", ["{", '{"type": "cat"}', '{"$ref": "#/absent"}'])
    def test_what_is_no_schema_stops_the_run(self, gguf: str, schema: str) -> None:
        asked = chat_request("JSON", "?", sampling=Sampling(json_schema=schema))
        error = error_of(opened(gguf), asked)
        assert isinstance(error, StopError)
        assert "cannot be kept to" in error.problem


class TestSettings:
    def test_a_file_that_is_moved_keeps_its_name(self, gguf: str, tmp_path: Path) -> None:
        moved = tmp_path / "other name.gguf"
        moved.write_bytes(Path(gguf).read_bytes())
        assert opened(str(moved)).model == opened(gguf).model

    def test_other_weights_have_another_name(self, gguf: str, tmp_path: Path) -> None:
        data = bytearray(Path(gguf).read_bytes())
        data[-100] ^= 1
        other = tmp_path / "nano.gguf"
        other.write_bytes(data)
        assert opened(str(other)).model != opened(gguf).model

    def test_the_precision_of_the_memory_is_part_of_the_endpoint(self, gguf: str) -> None:
        assert opened(gguf, kv_type="f16").endpoint == "llama-cpp"
        assert opened(gguf, kv_type="q8_0").endpoint == "llama-cpp:q8_0"

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
        self, gguf: str, settings: dict[str, Any], problem: str
    ) -> None:
        with pytest.raises(UsageError, match=problem):
            opened(gguf, **settings)


def test_without_the_package_the_command_that_installs_it_is_told() -> None:
    code = (
        "import sys; sys.modules['llama_cpp'] = None\n"
        "from mmgen_datasets.backends import open_backend\n"
        "open_backend('llama-cpp', model='a.gguf')"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert "needs 'llama_cpp', which is not installed" in run.stderr
    assert 'pip install "mmgen-datasets[llama-cpp]"' in run.stderr
