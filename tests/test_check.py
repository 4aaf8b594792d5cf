"""Checks over tables and run folders: where findings land, and what is left as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UnknownNameError, UsageError
from mmgen_datasets.generation.run_samples import run_samples
from mmgen_datasets.media import undecoded
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.check import check, check_case
from mmgen_datasets.quality.detail import read_detail, write_detail
from tests.sample import SAMPLE_DIR


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A finished run over the bundled sample."""
    folder = mmgen.RunFolder(tmp_path / "run")
    mmgen.fill_run(folder, mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    return folder.path


def find_dogs(case: Case) -> list[Fault]:
    """A check of a user's own."""
    return [Fault(said.turn, "dog", "is a dog") for said in case.answers if "dog" in said.text]


def test_every_check_is_written_into_each_row(conversations: Dataset, samples: Dataset) -> None:
    checked = check(conversations, samples)
    assert all([one["name"] for one in row] == list(CHECKS) for row in checked["checks"])


def test_what_is_not_checks_stays_as_it_was(conversations: Dataset, samples: Dataset) -> None:
    checked = check(conversations, samples)
    assert checked.features == conversations.features
    rest = [name for name in conversations.column_names if name != "checks"]
    before, after = (
        d.with_format("arrow").select_columns(rest)[:] for d in (conversations, checked)
    )
    assert before.equals(after)


def test_a_second_check_keeps_what_the_first_found(conversations: Dataset) -> None:
    checked = check(check(conversations, checks=["turns"]), checks=["placeholders", "turns"])
    assert [one["name"] for one in checked["checks"][0]] == ["placeholders", "turns"]
    checked = check(check(conversations, checks=["turns"]), checks=["placeholders"])
    assert [one["name"] for one in checked["checks"][0]] == ["turns", "placeholders"]


def test_a_check_of_ones_own_is_named_by_its_module(conversations: Dataset) -> None:
    own = f"{__name__}:find_dogs"
    checked = check(conversations, checks=[own])
    for row in checked.filter(lambda error: error is None, input_columns=["error"]):
        said = " ".join(message["content"] for message in row["messages"][1::2])
        assert row["checks"][0]["passed"] is ("dog" not in said)


@pytest.mark.parametrize("own", ["os:getcwd", "builtins:repr"])
def test_a_check_of_ones_own_that_fails_is_told_with_the_conversation(
    conversations: Dataset, own: str
) -> None:
    with pytest.raises(UsageError, match=rf"(?s)'{own}' failed at .*begins '\w.*Case"):
        check(conversations, checks=[own])


def test_an_unknown_check_is_told_before_the_work_begins(conversations: Dataset) -> None:
    with pytest.raises(UnknownNameError, match="no check is called 'tuns'"):
        check(conversations, checks=["tuns"])


def test_a_row_without_a_conversation_is_not_judged(conversations: Dataset) -> None:
    table = conversations.select([0]).map(lambda _: {"messages": [], "error": "refused"})
    [found] = check(table, checks=["turns"])["checks"]
    assert found == [
        {"name": "turns", "passed": None, "detail": "not judged: there is no conversation"}
    ]


def test_rows_that_others_made_may_lack_checks_and_messages(conversations: Dataset) -> None:
    rows = [row | {"checks": None, "image": None} for row in undecoded(conversations.select([0]))]
    table = Dataset.from_list(
        [*rows, rows[0] | {"messages": None}], features=conversations.features
    )
    found = check(check(table, checks=["turns"]), checks=["turns", "placeholders"])["checks"]
    assert [[one["passed"] for one in row] for row in found] == [[True, True], [None, None]]


def test_without_annotations_nothing_is_judged_by_them() -> None:
    messages = [{"role": "user", "content": "<image>\nHi?"}, {"role": "assistant", "content": "."}]
    for found in check_case(Case(messages)):
        assert (found["passed"] is None) is CHECKS[found["name"]].reads_annotations


@given(
    st.lists(
        st.builds(
            Fault,
            st.integers(0, 99),
            st.text(),
            st.text(st.characters(exclude_characters="\n"), min_size=1),
        )
    )
)
def test_a_detail_reads_back_as_the_faults_it_was_written_from(faults: list[Fault]) -> None:
    assert read_detail(write_detail(faults)) == faults


def test_a_run_is_checked_in_its_folder(run: Path) -> None:
    before = mmgen.load_run(run)
    checked = mmgen.check_run(run)
    assert mmgen.load_run(run)["checks"][:] == checked["checks"][:]
    assert mmgen.load_run(run)["messages"][:] == before["messages"][:]
    assert not list(run.glob(".*.partial"))


def test_a_run_whose_source_is_gone_can_be_checked_without_it(run: Path, tmp_path: Path) -> None:
    with pytest.raises(RunError, match=r"(?s)cannot be loaded.*--no-annotations"):
        run_samples(run, str(tmp_path))
    mmgen.check_run(run, annotations=False)


def test_the_command_tells_how_often_each_check_failed(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", str(run), "--no-annotations", "--check", "turns"]) == 0
    told = capsys.readouterr().out
    assert "nothing found by: turns\n" in told
    assert f"0 of {len(mmgen.load_run(run))} conversations failed a check" in told


def test_the_command_counts_what_failed_the_checks_that_were_asked_for(
    run: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mmgen.check_run(run, checks=[f"{__name__}:find_dogs"])
    assert main(["check", str(run), "--check", "turns"]) == 0
    assert "\n0 of 23 conversations failed a check\n" in capsys.readouterr().out


@pytest.fixture
def old_run(run: Path) -> Path:
    """A run of a version that knew no scores."""
    for file in (run / "conversations").glob("*.parquet"):
        Dataset.from_parquet(str(file)).remove_columns("scores").to_parquet(file)
    return run


def test_runs_that_know_no_scores_are_read_and_checked(old_run: Path) -> None:
    features: Any = mmgen.load_run(old_run).features
    assert "scores" in features
    mmgen.check_run(old_run, annotations=False)
    assert mmgen.load_run(old_run)["scores"][0] == []
