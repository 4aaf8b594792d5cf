"""The server that other tests rest on."""

from __future__ import annotations

import json
import time
from urllib.request import urlopen

import pytest

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.errors import BackendError
from tests.contracts.backend import ask, request
from tests.servers.openai_server import Behaviour, digest_of, reply_text, serve, spawn


def outcomes(url: str, num_requests: int) -> list[str]:
    """``"ok"`` or the name of the error of requests one after another."""
    found = []
    for number in range(num_requests):
        try:
            ask(OpenAI("any", base_url=url), request(str(number)))
            found.append("ok")
        except BackendError as error:
            found.append(type(error).__name__)
    return found


def test_the_reply_names_the_turn() -> None:
    with serve() as server:
        [reply] = ask(OpenAI("any", base_url=server.url), request("hello"))
    assert digest_of("hello") in reply.text
    assert digest_of("hello") != digest_of("hallo")


@pytest.mark.parametrize("form", ["dialogue", "plain", "json"])
def test_the_reply_has_the_form_and_length_that_was_asked_for(form: str) -> None:
    with serve(Behaviour(form=form, reply_chars=500)) as server:
        [reply] = ask(OpenAI("any", base_url=server.url), request("hello"))
    assert reply.text == reply_text("hello", form, 500)
    assert len(reply.text) >= 500
    if form == "json":
        assert digest_of("hello") in json.loads(reply.text)["answer"]


def test_a_schedule_decides_the_first_requests() -> None:
    with serve(Behaviour(schedule=("busy", "ok", "quota"))) as server:
        assert outcomes(server.url, 4) == ["RetryError", "ok", "StopError", "ok"]


def test_the_same_seed_gives_the_same_faults() -> None:
    behaviour = Behaviour(faults={"busy": 0.3, "too-long": 0.3}, seed=7)
    with serve(behaviour) as first, serve(behaviour) as second:
        assert outcomes(first.url, 20) == outcomes(second.url, 20)
        assert {"ok", "RetryError", "TooLongError"} == set(outcomes(first.url, 20))


def test_a_request_repeated_after_its_reply_is_counted() -> None:
    with serve(Behaviour(schedule=("busy",))) as server:
        for _ in range(3):
            outcomes(server.url, 1)
        assert server.stats == {
            "received": 3,
            "answered": 2,
            "distinct": 1,
            "asked_again": 1,
            "peak": 1,
            "waited_s": 0,
            "faults": {"busy": 1},
        }


@pytest.mark.parametrize("sigma", [0.0, 0.5])
def test_a_reply_takes_its_time(sigma: float) -> None:
    with serve(Behaviour(latency_s=0.1, latency_sigma=sigma)) as server:
        start = time.perf_counter()
        ask(OpenAI("any", base_url=server.url), *(request(str(number)) for number in range(9)))
        assert time.perf_counter() - start >= 0.1


def test_a_model_that_it_does_not_have_is_refused() -> None:
    with serve(Behaviour(model="other")) as server:
        assert outcomes(server.url, 1) == ["StopError"]


def test_a_process_of_its_own_tells_its_address_and_what_it_counted() -> None:
    with spawn("--schedule", "busy") as url:
        assert outcomes(url, 2) == ["RetryError", "ok"]
        with urlopen(url.removesuffix("/v1") + "/stats") as answer:
            assert json.load(answer)["received"] == 2
        with urlopen(f"{url}/models") as answer:
            assert json.load(answer)["data"][0]["id"] == "any"
