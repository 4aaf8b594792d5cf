"""The engine: every request gets an outcome, once; what was answered is never asked again."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.chat import Reply, Request, text_turn
from mmgen_datasets.errors import RetryError, StopError, UsageError
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.pace import Pace, pause_s
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from tests.engine_bench import Bench, ask, key_of, pending_of
from tests.servers.openai_server import Behaviour, reply_text, serve


def test_each_request_gets_its_own_answer(tmp_path: Path) -> None:
    texts = [f"text {number}" for number in range(100)]
    tally, records = ask(tmp_path, Bench(), *texts)
    assert {t: r.reply and r.reply.text for t, r in records.items()} == {
        text: f"answer to {text}" for text in texts
    }
    assert (tally.replies, tally.done, tally.prompt_tokens) == (100, 100, 1000)


def test_nothing_to_ask_is_no_work(tmp_path: Path) -> None:
    tally, records = ask(tmp_path, Bench())
    assert (tally.done, records) == (0, {})


def test_what_the_journal_has_is_not_asked_again(tmp_path: Path) -> None:
    backend = Bench()
    ask(tmp_path, backend, "a", "refused b")
    tally, _ = ask(tmp_path, backend, "a", "refused b", "c")
    assert backend.asked == {"a": 1, "refused b": 1, "c": 1}
    assert (tally.known, tally.replies) == (2, 1)


def test_the_same_request_twice_is_sent_once(tmp_path: Path) -> None:
    backend = Bench()
    tally, _ = ask(tmp_path, backend, "a", "a", "b")
    assert backend.asked == {"a": 1, "b": 1}
    assert tally.done == 3


def test_a_key_that_is_wanted_again_is_asked_although_it_is_settled(tmp_path: Path) -> None:
    backend = Bench()
    ask(tmp_path, backend, "a", "b")
    ask_all(
        [pending_of("a", "b")],
        backend,
        journal=tmp_path / "journal.sqlite",
        pace=Pace(),
        tally=Tally(2),
        again=frozenset({key_of("a")}),
    )
    assert backend.asked == {"a": 2, "b": 1}


def test_no_more_are_in_flight_than_allowed_and_no_fewer(tmp_path: Path) -> None:
    backend = Bench()
    ask(tmp_path, backend, *map(str, range(50)), pace=Pace(concurrency=7))
    assert backend.peak == 7


def test_a_passing_failure_is_tried_again_until_it_passes(tmp_path: Path) -> None:
    tally, records = ask(tmp_path, Bench(), "first", "busy 2", pace=Pace(attempts=3))
    assert records["busy 2"].reply == Reply("answer to busy 2", "stop", 10, 5)
    assert (tally.retries, tally.failures) == (2, 0)


def test_a_failure_that_does_not_pass_is_given_up_with_its_reason(tmp_path: Path) -> None:
    tally, records = ask(tmp_path, Bench(), "first", "busy 9", pace=Pace(attempts=2))
    assert (records["busy 9"].problem, records["busy 9"].is_settled) == ("busy", False)
    assert (tally.replies, tally.failures, tally.done) == (1, 1, 2)


def test_a_given_up_request_is_asked_in_the_next_run(tmp_path: Path) -> None:
    backend = Bench()
    ask(tmp_path, backend, "first", "busy 2", pace=Pace(attempts=2))
    _, records = ask(tmp_path, backend, "first", "busy 2", pace=Pace(attempts=2))
    assert records["busy 2"].is_settled


def test_a_refused_request_leaves_the_others_alone(tmp_path: Path) -> None:
    tally, records = ask(tmp_path, Bench(), "refused", "a", "b")
    assert records["refused"].problem == "refused: refused"
    assert (tally.replies, tally.failures) == (2, 1)


def test_one_that_waits_holds_no_slot(tmp_path: Path) -> None:
    """With a single slot, a request that backs off lets the next one pass."""
    order: list[str] = []

    class Slow(Bench):
        def _outcome(self, text: str) -> Reply:
            order.append(text)
            if text == "slow" and self.asked[text] == 1:
                raise RetryError("busy", retry_after=0.3)
            return Reply(text)

    ask(tmp_path, Slow(), "slow", "a", "b", pace=Pace(concurrency=1))
    assert order == ["slow", "a", "b", "slow"]


def test_media_are_read_off_the_event_loop(tmp_path: Path) -> None:
    threads = set()

    def load() -> Request:
        threads.add(threading.current_thread().name)
        return Request(key_of("a"), (text_turn("user", "a"),))

    ask_all(
        [[Pending(key_of("a"), load, has_media=True)]],
        Bench(),
        journal=tmp_path / "journal.sqlite",
        pace=Pace(),
        tally=Tally(1),
    )
    assert threads.isdisjoint({"mmgen-engine", "MainThread"})


def test_a_request_larger_than_the_limit_is_refused_at_once(tmp_path: Path) -> None:
    large = replace(pending_of("large")[0], tokens=9000)
    tally = Tally(2)
    backend = Bench()
    ask_all(
        [[large, *pending_of("small")]],
        backend,
        journal=tmp_path / "journal.sqlite",
        pace=Pace(tokens_per_minute=5000),
        tally=tally,
    )
    assert backend.asked == {"small": 1}
    assert (
        tally.last_problem == "the request takes about 9,000 tokens, and 5,000 a minute are allowed"
    )


def test_a_defect_of_ours_is_not_hidden(tmp_path: Path) -> None:
    class Broken(Bench):
        def _outcome(self, text: str) -> Reply:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        ask(tmp_path, Broken(), "a", "b")


def test_it_runs_inside_a_running_loop(tmp_path: Path) -> None:
    """As in a notebook."""

    async def notebook() -> Tally:
        tally, _ = ask(tmp_path, Bench(), "a")
        return tally

    assert asyncio.run(notebook()).replies == 1


def test_requests_are_read_as_they_are_needed(tmp_path: Path) -> None:
    """A million requests are not put into memory before the first is sent."""
    backend = Bench()
    read = []

    def batches() -> Iterator[list[Pending]]:
        for number in range(1000):
            read.append(number)
            yield pending_of(f"{number}" if number < 30 else f"stop {number}")

    with pytest.raises(StopError):
        ask_all(
            batches(),
            backend,
            journal=tmp_path / "journal.sqlite",
            pace=Pace(concurrency=4),
            tally=Tally(1000),
        )
    assert len(read) < 50


@pytest.mark.parametrize("setting", ["concurrency", "attempts"])
def test_a_pace_of_nothing_is_refused(setting: str) -> None:
    with pytest.raises(UsageError, match=f"{setting} is 0"):
        Pace(**{setting: 0})


def test_pauses_double_from_what_the_server_asked_for() -> None:
    for attempt in range(1, 12):
        usual = min(0.5 * 2 ** (attempt - 1), 60)
        assert usual <= pause_s(attempt, None) <= 1.25 * usual
    assert 42 <= pause_s(1, 42.0) <= 52.5
    assert 0.2 <= pause_s(3, 0.05) <= 0.25
    assert pause_s(3, 0.0) >= 2, "to be asked for no pause is not to be asked at once"
    assert 600 <= pause_s(5, 600.0) <= 750, "never less than the server asked for"


@settings(max_examples=25)
@given(
    outcomes=st.lists(
        st.sampled_from(["ok", "refused", "busy 1", "busy 2", "busy 9"]), min_size=1, max_size=40
    ),
    concurrency=st.integers(1, 8),
)
def test_whatever_happens_every_request_ends_with_a_reply_or_a_reason(
    tmp_path_factory: pytest.TempPathFactory, outcomes: list[str], concurrency: int
) -> None:
    texts = ["first", *(f"{outcome} {number}" for number, outcome in enumerate(outcomes))]
    tally, records = ask(
        tmp_path_factory.mktemp("run"), Bench(), *texts, pace=Pace(concurrency, attempts=3)
    )
    assert records.keys() == set(texts)
    for text, record in records.items():
        if record.reply:
            assert record.reply.text == f"answer to {text}"
        else:
            assert record.problem
            assert text.startswith(("refused", "busy 9"))
    assert tally.done == len(texts)


def test_a_real_server_with_every_fault_answers_all(tmp_path: Path) -> None:
    """Of 300 requests each gets the answer that belongs to it, and none is answered twice."""
    texts = [f"text {number}" for number in range(300)]
    faults = dict.fromkeys(["busy-50ms", "error-500", "close", "close-midway", "malformed"], 0.02)
    with serve(Behaviour(latency_s=0.005, faults=faults)) as server:
        tally, records = ask(
            tmp_path, OpenAI("any", server.url), *texts, pace=Pace(32, attempts=12)
        )
        assert server.asked_again == 0
    assert {t: r.reply and r.reply.text for t, r in records.items()} == {
        text: reply_text(text) for text in texts
    }
    assert tally.retries > 0


def test_an_interrupt_lets_what_is_in_flight_finish(tmp_path: Path) -> None:
    """The first Ctrl-C stops sending; replies already paid for still arrive in the journal."""
    backend = Bench()

    def interrupt() -> None:
        while backend.asked.total() < 20:
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGINT)

    threading.Thread(target=interrupt).start()
    texts = [str(number) for number in range(2000)]
    with pytest.raises(KeyboardInterrupt):
        ask(tmp_path, backend, *texts, pace=Pace(concurrency=8))
    with open_journal(tmp_path / "journal.sqlite") as journal:
        kept = journal.records([key_of(text) for text in texts])
    assert 0 < len(kept) == backend.asked.total() < 2000
