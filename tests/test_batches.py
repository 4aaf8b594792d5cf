"""Requests answered in batches: each once, whatever happens to the server and to this process."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.backends.openai_batch import OpenAIBatch
from mmgen_datasets.chat import Request, Sampling, chat_digest, request_key, text_turn
from mmgen_datasets.errors import RunError, StopError
from mmgen_datasets.generation.batch_cancel import cancel_batches
from mmgen_datasets.generation.batch_folder import batch_folder
from mmgen_datasets.generation.budget import Account, Budget, Spending
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from tests.servers.batch_api import BatchBehaviour
from tests.servers.openai_server import Behaviour, Server, reply_text, serve

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.test_batches"])


def batches(**how: object) -> Behaviour:
    return Behaviour(batches=BatchBehaviour(**how))  # type: ignore[arg-type]


def pending_of(url: str, *texts: str) -> list[Pending]:
    """The requests of some texts; each counts as 100 tokens and 10 cents."""
    found = []
    for text in texts:
        chat = (text_turn("user", text),)
        key = request_key(chat_digest(chat, Sampling()), "any", url)
        size = Spending(50, 50, 0, 0.1)
        found.append(Pending(key, partial(Request, key, chat), tokens=100, expected=size))
    return found


def ask(
    journal: Path,
    backend: OpenAI,
    texts: Iterable[str],
    *,
    account: Account | None = None,
    pace: Pace | None = None,
    again: Iterable[str] = (),
) -> Tally:
    requests = pending_of(backend.endpoint, *texts)
    tally = Tally(len(requests))
    ask_all(
        [requests[start : start + 10] for start in range(0, len(requests), 10)],
        backend,
        journal=journal,
        pace=pace or Pace(),
        tally=tally,
        account=account,
        again=frozenset(pending.key for pending in pending_of(backend.endpoint, *again)),
    )
    return tally


def records_of(journal: Path, server: Server, texts: Iterable[str]) -> dict[str, Record]:
    requests = dict(zip(texts, pending_of(server.url, *texts), strict=True))
    with open_journal(journal) as opened:
        records = opened.records([pending.key for pending in requests.values()])
    return {text: records[p.key] for text, p in requests.items() if p.key in records}


def replies_of(journal: Path, server: Server, texts: Iterable[str]) -> dict[str, str | None]:
    records = records_of(journal, server, texts)
    return {text: record.reply.text if record.reply else None for text, record in records.items()}


def expected_of(texts: Iterable[str]) -> dict[str, str]:
    return {text: reply_text(text) for text in texts}


def later(server: Server, **settings: int) -> OpenAIBatch:
    return OpenAIBatch("any", server.url, poll_s=0.01, **settings)  # type: ignore[arg-type]


TEXTS = [f"question {number}" for number in range(45)]


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


def test_each_request_gets_its_own_answer_and_no_file_is_left(journal: Path) -> None:
    with serve() as server:
        tally = ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert server.batch_api.calls["create"] == 1
        assert not server.requests, "none is asked at once"
    assert (tally.replies, tally.failures, tally.done) == (45, 0, 45)
    assert not (journal.parent / "journal-batches").exists()


def test_the_records_are_those_of_live_requests(tmp_path: Path) -> None:
    with serve() as server:
        ask(tmp_path / "later", later(server), TEXTS)
        ask(tmp_path / "live", OpenAI("any", server.url), TEXTS)
        found = [records_of(tmp_path / name, server, TEXTS) for name in ("later", "live")]
    first, second = ({t: r.reply for t, r in records.items()} for records in found)
    assert first == second


def test_nothing_to_ask_is_no_batch(journal: Path) -> None:
    with serve() as server:
        assert ask(journal, later(server), []).done == 0
        assert not server.batch_api.calls


@pytest.mark.parametrize(
    ("settings", "sizes"),
    [
        ({"max_requests": 20}, [20, 20, 5]),
        ({"max_requests": 45}, [45]),
        ({"max_bytes": 2000}, None),
    ],
)
def test_requests_are_split_at_the_limits(
    journal: Path, settings: dict[str, int], sizes: list[int] | None
) -> None:
    with serve() as server:
        ask(journal, later(server, **settings), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        files = [server.batch_api.files[b.file] for b in server.batch_api.batches.values()]
        assert set(server.batch_api.done.values()) == {1}
    assert sizes is None or [file.count(b"\n") for file in files] == sizes
    assert len(files) > 3 or sizes
    assert max(map(len, files)) <= settings.get("max_bytes", 10**9)


def test_a_request_larger_than_a_file_is_refused_by_itself(journal: Path) -> None:
    texts = ["short", "long" * 1000, "short too"]
    with serve() as server:
        tally = ask(journal, later(server, max_bytes=1000), texts)
        records = records_of(journal, server, texts)
    assert (tally.replies, tally.failures) == (2, 1)
    assert "bytes, and a batch's file 1,000" in (records[texts[1]].problem or "")


def test_what_the_journal_has_is_not_asked_again(journal: Path) -> None:
    with serve() as server:
        ask(journal, OpenAI("any", server.url), TEXTS[:20])
        tally = ask(journal, later(server), TEXTS)
        assert server.batch_api.done.total() == 25
        assert (tally.known, tally.replies) == (20, 25)
        ask(journal, later(server), TEXTS, again=TEXTS[:3])
        assert server.batch_api.done.total() == 28


def test_the_same_request_twice_is_sent_once(journal: Path) -> None:
    with serve() as server:
        tally = ask(journal, later(server), ["a", "b", "a"])
        assert server.batch_api.done.total() == 2
    assert (tally.known, tally.done) == (1, 3)


def test_lines_that_fail_are_tried_again_or_given_up(journal: Path) -> None:
    texts = ["fine", "busy at first", "down at first", "inject:too-long", "inject:busy"]
    faults = {"busy at": "busy", "down at": "error-500"}
    with serve(batches(line_faults=faults)) as server:
        tally = ask(journal, later(server), texts, pace=Pace(attempts=3))
        assert server.batch_api.calls["create"] == 3
        records = records_of(journal, server, texts)
        assert replies_of(journal, server, texts[:3]) == expected_of(texts[:3])
        assert set(server.batch_api.done.values()) == {1}
    assert (records["inject:too-long"].outcome, records["inject:busy"].outcome) == ("row", "retry")
    assert "429 Too Many Requests" in (records["inject:busy"].problem or "")
    assert (tally.replies, tally.failures, tally.retries) == (3, 2, 4)


@pytest.mark.parametrize("ending", ["expired", "half"])
def test_what_a_batch_left_undone_goes_into_another(journal: Path, ending: str) -> None:
    with serve(batches(endings=(ending, ending))) as server:
        tally = ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert server.batch_api.calls["create"] == 3
        assert set(server.batch_api.done.values()) == {1}
    assert (tally.replies, tally.failures) == (45, 0)


def test_a_refused_line_is_rejected_and_the_rest_is_answered(journal: Path) -> None:
    with serve(batches(endings=("failed invalid_request 7",))) as server:
        tally = ask(journal, later(server), TEXTS)
        records = records_of(journal, server, TEXTS)
        assert set(server.batch_api.done.values()) == {1}
    assert (tally.replies, tally.failures) == (44, 1)
    assert records[TEXTS[6]].outcome == "row"


@pytest.mark.parametrize(
    ("ending", "problem"),
    [
        ("failed model_not_found", "for 'any': no"),
        ("failed billing_hard_limit_reached", "for 'any': no"),
        ("failed odd", "the server refused the batch batch_0: .*no"),
        ("cancelled", "batch_0 was cancelled; what it had answered is kept"),
    ],
)
def test_a_batch_that_comes_to_nothing_stops_the_run_and_the_next_goes_on(
    journal: Path, ending: str, problem: str
) -> None:
    with serve(batches(endings=(ending,))) as server:
        with pytest.raises(StopError, match=problem):
            ask(journal, later(server), TEXTS)
        ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert set(server.batch_api.done.values()) == {1}


def test_a_full_queue_is_waited_for_and_a_file_too_large_for_it_is_cut(journal: Path) -> None:
    """A line is 70 tokens here; 45 of them never fit, and 10 fit once another has ended."""
    with serve(batches(max_tokens=1000)) as server:
        ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        refused = [b for b in server.batch_api.batches.values() if b.status == "failed"]
        assert refused
        assert set(server.batch_api.done.values()) == {1}


@pytest.mark.parametrize("fault", ["busy-50ms", "error-500", "close", "lost"])
def test_calls_that_fail_are_made_again_and_no_batch_twice(journal: Path, fault: str) -> None:
    stages = ["upload", "create", "download"]
    stages += ["list", "look"] if fault == "busy-50ms" else []
    with serve(batches(faults=dict.fromkeys(stages, (fault,)))) as server:
        ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert len(server.batch_api.batches) == 1
        assert set(server.batch_api.done.values()) == {1}


def test_a_download_that_breaks_midway_is_begun_anew(journal: Path) -> None:
    with serve(batches(faults={"download": ("close-midway",)})) as server:
        ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        with open_journal(journal) as opened:
            assert opened.usage().replies == 45


def kill_when_held(server: Server, stage: str, args: tuple[Any, ...]) -> None:
    """Run a process until the server withholds an answer from it, and kill it there."""
    server.batch_api.hold_at = stage
    process = _context.Process(target=ask, args=args)
    process.start()
    assert server.batch_api.held.wait(60)
    process.kill()
    process.join()
    server.batch_api.hold_at = ""


@pytest.mark.parametrize("stage", ["upload", "uploaded", "create", "created", "look", "download"])
def test_a_killed_process_is_followed_by_one_that_pays_for_nothing_twice(
    journal: Path, stage: str
) -> None:
    with serve() as server:
        args = (journal, later(server, max_requests=30), TEXTS)
        kill_when_held(server, stage, args)
        tally = ask(*args)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert set(server.batch_api.done.values()) == {1}
        assert len(server.batch_api.batches) == 2
    assert tally.done == 45
    assert not (journal.parent / "journal-batches").exists()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_whenever_it_is_killed_and_whatever_fails_each_request_is_paid_for_once(
    journal: Path, seed: int
) -> None:
    draw = random.Random(seed)
    stages = ["upload", "create", "list", "look", "download"]
    kinds = ["ok", "ok", "ok", "busy-50ms", "error-500", "close", "lost"]
    how = BatchBehaviour(
        looks=draw.randint(1, 5),
        endings=tuple(draw.choices(["completed", "expired", "half"], k=4)),
        faults={stage: tuple(draw.choices(kinds, k=6)) for stage in stages},
        max_tokens=draw.choice([None, 2000]),
    )
    with serve(Behaviour(batches=how)) as server:
        args = (journal, later(server, max_requests=draw.randint(5, 30)), TEXTS)
        for _ in range(draw.randint(1, 4)):
            process = _context.Process(target=ask, args=args)
            process.start()
            process.join(draw.uniform(0.05, 1.0))
            process.kill()
            process.join()
        ask(*args)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert set(server.batch_api.done.values()) == {1}
        with open_journal(journal) as opened:
            assert opened.usage().replies == 45


def test_an_interrupt_leaves_batches_running_and_the_next_call_collects_them(
    journal: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serve(batches(looks=10**9)) as server:

        def interrupt() -> None:
            while server.batch_api.calls["look"] < 3:
                threading.Event().wait(0.01)
            os.kill(os.getpid(), signal.SIGINT)

        thread = threading.Thread(target=interrupt)
        thread.start()
        with pytest.raises(KeyboardInterrupt):
            ask(journal, later(server), TEXTS)
        thread.join()
        assert "1 batch under way, 0 of 45 requests answered there" in caplog.text
        [batch] = server.batch_api.batches.values()
        batch.looks = 10**9
        tally = ask(journal, later(server), TEXTS)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        assert len(server.batch_api.batches) == 1
    assert (tally.replies, tally.done) == (45, 45)


def interrupted(journal: Path, server: Server) -> None:
    """Leave batches under way."""
    kill_when_held(server, "look", (journal, later(server), TEXTS))


def test_what_is_in_a_batch_is_not_asked_at_once_besides(journal: Path) -> None:
    with serve() as server:
        interrupted(journal, server)
        with pytest.raises(StopError, match="45 requests are in batches that are under way"):
            ask(journal, OpenAI("any", server.url), TEXTS)
        ask(journal, OpenAI("any", server.url), ["another"])
        ask(journal, later(server), TEXTS)
        assert set(server.batch_api.done.values()) == {1}


def test_a_batch_that_is_under_way_is_collected_whatever_else_is_asked(journal: Path) -> None:
    with serve() as server:
        interrupted(journal, server)
        ask(journal, later(server), ["another"])
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)


def test_one_process_at_a_time_looks_after_the_batches_of_a_journal(journal: Path) -> None:
    refused = pytest.raises(RunError, match="another process looks after its batches")
    with serve() as server, open_journal(journal) as opened, batch_folder(opened, journal), refused:
        ask(journal, later(server), TEXTS)


def test_a_cap_holds_for_what_is_under_way(journal: Path) -> None:
    """Ten requests of 10 cents are within a dollar; their replies cost nothing here."""
    account = Account(Budget(max_tokens=1000))
    with serve() as server:
        with pytest.raises(StopError, match="may pass the limit of 1,000 tokens"):
            ask(journal, later(server), TEXTS, account=account)
        done = server.batch_api.done.total()
        sizes = [
            server.batch_api.files[b.file].count(b"\n") for b in server.batch_api.batches.values()
        ]
    assert sizes[0] == 10
    assert done == sum(sizes) < 45
    assert account.spent.tokens <= 1000
    assert abs(account.in_flight.tokens) < 1e-6


def test_a_reply_cut_short_is_asked_for_once_more_with_more_room(journal: Path) -> None:
    with serve() as server:
        [short, whole] = pending_of(server.url, "inject:cut-short", "whole")
        asked = replace(pending_of(server.url, "longer")[0].load(), key=short.key)
        longer = replace(short, load=lambda: asked)
        requests = [[replace(short, longer=lambda: longer), whole]]
        tally = Tally(2)
        ask_all(requests, later(server), journal=journal, pace=Pace(), tally=tally)
        with open_journal(journal) as opened:
            record = opened.records([short.key])[short.key]
            assert opened.usage().replies == 3, "what was cut short is paid for too"
        assert record.reply is not None
        assert record.reply.text == reply_text("longer")
        assert server.batch_api.calls["create"] == 2
    assert (tally.replies, tally.done) == (2, 2)


def test_results_that_a_killed_process_had_filed_count_once(journal: Path) -> None:
    """The second part's results are withheld when those of the first are in the journal."""
    with serve() as server:
        args = (journal, later(server, max_requests=30), TEXTS)
        server.batch_api.hold_after["download"] = 1
        kill_when_held(server, "download", args)
        with open_journal(journal) as opened:
            assert opened.num_settled() == 30
        ask(*args)
        assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
        with open_journal(journal) as opened:
            assert opened.usage().replies == 45


def test_two_processes_with_a_cache_ask_each_request_once(tmp_path: Path) -> None:
    with serve() as server:
        for name in ("first", "second"):
            ask_all(
                [pending_of(server.url, *TEXTS)],
                later(server),
                journal=tmp_path / name,
                pace=Pace(),
                tally=(tally := Tally(45)),
                cache=tmp_path / "cache",
            )
            assert tally.done == 45
        assert set(server.batch_api.done.values()) == {1}


class TestCancel:
    def test_it_keeps_what_was_answered_and_leaves_the_rest_to_be_asked(
        self, journal: Path
    ) -> None:
        with serve() as server:
            interrupted(journal, server)
            tally = cancel_batches(journal, later(server))
            assert tally.replies == 22
            ask(journal, OpenAI("any", server.url), TEXTS)
            assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)
            assert server.batch_api.done.total() == 22
            assert len(server.requests) == 23

    def test_nothing_under_way_is_nothing_to_cancel(self, journal: Path) -> None:
        with serve() as server:
            assert cancel_batches(journal, later(server)).replies == 0
            assert not server.batch_api.calls

    def test_a_batch_that_the_server_has_lost_can_be_forgotten(self, journal: Path) -> None:
        with serve() as server:
            interrupted(journal, server)
            server.batch_api.batches.clear()
            with pytest.raises(StopError, match="404 Not Found"):
                ask(journal, later(server), TEXTS)
            cancel_batches(journal, later(server), forget=True)
            ask(journal, later(server), TEXTS)
            assert replies_of(journal, server, TEXTS) == expected_of(TEXTS)


def test_a_server_that_is_not_there_stops_the_run(journal: Path) -> None:
    backend = OpenAIBatch("any", "http://127.0.0.1:9/v1", poll_s=0.01)
    with pytest.raises(StopError, match="no answer for 1 seconds: no connection"):
        ask(journal, backend, TEXTS, pace=Pace(patience_s=1))
