"""Claims: of several workers on a journal only one asks, and a dead one keeps nothing."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.claims import Claims
from mmgen_datasets.generation.journal import Journal, open_journal
from mmgen_datasets.generation.workers import at_work, at_work_now


@contextmanager
def worker(path: Path, name: str) -> Iterator[tuple[Journal, Claims]]:
    with open_journal(path) as journal, at_work(path, name):
        yield journal, Claims(journal, path, name)


def test_a_request_that_one_has_claimed_is_not_anothers(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with worker(path, "t-1-a") as (_, first), worker(path, "t-1-b") as (_, second):
        assert first.take(["1", "2"]).mine.keys() == {"1", "2"}
        assert second.take(["1", "2", "3"]).mine.keys() == {"3"}
        assert first.take(["2", "3", "4"]).mine.keys() == {"2", "4"}
        assert first.rivals() == ["t-1-b"]


def test_what_has_an_outcome_is_told_and_not_claimed(tmp_path: Path) -> None:
    with worker(tmp_path / "j.sqlite", "t-1-a") as (journal, claims):
        journal.keep_reply("1", Reply("yes"))
        journal.keep_failure("2", "row", "refused")
        journal.keep_failure("3", "retry", "busy")
        taken = claims.take(["1", "2", "3", "4"], again=frozenset({"2"}))
        assert (set(taken.settled), set(taken.mine)) == ({"1"}, {"2", "3", "4"})


def test_claims_end_with_an_outcome_or_when_they_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with worker(path, "t-1-a") as (journal, first), worker(path, "t-1-b") as (_, second):
        first.take(["1", "2", "3", "4"])
        journal.keep_reply("1", Reply("yes"))
        journal.keep_failure("2", "retry", "busy")
        first.drop("3")
        taken = second.take(["1", "2", "3", "4"])
        assert (set(taken.settled), set(taken.mine)) == ({"1"}, {"3"})
        first.drop_all()
        assert second.take(["2", "4"]).mine.keys() == {"2", "4"}


def test_the_claims_of_a_journal_do_not_grow_with_it(tmp_path: Path) -> None:
    with worker(tmp_path / "j.sqlite", "t-1-a") as (journal, claims):
        for number in range(100):
            claims.take([str(number)])
            journal.keep_reply(str(number), Reply("yes"))
        (count,) = journal.connection.execute("SELECT count(*) FROM claims").fetchone()
        assert count == 1


def test_a_worker_that_has_left_keeps_nothing(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with worker(path, "t-1-a") as (_, claims):
        claims.take(["1"])
    with worker(path, "t-1-b") as (_, claims):
        assert claims.take(["1"]).mine.keys() == {"1"}
    assert at_work_now(path) == []
    assert not list(tmp_path.glob(".*.worker"))


def claim_and_sleep(path: Path, claimed: Any) -> None:
    with worker(path, "t-1-a") as (_, claims):
        claims.take(["1"])
        claimed.set()
        time.sleep(60)


def test_a_worker_that_was_killed_keeps_nothing(tmp_path: Path) -> None:
    path, context = tmp_path / "j.sqlite", multiprocessing.get_context("spawn")
    claimed = context.Event()
    other = context.Process(target=claim_and_sleep, args=(path, claimed))
    other.start()
    try:
        assert claimed.wait(30)
        with worker(path, "t-1-b") as (_, claims):
            assert at_work_now(path, "t-1-b") == ["t-1-a"]
            assert claims.take(["1"]).mine.keys() == set()
            other.kill()
            other.join()
            assert claims.take(["1"]).mine.keys() == {"1"}
    finally:
        other.kill()
        other.join()
