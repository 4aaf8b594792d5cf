"""The key of a request: all that can change its answer is in it, and nothing else is.

Each field of what is sent and of who is asked has a row here. A field that is added without a
decision fails a test: put another value of it into `DECIDES`, or say in `DOES_NOT` why it cannot
change an answer.
"""

from __future__ import annotations

import inspect
import shutil
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import OpenAI, Scripted, build_requests, load_dataset, load_recipe
from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import (
    Chat,
    Media,
    Request,
    Sampling,
    Text,
    Turn,
    chat_digest,
    request_key,
    text_turn,
)
from mmgen_datasets.generation import requests as requests_module
from mmgen_datasets.generation.requests import pending
from tests.sample import SAMPLE_DIR

PICTURE = Media("image", b"\x89PNG-bytes", "image/png")
QUESTION = Text("What is it?")
CHAT: Chat = (text_turn("system", "Be brief."), Turn("user", (PICTURE, QUESTION)))
SAMPLING = Sampling(100, 200, 0.5, 0.9, ("###",), 7)
BASES: dict[type, Any] = {
    Text: QUESTION,
    Media: PICTURE,
    Turn: CHAT[1],
    Sampling: SAMPLING,
    OpenAI: OpenAI("a-model"),
    Scripted: Scripted(replies=("yes",)),
}
DECIDES: dict[tuple[type, str], Any] = {
    (Text, "text"): "What is it",
    (Media, "kind"): "video",
    (Media, "data"): b"\x89PNG-byteS",
    (Media, "max_side"): 512,
    (Turn, "role"): "assistant",
    (Turn, "parts"): (QUESTION, PICTURE),
    (Sampling, "max_tokens"): 101,
    (Sampling, "max_tokens_if_cut"): None,
    (Sampling, "temperature"): 0.0,
    (Sampling, "top_p"): None,
    (Sampling, "stop"): (),
    (Sampling, "seed"): 8,
    (Sampling, "json_schema"): '{"type": "object"}',
    (OpenAI, "model"): "another-model",
    (OpenAI, "base_url"): "http://localhost:8000/v1",
    (Scripted, "model"): "another",
    (Scripted, "replies"): ("no",),
    (Scripted, "function"): "math:sqrt",
}
DOES_NOT: dict[tuple[type, str], tuple[Any, str]] = {
    (Media, "mime_type"): ("image/jpeg", "it follows from the bytes"),
    (OpenAI, "api_key_env"): ("MY_KEY", "it says who pays"),
    (OpenAI, "timeout_s"): (9.0, "it says how long to wait"),
    (OpenAI, "token_limit_field"): ("max_completion_tokens", "it names what is in the sampling"),
    (OpenAI, "prompt_cache_keys"): (4, "it says where a server looks first"),
    (Scripted, "latency_s"): (9.0, "it says how long to wait"),
}


def key(chat: Chat = CHAT, sampling: Sampling = SAMPLING, backend: Backend | None = None) -> str:
    asked = backend or BASES[OpenAI]
    return request_key(chat_digest(chat, sampling), asked.model, asked.endpoint)


def key_with(kind: type, field: str, value: Any) -> tuple[str, str]:
    """The key as it is, and with another value of a field."""
    changed = replace(BASES[kind], **{field: value})
    if kind is Sampling:
        return key(), key(sampling=changed)
    if kind in (OpenAI, Scripted):
        return key(backend=BASES[kind]), key(backend=changed)
    if kind is Turn:
        return key(), key((CHAT[0], changed))
    parts = tuple(changed if isinstance(part, kind) else part for part in CHAT[1].parts)
    return key(), key((CHAT[0], Turn("user", parts)))


def test_every_field_has_a_decision() -> None:
    found = {(kind, field.name) for kind in BASES for field in fields(kind)}
    assert found == DECIDES.keys() | DOES_NOT.keys()
    assert {field.name for field in fields(Request)} == {
        *("key", "chat", "sampling", "prefix", "examples")
    }
    assert inspect.signature(request_key).parameters.keys() == {"digest", "model", "endpoint"}


@pytest.mark.parametrize(("kind", "field"), DECIDES)
def test_what_can_change_the_answer_changes_the_key(kind: type, field: str) -> None:
    before, after = key_with(kind, field, DECIDES[kind, field])
    assert before != after


@pytest.mark.parametrize(("kind", "field"), DOES_NOT)
def test_what_cannot_change_the_answer_does_not_change_the_key(kind: type, field: str) -> None:
    value, _ = DOES_NOT[kind, field]
    assert getattr(BASES[kind], field) != value
    before, after = key_with(kind, field, value)
    assert before == after


def test_leave_to_drop_examples_is_in_the_key_where_it_is_given() -> None:
    assert chat_digest(CHAT, SAMPLING, examples=0) == chat_digest(CHAT, SAMPLING)
    assert chat_digest(CHAT, SAMPLING, examples=3) != chat_digest(CHAT, SAMPLING)


def test_turns_and_parts_cannot_be_cut_otherwise() -> None:
    """The same letters in other turns or parts are another request."""
    chats: list[Chat] = [
        (text_turn("user", "ab"),),
        (text_turn("user", "a"), text_turn("user", "b")),
        (Turn("user", (Text("a"), Text("b"))),),
        (Turn("user", (Text("a"),)), Turn("user", (Text("b"),))),
        (text_turn("user", "a"),),
        (),
    ]
    assert len({key(chat) for chat in chats}) == len(chats) - 1, "the second is the fourth"


def test_a_key_is_the_same_in_every_version() -> None:
    """Journals that were paid for stay good; a change of this line makes all of them worthless."""
    assert key() == "c767dbbd719cae3e483425521b7a6a9fca23350ad580f4a51058022a2143e53d"
    assert (
        key(sampling=Sampling())
        == "a1ec464bc124ffb7d552056adbfc3450ba18d6c2dd4043b7aa6271d2c64da07e"
    )


def keys(data_dir: Path, *, backwards: bool = False, backend: Backend | None = None) -> set[str]:
    """The keys of all requests about the bundled drawings, pictures included."""
    samples = load_dataset("coco2017", data_dir=str(data_dir), split="validation")
    if backwards:
        samples = samples.select(range(len(samples) - 1, -1, -1))
    requests = build_requests(samples, load_recipe("llava-vision"))
    batches = pending(requests, samples, backend or OpenAI("a-model"))
    return {each.key for batch in batches for each in batch}


def test_neither_place_nor_order_nor_version_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = keys(SAMPLE_DIR)
    assert len(expected) > 1
    shutil.copytree(SAMPLE_DIR, tmp_path / "moved")
    assert keys(tmp_path / "moved") == expected
    assert keys(SAMPLE_DIR, backwards=True) == expected
    monkeypatch.setattr("mmgen_datasets.generation.rows.VERSION", "9.9.9")
    assert keys(SAMPLE_DIR) == expected
    assert keys(SAMPLE_DIR, backend=OpenAI("another")).isdisjoint(expected)


def test_how_hard_and_into_which_file_is_not_even_known_where_keys_are_made() -> None:
    known = inspect.signature(requests_module.pending).parameters.keys()
    assert known == {"requests", "samples", "backend", "sizes"}


def test_requests_of_a_task_go_out_together_and_have_their_prefix_in_common(samples: Any) -> None:
    requests = build_requests(samples, load_recipe("llava"))
    [batch] = pending(requests, samples, OpenAI("a-model"))
    loaded = [each.load() for each in batch]
    prefixes = [request.prefix for request in loaded]
    assert len(set(prefixes)) == 3
    assert prefixes == sorted(prefixes, key=prefixes.index), "one task after the other"
    for prefix in set(prefixes):
        assert len({request.chat[:-1] for request in loaded if request.prefix == prefix}) == 1


@pytest.mark.parametrize(
    "sampling", [SAMPLING, Sampling(), Sampling(None), Sampling(None, top_p=1)]
)
def test_what_is_sent_is_drawn_as_the_recipe_says(samples: Any, sampling: Sampling) -> None:
    recipe = load_recipe("llava-small")
    tasks = tuple(task.model_copy(update={"sampling": sampling}) for task in recipe.tasks)
    requests = build_requests(samples.select([0]), recipe.model_copy(update={"tasks": tasks}))
    [batch] = pending(requests, samples, OpenAI("a-model"))
    assert {each.load().sampling for each in batch} == {sampling}
