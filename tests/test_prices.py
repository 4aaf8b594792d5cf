"""Prices and costs: what a table says, what is listed, and what a run may still spend."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from genai_prices import Usage, calc_price
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.backends.openai_batch import OpenAIBatch
from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import StopError, UsageError
from mmgen_datasets.generation.budget import Account, Budget, Spending
from mmgen_datasets.generation.cost import Price, Rates, Tier, cost
from mmgen_datasets.generation.prices import find_price, price_of

OPENAI = "https://api.openai.com/v1"
DOLLAR = Price(Rates(input=1, output=2, cached_input=0.5), "a test")
LONG = Price(Rates(1, 2, 0.5), "a test", (Tier(100, Rates(2, 3, 1)), Tier(200, Rates(4, 5, 2))))

tokens = st.integers(0, 10**9)


def test_a_million_tokens_of_each_kind_cost_their_rates() -> None:
    assert cost(DOLLAR, 1_000_000, 0) == 1
    assert cost(DOLLAR, 0, 1_000_000) == 2
    assert cost(DOLLAR, 1_000_000, 1_000_000, 1_000_000) == 2.5


def test_no_more_of_a_prompt_is_discounted_than_there_is() -> None:
    assert cost(DOLLAR, 10, 0, 1000) == cost(DOLLAR, 10, 0, 10)


@pytest.mark.parametrize(("prompt", "dollars"), [(100, 100), (101, 202), (200, 400), (201, 804)])
def test_a_longer_prompt_pays_the_rate_of_its_tier_for_all_tokens(
    prompt: int, dollars: int
) -> None:
    assert cost(LONG, prompt, 0) * 1e6 == pytest.approx(dollars)


@given(prompt=tokens, reply=tokens, cached=tokens, more=tokens)
def test_more_tokens_never_cost_less(prompt: int, reply: int, cached: int, more: int) -> None:
    assert cost(DOLLAR, prompt + more, reply, cached) >= cost(DOLLAR, prompt, reply, cached)
    assert cost(DOLLAR, prompt, reply + more, cached) >= cost(DOLLAR, prompt, reply, cached)
    assert cost(DOLLAR, prompt, reply, cached + more) <= cost(DOLLAR, prompt, reply, cached)


@given(a=st.tuples(tokens, tokens), b=st.tuples(tokens, tokens))
def test_costs_add_up(a: tuple[int, int], b: tuple[int, int]) -> None:
    together = cost(DOLLAR, a[0] + b[0], a[1] + b[1])
    assert together == pytest.approx(cost(DOLLAR, *a) + cost(DOLLAR, *b))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("prices.yaml", "m: {input: 1, output: 2.5}\n"),
        ("prices.json", json.dumps({"m": {"input": 1, "output": 2.5, "cached_input": None}})),
    ],
)
def test_a_table_of_the_users_says_the_price(tmp_path: Path, name: str, text: str) -> None:
    table = tmp_path / name
    table.write_text(text, encoding="utf-8")
    assert find_price("m", OPENAI, table) == Price(Rates(1, 2.5, 1), str(table))


def test_a_table_goes_before_the_list_and_before_a_server_of_ones_own(tmp_path: Path) -> None:
    table = tmp_path / "prices.yaml"
    table.write_text("gpt-4o: {input: 7, output: 8, cached_input: 6}\n", encoding="utf-8")
    for endpoint in (OPENAI, "http://localhost:4000"):
        price = find_price("gpt-4o", endpoint, table)
        assert price is not None
        assert price.rates == Rates(7, 8, 6)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("m: {input: 1}", "m.output"),
        ("m: {input: 1, output: 2, inptu: 3}", "m.inptu is 3: the keys are"),
        ("m: {input: dear, output: 2}", "m.input is 'dear': it must be a number"),
        ("m: {input: -1, output: 2}", "m.input is -1: it must be a number"),
        ("m: {input: .inf, output: 2}", "m.input is inf: it must be a number"),
        ("m: {input: .nan, output: 2}", "m.input is nan: it must be a number"),
        ("m: 3", "m is 3: it must be a mapping"),
        ("[1, 2]", "the whole file is [1, 2]: it must be a mapping"),
        ("4: {input: 1, output: 2}", "is 4: the name of a model must be text"),
        ("m: {input: 1", "cannot be read as a table of prices"),
    ],
)
def test_a_wrong_table_is_refused_with_the_place_and_the_value(
    tmp_path: Path, text: str, said: str
) -> None:
    table = tmp_path / "prices.yaml"
    table.write_text(text, encoding="utf-8")
    with pytest.raises(UsageError) as caught:
        find_price("m", OPENAI, table)
    assert caught.value.problem.startswith(f"{table}: ")
    assert said in caught.value.problem
    assert "gpt-5-mini: {input" in caught.value.hint


def test_a_table_that_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.yaml: cannot be read"):
        find_price("m", OPENAI, tmp_path / "none.yaml")


@pytest.mark.parametrize(
    "endpoint",
    [
        "scripted:0123456789abcdef",
        "huggingface:cpu",
        "http://127.0.0.1:8000/v1",
        "http://[::1]:8000/v1",
        "http://localhost:11434/v1",
        "http://10.1.2.3/v1",
        "http://192.168.0.7:8000/v1",
        "http://vllm:8000/v1",
        "http://gpu7.local:8000/v1",
        "https://models.team.internal/v1",
    ],
)
def test_ones_own_machine_or_network_costs_nothing_and_says_so(endpoint: str) -> None:
    price = find_price("gpt-4o", endpoint)
    assert price is not None
    assert cost(price, 1000, 1000) == 0
    assert price.source.endswith("taken to cost nothing")


@pytest.mark.parametrize(
    ("model", "endpoint"),
    [
        ("gpt-4o", "https://gateway.example.com/v1"),
        ("gpt-4o", "http://8.8.8.8/v1"),
        ("no-such-model", OPENAI),
        ("sonar", "https://api.perplexity.ai"),  # has a fee for each request too
    ],
)
def test_a_price_that_is_not_known_whole_is_none(model: str, endpoint: str) -> None:
    assert find_price(model, endpoint) is None


@pytest.mark.parametrize(
    ("model", "endpoint", "provider"),
    [
        ("gpt-4o", OPENAI, "openai"),
        ("gpt-5-mini", OPENAI, "openai"),
        ("gpt-4o", "https://me.openai.azure.com/openai/v1", "azure"),
        (
            "gemini-2.5-pro",
            "https://generativelanguage.googleapis.com/v1beta/openai",
            "google",
        ),
    ],
)
@pytest.mark.parametrize("prompt", [1000, 200_001, 400_000])
def test_what_is_listed_is_charged_as_the_list_says(
    model: str, endpoint: str, provider: str, prompt: int
) -> None:
    price = find_price(model, endpoint)
    assert price is not None
    assert price.source.startswith("genai-prices ")
    usage = Usage(input_tokens=prompt, cache_read_tokens=300, output_tokens=77)
    theirs = calc_price(usage, model, provider_id=provider).total_price
    assert cost(price, prompt, 77, 300) == pytest.approx(float(theirs))


def test_a_batch_costs_what_is_listed_for_batches() -> None:
    """Half, at OpenAI."""
    live, later = price_of(OpenAI("gpt-5-mini")), price_of(OpenAIBatch("gpt-5-mini"))
    assert live is not None
    assert later is not None
    assert cost(later, 10**6, 10**6) == cost(live, 10**6, 10**6) / 2
    assert later.source == f"{live.source}, batch"


def test_a_model_without_a_price_for_batches_has_the_usual_one() -> None:
    live, later = (
        price_of(kind("gpt-4", "https://api.openai.com/v1")) for kind in (OpenAI, OpenAIBatch)
    )
    assert live is not None
    assert later is not None
    assert "batch" not in later.source or later.rates != live.rates


def test_a_reply_is_counted_with_its_discount() -> None:
    reply = Reply("x", "stop", prompt_tokens=100, completion_tokens=10, cached_tokens=40)
    spent = Budget(price=DOLLAR).spent_on(reply)
    assert spent == Spending(100, 10, 40, (60 * 1 + 40 * 0.5 + 10 * 2) / 1e6)
    assert Budget(price=DOLLAR).spent_on(Reply("x", "stop")) is None


def test_a_limit_is_reached_with_what_is_in_flight() -> None:
    account, each = Account(Budget(max_tokens=30)), Spending(6, 4)
    assert [account.reserve(each) for _ in range(4)] == [True, True, True, False]
    account.settle(each, Reply("short", "stop", 6, 1))
    assert account.spent == Spending(6, 1)
    assert not account.reserve(each)
    account.settle(each, None)
    assert account.reserve(each)
    assert account.in_flight == Spending(12, 8)


def test_a_reply_without_usage_counts_as_it_was_expected() -> None:
    account, each = Account(Budget(max_tokens=30)), Spending(6, 4)
    account.reserve(each)
    account.settle(each, Reply("x"))
    assert (account.spent, account.in_flight) == (each, Spending())


def test_the_end_of_the_money_says_what_was_spent_and_how_to_go_on() -> None:
    account = Account(Budget(max_cost=2.0, price=DOLLAR), Spending(900_000, 500_000, 0, 1.9))
    assert not account.reserve(Spending(100_000, 50_000, 0, 0.2))
    error = account.refusal()
    assert isinstance(error, StopError)
    assert error.problem == (
        "the next request may pass the limit of $2.00; spent $1.90, 1,400,000 tokens"
    )


@pytest.mark.parametrize("limits", [{"max_cost": 0.0}, {"max_tokens": -1}, {"max_cost": 1.0}])
def test_a_limit_that_means_nothing_is_refused(limits: dict[str, float]) -> None:
    with pytest.raises(UsageError):
        Budget(price=None if limits == {"max_cost": 1.0} else DOLLAR, **limits)  # type: ignore[arg-type]


@given(
    limit=st.floats(1e-6, 1.0),
    slots=st.integers(1, 8),
    replies=st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 1000)), max_size=60),
)
def test_no_order_of_replies_passes_the_limit(
    limit: float, slots: int, replies: list[tuple[int, int]]
) -> None:
    """Where no request is larger than expected, and whatever each turns out to be."""
    account = Account(Budget(max_cost=limit, price=DOLLAR))
    largest = Spending(5000, 1000, 0, cost(DOLLAR, 5000, 1000))
    flying: list[Reply] = []
    for prompt, completion in replies:
        while len(flying) == slots or not account.reserve(largest):
            if not flying:
                return  # not one more fits
            account.settle(largest, flying.pop(0))
            assert account.spent.cost + account.in_flight.cost <= limit + 1e-12
        flying.append(Reply("x", "stop", prompt, completion))
    for reply in flying:
        account.settle(largest, reply)
    assert account.spent.cost <= limit + 1e-12
    assert account.in_flight.cost == pytest.approx(0, abs=1e-12)
