"""Estimates: what is counted, by which rule, and what the journal teaches."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import concatenate_datasets
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets import OpenAI, build_requests, load_recipe
from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.budget import Account, Budget
from mmgen_datasets.generation.cost import cost
from mmgen_datasets.generation.estimate import Estimate, describe, estimate
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.picture_tokens import picture_rule, picture_tokens
from mmgen_datasets.generation.prompt_counts import count_prompts
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.tokens import Counter, counter
from mmgen_datasets.prompts.recipe import Recipe, limit_pictures
from mmgen_datasets.prompts.task import Example, ExampleExchange, Task

BACKEND = OpenAI("gpt-4o")
CHAT = Task(
    name="chat",
    inputs=("captions",),
    system="Ask and answer.",
    reply="json",
    examples=(
        Example(captions=("A dog.",), exchanges=(ExampleExchange(question="?", answer="!"),)),
    ),
)
LOOK = Task(name="look", inputs=("captions", "image"), system="Describe.", reply="json")
RECIPE = Recipe(name="test", sha256="0", tasks=(CHAT, LOOK))
WORDS = Counter("words", lambda text: len(text.split()), True)

sides = st.integers(1, 6000)


@pytest.fixture(scope="module")
def requests(samples: Any) -> Any:
    """One of the samples has no captions, so that it cannot be asked about without its picture."""
    return build_requests(samples, RECIPE)


def chats(requests: Any) -> list[dict[str, Any]]:
    """The rows of the task `chat` that can be asked."""
    return [row for row in requests if row["task"] == "chat" and row["error"] is None]


def task_of(found: Estimate, name: str) -> Any:
    return next(task for task in found.tasks if task.name == name)


@pytest.mark.parametrize(
    ("model", "width", "height", "expected"),
    [
        # The worked examples of OpenAI's guide.
        ("gpt-4o", 1024, 1024, 765),
        ("gpt-4o", 2048, 4096, 1105),
        ("gpt-4.1-mini", 1024, 1024, math.ceil(1024 * 1.62)),
        ("gpt-4.1-mini", 1800, 2400, math.ceil(1452 * 1.62)),
        # Worked out by hand.
        ("gpt-4o", 512, 512, 85 + 170),
        ("gpt-4o", 640, 480, 85 + 170 * 2),
        ("gpt-4.1", 640, 480, 85 + 170 * 2),
        ("gpt-4o-mini", 640, 480, 2833 + 5667 * 2),
        ("gpt-5", 640, 480, 70 + 140 * 2),
        ("gpt-5-mini", 640, 480, 486),  # 20 x 15 patches
        ("openai/gpt-5-nano", 640, 480, 738),
        ("o4-mini-2025-04-16", 640, 480, 516),
        ("gpt-5.4", 640, 480, 360),
        ("o3", 640, 480, 75 + 150 * 2),
        ("claude-sonnet-4-5", 640, 480, 410),  # 307,200 / 750
        ("claude-sonnet-4-5", 3000, 3000, 1600),
        ("gemini-2.5-flash", 384, 384, 258),
        ("gemini-2.5-flash", 640, 480, 258 * 4),  # crops of 320
        ("Qwen/Qwen2.5-VL-7B-Instruct", 640, 480, 23 * 17),
    ],
)
def test_a_picture_is_counted_by_the_rule_of_its_model(
    model: str, width: int, height: int, expected: int
) -> None:
    assert picture_tokens(model, width, height) == expected


def test_low_detail_is_the_base_of_the_tiles() -> None:
    assert picture_tokens("gpt-4o", 4000, 3000, "low") == 85


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-5-mini", "claude-x", "gemini-x", "any"])
@given(width=sides, height=sides)
def test_any_picture_has_tokens_and_not_too_many(model: str, width: int, height: int) -> None:
    most = {"gpt-4o": 85 + 170 * 8, "gpt-5-mini": 2489, "claude-x": 1600}
    tokens = picture_tokens(model, width, height)
    assert 1 <= tokens <= most.get(model, 10**7)


@given(width=sides, height=sides)
def test_turning_a_picture_changes_nothing(width: int, height: int) -> None:
    for model in ("gpt-4o", "gpt-5-mini", "claude-x", "gemini-x", "any"):
        assert picture_tokens(model, width, height) == picture_tokens(model, height, width)


def test_an_unknown_model_has_a_default_that_says_so() -> None:
    assert "for want of a rule" in picture_rule("llava-1.6")


def test_without_a_vocabulary_the_count_is_called_rough(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TIKTOKEN_CACHE_DIR", str(tmp_path))
    for model in ("gpt-4o", "llava-1.6"):
        found = counter(model)
        assert (found.name, found.is_exact) == ("rough estimate", False)
        assert found.count("A dog runs.") == 4


def test_texts_are_counted_as_the_requests_carry_them(samples: Any, requests: Any) -> None:
    rows = count_prompts(requests, samples, counter("any"), "gpt-4o")
    wanted = [row["prompt_tokens"] for row in chats(requests)]
    counted = [
        n
        for n, task in zip(*(rows[c].to_pylist() for c in ("tokens", "task")), strict=True)
        if task == "chat"
    ]
    assert counted == wanted


def test_an_exact_count_adds_turns_and_each_text_of_a_row(samples: Any, requests: Any) -> None:
    rows = count_prompts(requests.select([3, 1, 0]), samples, WORDS, "gpt-4o")
    for row, number in zip(rows.to_pylist(), [3, 1, 0], strict=True):
        request = requests[number]
        said = [part["text"] for turn in request["chat"] for part in turn["parts"] if part["text"]]
        words = sum(len(text.split()) for text in said)
        sample = samples[request["sample"]]
        seen = picture_tokens("gpt-4o", sample["width"], sample["height"])
        expected = words + 4 * len(request["chat"]) + seen * row["media"]
        assert (row["tokens"], row["media"]) == (expected, int(request["task"] == "look"))


def test_a_picture_counts_as_it_is_sent(samples: Any) -> None:
    large = samples.map(lambda row: {"width": 4000, "height": 3000}, input_columns="id")
    counted = []
    for limit in (None, 512):
        requests = build_requests(large.select([0]), limit_pictures(RECIPE, limit))
        rows = count_prompts(requests, large, WORDS, "gpt-5-mini").to_pylist()
        counted += [row["tokens"] for row in rows if row["task"] == "look"]
    whole, shrunk = (picture_tokens("gpt-5-mini", *size) for size in ((4000, 3000), (512, 384)))
    assert counted[0] - counted[1] == whole - shrunk


def test_the_same_request_twice_is_one_and_an_impossible_one_is_none(
    samples: Any, requests: Any
) -> None:
    once = estimate(requests, samples, RECIPE, backend=BACKEND)
    impossible = requests.map(lambda row: {"error": "the picture is not on disk", "digest": "x"})
    several = concatenate_datasets([requests, requests, impossible])
    found = estimate(several, samples, RECIPE, backend=BACKEND)
    assert replace(found, impossible=once.impossible) == once
    assert once.requests == len(requests) - sum(once.impossible.values()) == len(requests) - 1
    assert found.impossible["the picture is not on disk"] == len(requests)
    told = rf"impossible +{len(requests)}  the picture is not on disk\n"
    assert re.search(told, describe(found))


def test_no_request_needs_nothing(samples: Any, requests: Any) -> None:
    found = estimate(requests.select([]), samples, RECIPE, backend=BACKEND)
    assert (found.requests, found.prompt_tokens, found.cost) == (0, 0, (0, 0, 0))
    assert found.sizes() == {}
    assert "$0.00" in describe(found)


def test_the_cost_is_that_of_prompts_and_examples(samples: Any, requests: Any) -> None:
    found = estimate(requests, samples, RECIPE, backend=BACKEND)
    chat, look = task_of(found, "chat"), task_of(found, "look")
    reply = counter("any").count('[{"question": "?", "answer": "!"}]')
    assert chat.reply_tokens.high == 1024  # what the sampling allows
    assert chat.reply_tokens.low == chat.reply_tokens.expected / 2
    assert 0.5 * reply <= chat.reply_tokens.expected <= 2 * reply
    assert look.reply_tokens == (200, 400, 1024)
    assert found.price is not None
    replies = chat.requests * chat.reply_tokens.expected + look.requests * 400
    expected = cost(found.price, found.prompt_tokens, replies)
    assert found.cost is not None
    assert found.cost.expected == pytest.approx(expected)
    assert found.cost.low < found.cost.expected < found.cost.high


def test_parts_of_the_requests_add_up_to_all(samples: Any, requests: Any) -> None:
    parts = [
        estimate(requests.shard(3, index), samples, RECIPE, backend=BACKEND) for index in range(3)
    ]
    whole = estimate(requests, samples, RECIPE, backend=BACKEND)
    assert sum(part.prompt_tokens for part in parts) == whole.prompt_tokens
    assert whole.cost is not None
    assert sum(part.cost.expected for part in parts if part.cost) == pytest.approx(
        whole.cost.expected
    )


def keep(journal: Path, rows: list[dict[str, Any]], completion: list[int]) -> None:
    """Answer requests: a prompt is twice its estimate, a quarter of it from the cache."""
    with open_journal(journal) as opened:
        for row, tokens in zip(rows, completion, strict=True):
            prompt = 2 * row["prompt_tokens"]
            reply = Reply("x", "stop", prompt, tokens, prompt // 4)
            opened.keep_reply(key_of(row, BACKEND), reply)


def test_enough_replies_are_believed_more_than_examples(
    samples: Any, requests: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.sqlite"
    rows = chats(requests)
    keep(journal, rows[:20], [100, 200] * 10)
    found = estimate(requests, samples, RECIPE, backend=BACKEND, journal=journal)
    chat = task_of(found, "chat")
    assert (found.settled, chat.requests, chat.learnt_from) == (20, len(rows) - 20, 20)
    doubt = 2 * math.sqrt(50**2 * 20 / 19) / math.sqrt(20)
    assert chat.reply_tokens == pytest.approx((150 - doubt, 150, 150 + doubt))
    left = sum(2 * row["prompt_tokens"] for row in rows[20:])
    assert chat.prompt_tokens == pytest.approx(left)
    assert chat.cached_tokens == pytest.approx(left / 4, rel=0.02)
    assert task_of(found, "look").learnt_from == 0
    assert found.spent.completion_tokens == 3000
    assert found.price is not None
    assert found.spent.cost == pytest.approx(
        cost(found.price, found.spent.prompt_tokens, 3000, found.spent.cached_tokens)
    )
    assert chat.longest_reply == 1024  # what is set aside for each, whatever the mean
    assert found.sizes()["chat"].first.completion_tokens == 1024
    assert "20 answered before" in describe(found)
    assert "from 20 replies and the recipe's examples" in describe(found)


def test_too_few_replies_teach_nothing_and_failures_that_may_pass_are_sent_again(
    samples: Any, requests: Any, tmp_path: Path
) -> None:
    journal = tmp_path / "journal.sqlite"
    rows = chats(requests)
    keep(journal, rows[:19], [100] * 19)
    with open_journal(journal) as opened:
        opened.keep_failure(key_of(rows[19], BACKEND), "retry", "busy")
        opened.keep_failure(key_of(rows[20], BACKEND), "row", "refused")
    found = estimate(requests, samples, RECIPE, backend=BACKEND, journal=journal)
    assert task_of(found, "chat").learnt_from == 0
    assert (found.settled, found.requests) == (20, len(requests) - 1 - 20)


def test_a_journal_that_is_not_there_is_not_made(
    samples: Any, requests: Any, tmp_path: Path
) -> None:
    estimate(requests, samples, RECIPE, backend=BACKEND, journal=tmp_path / "journal.sqlite")
    assert list(tmp_path.iterdir()) == []


def test_an_account_with_these_sizes_stops_in_time(samples: Any, requests: Any) -> None:
    found = estimate(requests, samples, RECIPE, backend=BACKEND)
    account = Account(Budget(max_cost=0.05, price=found.price), found.spent)
    sizes = found.sizes()
    sent = [row["id"] for row in requests if account.reserve(sizes[row["task"]].first)]
    assert 0 < len(sent) < len(requests)
    assert account.in_flight.cost <= 0.05


def test_an_estimate_is_put_into_aligned_lines(samples: Any, requests: Any) -> None:
    lines = describe(estimate(requests, samples, RECIPE, backend=BACKEND)).splitlines()
    assert [line.split("  ")[0] for line in lines] == [
        "requests",
        "impossible",
        "prompt tokens",
        "reply tokens",
        "cost",
        "price",
    ]
    assert "rough estimate; pictures: OpenAI's tiles" in lines[2]
    assert "genai-prices" in lines[5]


def test_an_unknown_price_is_said_to_be_unknown(samples: Any, requests: Any) -> None:
    backend = OpenAI("mine", base_url="https://gateway.example.com/v1")
    found = estimate(requests, samples, RECIPE, backend=backend)
    assert found.cost is None
    assert "unknown" in describe(found)


def test_the_recipes_of_the_library_have_examples_for_each_task() -> None:
    for name in ("llava", "llava-small", "llava-vision", "open-images"):
        assert all(task.examples for task in load_recipe(name).tasks)
