"""Requests answered in batches: each once, whatever happens to the server and to this process."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.backends.openai_batch import OpenAIBatch
from mmgen_datasets.errors import StopError
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.tally import Tally
from tests.batch_asking import (
    TEXTS,
    ask,
    batches,
    expected_of,
    later,
    pending_of,
    records_of,
    replies_of,
)
from tests.servers.openai_server import reply_text, serve


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


def test_a_server_that_is_not_there_stops_the_run(journal: Path) -> None:
    backend = OpenAIBatch("any", "http://127.0.0.1:9/v1", poll_s=0.01)
    with pytest.raises(StopError, match="no answer for 1 seconds: no connection"):
        ask(journal, backend, TEXTS, pace=Pace(patience_s=1))
