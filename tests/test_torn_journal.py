"""A journal that was torn: what SQLite recovers, what `repair` saves, and what is said else."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mmgen_datasets.chat import Reply
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.batch_records import batch_of, prepare
from mmgen_datasets.generation.journal import open_journal
from mmgen_datasets.generation.repair import repair
from mmgen_datasets.generation.workers import at_work

NUM_REPLIES, PAGE = 60, 4096
KEYS = [f"{number:064x}" for number in range(NUM_REPLIES)]


def reply_to(key: str) -> Reply:
    return Reply(f"{key} " * random.Random(key).randint(1, 60), "stop", 7, 3)


def copy(path: Path, folder: Path) -> Path:
    """The journal and its log, as they stand; the index of the log is made anew."""
    for name in (path.name, f"{path.name}-wal"):
        if (path.parent / name).exists():
            shutil.copy(path.parent / name, folder / name)
    return folder / path.name


@pytest.fixture(scope="module")
def in_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal whose process was killed: all replies stand in the log."""
    path = tmp_path_factory.mktemp("whole") / "journal.sqlite"
    copied = tmp_path_factory.mktemp("killed")
    with open_journal(path) as journal:
        for key in KEYS:
            journal.keep_reply(key, reply_to(key))
        return copy(path, copied)


@pytest.fixture(scope="module")
def in_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal that was closed: all replies stand in the main file."""
    path = tmp_path_factory.mktemp("closed") / "journal.sqlite"
    with open_journal(path) as journal:
        for key in KEYS:
            journal.keep_reply(key, reply_to(key))
    return path


def read(path: Path) -> list[str]:
    """The keys that a journal has, whose replies are the right ones."""
    with open_journal(path) as journal:
        found = journal.records(KEYS)
    assert all(record.reply == reply_to(key) for key, record in found.items())
    return [key for key in KEYS if key in found]


def cut(path: Path, share: float) -> int:
    size = int(path.stat().st_size * share)
    with path.open("r+b") as file:
        file.truncate(size)
    return size


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0, 1))
def test_a_log_that_was_cut_anywhere_loses_only_what_stood_behind_the_cut(
    in_log: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    path = copy(in_log, tmp_path_factory.mktemp("cut"))
    size = cut(path.with_name(f"{path.name}-wal"), share)
    kept = read(path)
    assert kept == KEYS[: len(kept)], "all before the cut, none after it"
    assert len(kept) >= NUM_REPLIES * size / in_log.with_name(f"{path.name}-wal").stat().st_size - 9
    with open_journal(path) as journal:
        for key in KEYS[len(kept) :]:
            journal.keep_reply(key, reply_to(key))
    assert read(path) == KEYS, "and the run goes on"


@settings(max_examples=60, deadline=None)
@given(share=st.floats(0.1, 1))
def test_a_file_that_was_cut_anywhere_is_told_and_what_it_holds_can_be_saved(
    in_file: Path, tmp_path_factory: pytest.TempPathFactory, share: float
) -> None:
    path = copy(in_file, tmp_path_factory.mktemp("cut"))
    size = cut(path, share)
    try:
        whole = read(path) == KEYS
        assert in_file.stat().st_size - size < PAGE, "which may be empty from there on"
    except RunError as error:
        whole = False
        assert f"{path}: is damaged" in error.problem
        assert error.hint == f"save what can be read of it: mmgen repair {path}"
    saved = repair(path)
    assert saved.replies == len(read(path))
    assert saved.replies >= NUM_REPLIES * (share - 0.25)
    assert (saved.damaged is None) == whole


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1), noise=st.binary(min_size=1, max_size=3000))
def test_noise_anywhere_in_the_file_is_never_taken_for_a_defect_of_the_program(
    in_file: Path, tmp_path_factory: pytest.TempPathFactory, place: float, noise: bytes
) -> None:
    path = copy(in_file, tmp_path_factory.mktemp("noise"))
    with path.open("r+b") as file:
        file.seek(int((in_file.stat().st_size - 1) * place))
        file.write(noise)
    for act in (repair, _look_up_all):
        try:
            act(path)
        except RunError as error:
            assert str(path) in error.problem


def _look_up_all(path: Path) -> None:
    with open_journal(path) as journal:
        journal.last_id()
        journal.num_settled()


def test_the_damaged_file_is_kept_each_time(in_file: Path, tmp_path: Path) -> None:
    for name in ("journal.sqlite.damaged", "journal.sqlite.damaged-2"):
        path = copy(in_file, tmp_path)
        size = cut(path, 0.6)
        assert repair(path).damaged == tmp_path / name
        assert (tmp_path / name).stat().st_size == size


def test_what_else_stands_in_the_file_is_saved_too(in_file: Path, tmp_path: Path) -> None:
    """A batch that is under way is paid for, and found again by its name."""
    path = copy(in_file, tmp_path)
    part = ("part-1", "http://here", "m", 1, 9.0, "{}", "2026", "file-1", 1.0, "batch-1", 0, None)
    with open_journal(path) as journal:
        prepare(journal)
        journal.connection.execute(f"INSERT INTO batches VALUES ({','.join('?' * 12)})", part)
        journal.connection.execute("INSERT INTO batched VALUES ('a', 'part-1', 0, 0)")
    with path.open("r+b") as file:  # in the middle of the replies
        file.seek(in_file.stat().st_size // 2)
        file.write(b"noise" * 2000)
    assert 20 < repair(path).replies < NUM_REPLIES
    with open_journal(path) as journal:
        assert journal.connection.execute("SELECT * FROM batches").fetchall() == [part]
        assert batch_of(journal, ["a"]) == {"a": "part-1"}


def test_a_file_that_is_no_journal_is_left_alone(tmp_path: Path) -> None:
    notes = tmp_path / "notes.txt"
    notes.write_text("mine")
    with pytest.raises(RunError, match=r"notes\.txt: is not a journal"):
        repair(notes)
    assert [file.name for file in tmp_path.iterdir()] == ["notes.txt"]
    assert notes.read_text() == "mine"


def test_a_journal_in_use_is_left_alone(in_file: Path, tmp_path: Path) -> None:
    path = copy(in_file, tmp_path)
    cut(path, 0.6)
    with at_work(path, "team-1234-0"), pytest.raises(RunError, match="in use by process 1234"):
        repair(path)


def test_a_run_is_repaired_from_the_command_line(
    in_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = copy(in_file, tmp_path)
    assert main(["repair", str(tmp_path)]) == 0
    assert "not damaged; 60 attempts, 60 of them replies" in capsys.readouterr().out
    cut(path, 0.6)
    assert main(["repair", str(path)]) == 0
    assert f"the damaged file is {path}.damaged" in capsys.readouterr().out
    assert 20 < len(read(path)) < 60
    (tmp_path / "none").mkdir()
    assert main(["repair", str(tmp_path / "none")]) == 2
    assert "there is no journal" in capsys.readouterr().err
