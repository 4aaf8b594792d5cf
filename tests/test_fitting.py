"""Chats that are too long lose examples from the middle, where their recipe allows that."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import OpenAI, Scripted, generate, load_recipe
from mmgen_datasets.backends import open_backend
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.local.room import room_for_reply
from mmgen_datasets.chat import Reply, Request, Sampling, text_turn
from mmgen_datasets.errors import RowError, TooLongError
from mmgen_datasets.generation.fitting import fitting_reply
from mmgen_datasets.prompts.recipe import Recipe
from tests.models.store import ModelStore
from tests.servers.openai_server import Behaviour, serve

GREEDY = Sampling(max_tokens=8, temperature=0)
LOCAL = {
    "huggingface": ("chat", {"device": "cpu", "dtype": "float32"}),
    "llama-cpp": ("chat.gguf", {"kv_type": "f32", "prefix_dir": ""}),
}


def with_examples(count: int, *, may_drop: bool = True, length: int = 1) -> Request:
    """A chat with examples, each so many sentences long."""
    turns = [text_turn("system", "Be brief.")]
    for number in range(count):
        turns.append(text_turn("user", f"Example {number} has a red bicycle in it. " * length))
        turns.append(text_turn("assistant", f"Answer {number}."))
    turns.append(text_turn("user", "What is it?"))
    return Request("key", tuple(turns), GREEDY, examples=count if may_drop else 0)


def left(request: Request) -> list[int]:
    """The examples of a chat."""
    answers = [turn.text for turn in request.chat if turn.role == "assistant"]
    return [int(text.removeprefix("Answer ").removesuffix(".")) for text in answers]


def fitted(backend: Backend, request: Request) -> Reply:
    return asyncio.run(fitting_reply(backend, request))


def at_most_four_examples(request: Request) -> str:
    if len(left(request)) > 4:
        raise TooLongError(f"{len(left(request))} examples are too many")
    return " ".join(map(str, left(request)))


def no_chat(request: Request) -> str:
    raise TooLongError("too long")


class TestShorter:
    def test_the_middle_one_goes_first(self) -> None:
        request: Request | None = with_examples(5)
        found = []
        while request:
            found.append(left(request))
            request = request.shorter()
        assert found == [[0, 1, 2, 3, 4], [0, 1, 3, 4], [0, 1, 4], [0, 4]]

    @given(st.integers(0, 12))
    def test_all_but_the_middle_stays_as_it_was(self, count: int) -> None:
        whole = asked = with_examples(count)
        while shorter := asked.shorter():
            assert len(shorter.chat) == len(asked.chat) - 2
            asked = shorter
            half = (asked.examples + 1) // 2
            numbers = list(range(count))
            assert left(asked) == numbers[:half] + numbers[count - asked.examples + half :]
            assert (asked.chat[0], asked.chat[-1]) == (whole.chat[0], whole.chat[-1])
            assert (asked.key, asked.sampling) == (whole.key, whole.sampling)
        assert asked.examples == min(count, 2)

    def test_a_recipe_that_wants_all_keeps_all(self) -> None:
        assert with_examples(5, may_drop=False).shorter() is None


class TestFitting:
    @given(st.integers(0, 9))
    def test_no_more_are_left_out_than_have_to_be(self, count: int) -> None:
        backend = Scripted(function=f"{__name__}:at_most_four_examples")
        reply = fitted(backend, with_examples(count))
        assert reply.dropped_examples == max(0, count - 4)
        assert len(reply.text.split()) == min(count, 4)

    def test_what_is_too_long_all_the_same_is_refused(self) -> None:
        backend = Scripted(function=f"{__name__}:at_most_four_examples")
        with pytest.raises(TooLongError, match="5 examples are too many"):
            fitted(backend, with_examples(5, may_drop=False))

    def test_a_refusal_counts_what_was_left_out(self) -> None:
        backend = Scripted(function=f"{__name__}:no_chat")
        with pytest.raises(TooLongError, match="too long; 3 of its examples are left out already"):
            fitted(backend, with_examples(5))

    @given(st.integers(1, 60), st.integers(1, 60), st.integers(1, 60), st.booleans())
    def test_the_longest_reply_has_room_as_long_as_there_is_something_to_drop(
        self, num_tokens: int, context: int, max_tokens: int, may_drop: bool
    ) -> None:
        request = Request("key", with_examples(3).chat, Sampling(max_tokens), examples=3 * may_drop)
        try:
            room = room_for_reply(request, num_tokens, context)
        except TooLongError as error:
            assert context - num_tokens < (max_tokens if may_drop else 1)
            assert f"{num_tokens} tokens, and the context holds {context} " in error.problem
        else:
            assert room == context - num_tokens >= (max_tokens if may_drop else 1)


@pytest.mark.parametrize("name", LOCAL)
class TestModelsInThisProcess:
    @pytest.fixture
    def opened(self, name: str, tiny_models: ModelStore) -> Any:
        """Opens the backend with a context."""
        if name == "llama-cpp":
            pytest.importorskip("llama_cpp", reason="needs llama-cpp-python")
        model, settings = LOCAL[name]
        path = str(tiny_models.path(model))
        return lambda context: open_backend(
            name, **{"model": path, "threads": 1, "context": context} | settings
        )

    def test_the_reply_is_that_to_the_longest_chat_that_fits(self, opened: Any) -> None:
        whole = with_examples(6, length=4)
        shorter = [whole]
        while more := shorter[-1].shorter():
            shorter.append(more)
        ample = opened(2048)
        alone = [asyncio.run(ample.reply(each)) for each in shorter]
        for dropped, expected in enumerate(alone):
            size = (expected.prompt_tokens or 0) + 8
            found = fitted(opened(size), whole)
            assert (found.text, found.prompt_tokens) == (expected.text, expected.prompt_tokens)
            assert found.dropped_examples == dropped

    def test_a_chat_that_cannot_fit_is_refused_with_both_numbers(self, opened: Any) -> None:
        with pytest.raises(TooLongError, match=r"has \d+ tokens, and the context holds 30 with"):
            fitted(opened(30), with_examples(6))


def recipe_with(tmp_path: Path, examples: list[str], *, may_drop: bool) -> Recipe:
    """A recipe with written examples."""
    listed = "".join(f"      - {{input: {text!r}, output: yes. === No.}}\n" for text in examples)
    path = tmp_path / "recipe.yaml"
    path.write_text(
        "tasks:\n  - name: talk\n    inputs: [captions]\n    reply: turns\n"
        "    system: Ask and answer, with === between.\n"
        f"    drop_examples: {str(may_drop).lower()}\n    examples:\n{listed}"
    )
    return load_recipe(path)


class TestRuns:
    def test_a_server_that_refuses_long_chats_gets_shorter_ones(
        self, samples: Dataset, tmp_path: Path
    ) -> None:
        recipe = recipe_with(tmp_path, ["first", "inject:too-long", "last"], may_drop=True)
        with serve(Behaviour()) as server:
            backend = OpenAI("any", base_url=server.url)
            few = samples.select(range(3))
            rows = generate(few, recipe, backend=backend, journal=tmp_path / "j")
            sent = [len(request.json["messages"]) for request in server.requests]
        assert rows["error"] == [None] * 3
        assert [row["dropped_examples"] for row in rows["provenance"]] == [1] * 3
        assert sorted(sent) == [6] * 3 + [8] * 3

    def test_without_leave_they_are_rejects(self, samples: Dataset, tmp_path: Path) -> None:
        recipe = recipe_with(tmp_path, ["first", "inject:too-long", "last"], may_drop=False)
        with serve(Behaviour()) as server:
            backend = OpenAI("any", base_url=server.url)
            rows = generate(samples.select([0]), recipe, backend=backend, journal=tmp_path / "j")
        assert "maximum context length is 4096 tokens" in rows["error"][0]

    def test_a_chat_that_fits_keeps_all(self, samples: Dataset, tmp_path: Path) -> None:
        recipe = recipe_with(tmp_path, ["first", "second", "last"], may_drop=True)
        rows = generate(samples.select([0]), recipe, backend=Scripted(), journal=tmp_path / "j")
        assert rows["provenance"][0]["dropped_examples"] == 0


def test_it_is_a_refusal_of_this_request() -> None:
    assert issubclass(TooLongError, RowError)
