"""Batches that a process left under way: collected, cancelled, and never paid for twice."""

from __future__ import annotations

import multiprocessing
import os
import random
import signal
import threading
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.errors import RunError, StopError
from mmgen_datasets.generation.batch_cancel import cancel_batches
from mmgen_datasets.generation.batch_folder import batch_folder
from mmgen_datasets.generation.budget import Account, Budget
from mmgen_datasets.generation.journal import open_journal
from tests.batch_asking import (
    TEXTS,
    ask,
    batches,
    expected_of,
    later,
    replies_of,
)
from tests.servers.batch_api import BatchBehaviour
from tests.servers.openai_server import Behaviour, Server, serve

_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.batch_asking"])


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "journal.sqlite"


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
