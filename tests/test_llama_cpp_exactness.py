"""Chats in one memory are answered as if each were alone; in f32 to the last token."""

from __future__ import annotations

import ctypes
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from mmgen_datasets.chat import Request
from tests.contracts.backend import ask, said
from tests.llama_cpp_engines import (
    driven,
    engine_of,
    high_level,
    llama_cpp,
    model_module,
    opened,
    said_alone,
)
from tests.local_chats import EXAMPLES, GREEDY, be_brief, chat_request, texts
from tests.models.store import ModelStore


class TestExactness:
    @pytest.fixture
    def requests(self) -> list[Request]:
        things = "person bicycle car dog cat horse umbrella bottle chair table bird boat".split()
        return [chat_request(EXAMPLES, f"{thing} of a {thing}") for thing in things]

    @pytest.fixture
    def alone(self, gguf: str, requests: list[Request]) -> list[str]:
        """Each by the high-level class, which remembers nothing."""
        chats = [
            [{"role": turn.role, "content": turn.text} for turn in asked.chat] for asked in requests
        ]
        return said_alone(high_level(gguf), chats)

    def test_the_replies_are_those_of_the_high_level_class(
        self, gguf: str, requests: list[Request], alone: list[str]
    ) -> None:
        together = texts(ask(opened(gguf, context=1024), *requests))
        # That class goes on by a token or two where the last one ends within a character.
        for ours, theirs in zip(together, alone, strict=True):
            assert theirs.startswith(ours)
        assert len(set(alone)) > len(alone) / 2

    @pytest.mark.parametrize("slots", [1, 3, 12])
    def test_they_are_the_same_however_many_are_answered_at_once(
        self, gguf: str, requests: list[Request], slots: int
    ) -> None:
        one_at_a_time = [said(ask(opened(gguf, slots=1), each))[0] for each in requests]
        assert said(ask(opened(gguf, slots=slots, context=1024), *requests)) == one_at_a_time

    def test_and_with_chats_that_begin_otherwise_between_them(
        self, gguf: str, requests: list[Request]
    ) -> None:
        others = [chat_request(f"{number} {EXAMPLES}", "And this?") for number in range(4)]
        mixed = [each for pair in zip(requests[:4], others, strict=True) for each in pair]
        assert said(ask(opened(gguf, slots=5), *mixed)) == [
            said(ask(opened(gguf, slots=1), each))[0] for each in mixed
        ]

    def test_and_where_the_memory_is_too_small_for_all(
        self, gguf: str, requests: list[Request]
    ) -> None:
        """Half of them wait then, and go on where they were."""
        long = [
            replace(each, sampling=replace(GREEDY, max_tokens=300), key=str(number))
            for number, each in enumerate(requests[:6])
        ]
        roomy, tight = (engine_of(gguf, cells=cells, context=1024) for cells in (4096, 1280))
        expected = said(driven(roomy, long))
        assert said(driven(tight, long)) == expected
        assert tight.evaluated > roomy.evaluated
        alone = opened(gguf, slots=1, context=1024)
        assert expected == [said(ask(alone, each))[0] for each in long]


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

    def test_it_is_there_once(self, asking: str, gguf: str) -> None:
        chat = be_brief().chat
        model, plain = (model_module.LlamaModel(path, 0) for path in (asking, gguf))
        tokens, expected = (each.tokens(each.render(chat)).tolist() for each in (model, plain))
        model.close()
        plain.close()
        assert tokens == [0, *expected]

    def test_the_tokens_are_those_that_llama_cpp_begins_itself(self, asking: str) -> None:
        """Its server takes the begin away from what the template wrote, and has it added."""
        model = model_module.LlamaModel(asking, 0)
        text = model.render(be_brief().chat)
        bare = text.removeprefix("<|endoftext|>").encode()
        found = (ctypes.c_int32 * 100)()
        vocabulary = llama_cpp.llama_model_get_vocab(model.pointer)
        count = llama_cpp.llama_tokenize(vocabulary, bare, len(bare), found, 100, True, True)
        assert model.tokens(text).tolist() == found[:count]
        model.close()
