"""The journal: what is kept, which attempt counts, and what a kill cannot take."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.troubles import refusal


def test_what_was_kept_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    reply = Reply("A “dog”.\n", "stop", 7, 3, 2, "m")
    with open_journal(tmp_path / "j.sqlite") as journal:
        journal.keep_reply("a", reply)
        journal.keep_failure("b", "row", "refused")
    with open_journal(tmp_path / "j.sqlite") as journal:
        records = journal.records(["a", "b", "c"])
    assert records.keys() == {"a", "b"}
    assert (records["a"].reply, records["a"].is_settled) == (reply, True)
    assert (records["b"].problem, records["b"].is_settled) == ("refused", True)


def test_the_newest_attempt_counts(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j.sqlite") as journal:
        journal.keep_failure("a", "retry", "busy")
        assert not journal.records(["a"])["a"].is_settled
        journal.keep_reply("a", Reply("first"))
        journal.keep_reply("a", Reply("second"))
        assert journal.records(["a"])["a"].reply == Reply("second")


def test_the_last_id_changes_with_every_attempt(tmp_path: Path) -> None:
    with open_journal(tmp_path / "j.sqlite") as journal:
        before = journal.last_id()
        journal.keep_failure("a", "retry", "busy")
        assert (before, journal.last_id()) == (0, 1)


def test_more_keys_than_a_query_takes(tmp_path: Path) -> None:
    keys = [f"{number:064x}" for number in range(1300)]
    with open_journal(tmp_path / "j.sqlite") as journal:
        for key in keys:
            journal.keep_reply(key, Reply(key))
        records = journal.records(keys)
    assert [records[key].reply for key in keys] == [Reply(key) for key in keys]


@given(text=st.text())
def test_any_text_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    with open_journal(tmp_path_factory.mktemp("j") / "j.sqlite") as journal:
        journal.keep_reply("a", Reply(text))
        assert journal.records(["a"])["a"].reply == Reply(text)


def test_a_killed_process_has_lost_nothing_that_it_reported(tmp_path: Path) -> None:
    """The writer prints a number once its reply is kept, and is killed in the middle of it."""
    writer = (
        "import sys; from pathlib import Path\n"
        "from mmgen_datasets.chat import Reply\n"
        "from mmgen_datasets.generation.journal import open_journal\n"
        "with open_journal(Path(sys.argv[1])) as journal:\n"
        "    for number in range(10**6):\n"
        "        journal.keep_reply(str(number), Reply('x' * 1000))\n"
        "        print(number, flush=True)\n"
    )
    path = tmp_path / "j.sqlite"
    command = [sys.executable, "-c", writer, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if int(line) == 300:
                os.kill(process.pid, signal.SIGKILL)
                break
        reported = 300 + len(process.stdout.readlines())
    with open_journal(path) as journal:
        keys = [str(number) for number in range(reported + 1)]
        assert len(journal.records(keys)) == len(keys)


def test_a_later_failure_does_not_hide_a_reply(tmp_path: Path) -> None:
    """Of two processes that ask for the same, one may be refused after the other was answered."""
    with open_journal(tmp_path / "j.sqlite") as journal:
        journal.keep_reply("a", Reply("paid for"))
        journal.keep_failure("a", "retry", "busy")
        assert journal.records(["a"])["a"].reply == Reply("paid for")
        assert journal.num_settled() == 1


def add_one(path: Path, number: int) -> None:
    with open_journal(path) as journal:
        journal.keep_reply(str(number), Reply("x"))


def test_many_processes_may_begin_it_at_once(tmp_path: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["mmgen_datasets.generation.journal"])
    for attempt in range(3):
        path = tmp_path / f"{attempt}.sqlite"
        processes = [context.Process(target=add_one, args=(path, n)) for n in range(12)]
        for process in processes:
            process.start()
        for process in processes:
            process.join()
        assert [process.exitcode for process in processes] == [0] * 12
        with open_journal(path) as journal:
            assert journal.num_settled() == 12


def test_a_file_that_is_no_journal_is_named(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    path.write_text("this is not a database, and too long to be taken for an empty one" * 20)
    with (
        pytest.raises(RunError, match=r"j\.sqlite: cannot be used as a journal"),
        open_journal(path),
    ):
        pass


def test_one_that_belongs_to_somebody_else_is_no_other_file(tmp_path: Path) -> None:
    told = refusal(tmp_path / "j.sqlite", PermissionError(errno.EACCES, "Permission denied"))
    assert told.problem.endswith("j.sqlite: cannot be written: [Errno 13] Permission denied")
    assert told.hint == "see who may write it and its folder"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    with (
        pytest.raises(RunError, match="no-such-folder"),
        open_journal(tmp_path / "no-such-folder" / "j"),
    ):
        pass


def test_the_file_is_in_wal_mode(tmp_path: Path) -> None:
    path = tmp_path / "j.sqlite"
    with open_journal(path) as journal:
        journal.keep_reply("a", Reply("x"))
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    connection.close()


def test_what_is_kept_together_is_committed_together(tmp_path: Path) -> None:
    with (
        open_journal(tmp_path / "j.sqlite") as journal,
        open_journal(tmp_path / "j.sqlite") as other,
    ):
        assert journal.begin()
        assert not journal.begin()
        journal.keep_reply("a", Reply("x"))
        journal.keep_failure("b", "row", "refused")
        assert not other.records(["a", "b"])
        journal.commit()
        assert other.records(["a", "b"]).keys() == {"a", "b"}
