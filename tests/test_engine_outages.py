"""The engine where a server is down or busy: it waits for what passes, and stops at the rest."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import RetryError, RowError, StopError
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from tests.engine_bench import Bench, ask, key_of, pending_of


def test_a_stop_ends_the_run_and_keeps_what_was_answered(tmp_path: Path) -> None:
    backend = Bench()
    texts = [*map(str, range(10)), "stop", *map(str, range(10, 500))]
    with pytest.raises(StopError, match="no quota"):
        ask(tmp_path, backend, *texts, pace=Pace(concurrency=4))
    with open_journal(tmp_path / "journal.sqlite") as journal:
        kept = journal.records([key_of(text) for text in texts])
    assert len(kept) == backend.asked.total() - 1, "what was in flight beside it is kept too"
    assert backend.asked.total() < 20


def test_a_server_that_never_answers_stops_the_run(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="no answer to 2 attempts: busy"):
        ask(tmp_path, Bench(), *["busy 9"] * 3, pace=Pace(attempts=2))


def test_a_server_with_a_rate_limit_answers_all_in_the_end(tmp_path: Path) -> None:
    """Forty a second, and 429 for whoever comes too early: no request is given up for that."""

    class Limited(Bench):
        allowed: float = 4.0
        asked_at: float = 0.0

        def _outcome(self, text: str) -> Reply:
            now = time.monotonic()
            self.allowed = min(4.0, self.allowed + (now - (self.asked_at or now)) * 40)
            self.asked_at = now
            if self.allowed < 1:
                raise RetryError("too many requests", retry_after=0.1, cause="busy")
            self.allowed -= 1
            return Reply(text)

    backend = Limited()
    texts = [str(number) for number in range(120)]
    tally, _ = ask(tmp_path, backend, *texts, pace=Pace(concurrency=32, attempts=2))
    assert (tally.replies, tally.failures) == (120, 0)
    assert backend.asked.total() < 3 * 120


def test_a_server_that_is_busy_for_too_long_stops_the_run(tmp_path: Path) -> None:
    class Busy(Bench):
        def _outcome(self, text: str) -> Reply:
            raise RetryError("too many requests", retry_after=0.1, cause="busy")

    with pytest.raises(StopError, match="no answer for 1 seconds: too many requests"):
        ask(tmp_path, Busy(), "a", "b", pace=Pace(patience_s=1))


def test_a_server_that_asks_for_a_day_is_not_waited_for(tmp_path: Path) -> None:
    class Closed(Bench):
        def _outcome(self, text: str) -> Reply:
            raise RetryError("come back tomorrow", retry_after=86400.0, cause="busy")

    with pytest.raises(StopError, match="asks to be left alone for 86,400 s"):
        ask(tmp_path, Closed(), "a", "b")


def test_a_file_that_cannot_be_read_is_no_sign_of_life(tmp_path: Path) -> None:
    def unreadable() -> Request:
        raise RowError("the file cannot be read")

    spoiled = Pending(key_of("spoiled"), unreadable, has_media=True)
    with pytest.raises(StopError, match="no answer to 2 attempts"):
        ask_all(
            [[spoiled, *pending_of("busy 9")]],
            Bench(),
            journal=tmp_path / "journal.sqlite",
            pace=Pace(attempts=2),
            tally=Tally(2),
        )


def test_a_server_that_is_down_for_a_while_costs_no_request(tmp_path: Path) -> None:
    """It refuses connections for longer than the attempts of any request would last."""

    class Restarting(Bench):
        down_until: float = 0.0

        def _outcome(self, text: str) -> Reply:
            if self.asked.total() == 20:
                self.down_until = time.monotonic() + 2.5
            if time.monotonic() < self.down_until:
                raise RetryError("no connection", cause="down")
            return Reply(text)

    texts = [str(number) for number in range(60)]
    tally, records = ask(tmp_path, Restarting(), *texts, pace=Pace(concurrency=12, attempts=2))
    assert (tally.replies, tally.failures) == (60, 0)
    assert all(record.reply for record in records.values())


def test_a_server_that_does_not_come_back_stops_the_run(tmp_path: Path) -> None:
    class Dying(Bench):
        def _outcome(self, text: str) -> Reply:
            if self.asked.total() > 20:
                raise RetryError("no connection", cause="down")
            return Reply(text)

    texts = [str(number) for number in range(60)]
    with pytest.raises(StopError, match="no answer for 1 seconds: no connection"):
        ask(tmp_path, Dying(), *texts, pace=Pace(concurrency=12, attempts=2, patience_s=1))
