from __future__ import annotations

import re
import time
from collections.abc import Mapping
from typing import Any

import pytest

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.scripted import DIALOGUE, SENTENCE, Scripted
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import BackendError, RetryError, RowError, StopError, UsageError
from tests.contracts.backend import BackendContract, ask, request

ECHO = "tests.test_scripted:echo"


def echo(asked: Request) -> str:
    """Repeat all that was asked."""
    return f"You said: {asked.chat!r}"


def count(asked: Request) -> Reply:
    return Reply("counted", "length", prompt_tokens=3)


def busy(asked: Request) -> str:
    raise RetryError("busy", "wait", 2.0)


def refuse(asked: Request) -> str:
    raise RowError("no")


class TestScripted(BackendContract):
    @pytest.fixture
    def backend(self) -> Backend:
        return Scripted(function=ECHO)

    @pytest.fixture
    def same_settings(self, backend: Backend) -> Backend:
        return Scripted(function=ECHO)

    @pytest.fixture
    def failing(self) -> Mapping[type[BackendError], tuple[Backend, Request]]:
        return {
            RetryError: (Scripted(function="tests.test_scripted:busy"), request("a")),
            RowError: (Scripted(function="tests.test_scripted:refuse"), request("a")),
            StopError: (Scripted(function="tests.test_scripted:absent"), request("a")),
        }


def test_the_default_reply_is_a_dialogue_where_one_is_asked_for() -> None:
    wanted, other = ask(Scripted(), request("Put === between them."), request("hello"))
    assert wanted == Reply(DIALOGUE, "stop", model="scripted")
    assert other == Reply(SENTENCE, "stop", model="scripted")
    assert [line for line in DIALOGUE.splitlines() if line.endswith(":")] == [
        "Question:",
        "Answer:",
    ]


def test_a_request_gets_the_same_of_several_replies_each_time() -> None:
    backend = Scripted(replies=("yes", "no"))
    requests = [request(str(number)) for number in range(20)]
    replies = [reply.text for reply in ask(backend, *requests)]
    assert [reply.text for reply in ask(backend, *requests)] == replies
    assert set(replies) == {"yes", "no"}


def test_a_function_may_give_a_whole_reply() -> None:
    [reply] = ask(Scripted(function="tests.test_scripted:count"), request("hello"))
    assert reply == Reply("counted", "length", prompt_tokens=3)


def test_the_latency_passes() -> None:
    start = time.perf_counter()
    ask(Scripted(latency_s=0.05), request("a"), request("b"))
    assert time.perf_counter() - start >= 0.05


def test_the_endpoint_names_the_script_and_not_its_latency() -> None:
    assert Scripted(latency_s=1).endpoint == Scripted().endpoint
    scripts = [Scripted(), Scripted(replies=("yes",)), Scripted(function=ECHO)]
    assert len({script.endpoint for script in scripts}) == len(scripts)


@pytest.mark.parametrize("replies", [(), [], "yes"])
def test_replies_that_are_no_list_of_some_are_refused_with_their_value(replies: Any) -> None:
    with pytest.raises(UsageError, match=re.escape(repr(replies))):
        Scripted(replies=replies)


def test_a_list_of_replies_is_as_good_as_a_tuple() -> None:
    replies: Any = ["yes", "no"]
    assert hash(Scripted(replies=replies)) == hash(Scripted(replies=("yes", "no")))


def test_a_function_that_is_no_address_is_refused_with_its_value() -> None:
    with pytest.raises(UsageError, match="'echo'"):
        Scripted(function="echo")
