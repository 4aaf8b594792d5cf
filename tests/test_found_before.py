"""What checks and judges found stays where a run is laid out anew with the same conversations."""

from __future__ import annotations

import logging
import shutil
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from mmgen_datasets import (
    Plan,
    RunFolder,
    Shard,
    Whom,
    check_run,
    fill_run,
    judge_run,
    load_run,
    read_run,
)
from mmgen_datasets.backends.scripted import Scripted
from mmgen_datasets.publish.making import making_of
from mmgen_datasets.quality.check_run import compare_with
from tests.judged_runs import grounded_run, judged
from tests.run_plans import GROUNDED
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve


def num_found(run: Path, column: str) -> list[int]:
    return [len(found) for found in load_run(run)[column]]


def test_the_same_command_once_more_loses_no_finding(tmp_path: Path) -> None:
    run = grounded_run(tmp_path / "run")
    check_run(run, checks=["turns", "length"])
    with serve(Behaviour(form="rubric")) as server:
        judged(run, server)
    before = load_run(run)
    assert {*num_found(run, "checks")} == {2}
    assert {*num_found(run, "scores")} == {3}
    findings = RunFolder(run).findings()
    grounded_run(run)
    assert load_run(run).to_list() == before.to_list()
    assert RunFolder(run).findings() == findings
    assert load_run(run).features == before.features


def test_pictures_that_moved_are_found_again_and_cost_no_finding(tmp_path: Path) -> None:
    run, moved = grounded_run(tmp_path / "run"), tmp_path / "moved"
    check_run(run, checks=["turns"])
    shutil.copytree(SAMPLE_DIR, moved)
    fill_run(RunFolder(run), Plan("coco2017", data_dir=str(moved)))
    assert {*num_found(run, "checks")} == {1}
    pictures = load_run(run).with_format("arrow")[:]["image"].to_pylist()
    assert all(picture["path"].startswith(str(moved)) for picture in pictures)


def test_with_other_conversations_all_findings_go_and_that_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    fill_run(RunFolder(tmp_path), replace(GROUNDED, limit=4))
    check_run(tmp_path, checks=["turns"])
    with caplog.at_level(logging.WARNING):
        fill_run(RunFolder(tmp_path), replace(GROUNDED, limit=5))
    assert {*num_found(tmp_path, "checks")} == {0}
    assert "what 'mmgen check' found is gone; give it again" in caplog.text
    assert RunFolder(tmp_path).findings() == []


def test_where_nothing_was_found_nothing_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        for limit in (4, 5):
            fill_run(RunFolder(tmp_path), replace(GROUNDED, limit=limit))
    assert not caplog.messages


def test_the_shards_beside_keep_theirs(tmp_path: Path) -> None:
    for index in (0, 1):
        grounded_run(tmp_path, Shard(index, 2))
    check_run(tmp_path, checks=["turns"])
    grounded_run(tmp_path, Shard(1, 2))
    assert {*num_found(tmp_path, "checks")} == {1}


def test_files_that_cannot_be_read_are_written_anew(tmp_path: Path) -> None:
    run = grounded_run(tmp_path / "run")
    check_run(run, checks=["turns"])
    [file] = (run / "conversations").glob("*.parquet")
    file.write_bytes(file.read_bytes()[:1000])
    grounded_run(run)
    assert {*num_found(run, "checks")} == {0}


def test_the_commands_that_found_something_are_kept_for_the_card(tmp_path: Path) -> None:
    run, other = grounded_run(tmp_path / "a run"), grounded_run(tmp_path / "first")
    check_run(run, checks=["turns"])
    check_run(run, compared=compare_with([other], [str(SAMPLE_DIR / "val2017")]), language="de")
    check_run(run, checks=["turns"])
    with serve(Behaviour(form="rubric")) as server:
        judged(run, server, rubric="annotations", limit=5)
        asked = f"--backend openai --model any --base-url {server.url}"
    assert making_of("a run", [manifest for _, manifest in read_run(run)]).commands[1:] == [
        "mmgen check 'runs/a run' --language de --against runs/first --benchmark val2017",
        "mmgen check 'runs/a run' --check turns",
        f"mmgen judge 'runs/a run' {asked} --rubric annotations --limit 5",
    ]


@dataclass(frozen=True)
class Noting(Scripted):
    """A judge of one's own, with a file."""

    notes: str = ""


def test_of_files_that_a_judge_uses_the_card_tells_the_names(tmp_path: Path) -> None:
    run = grounded_run(tmp_path / "run")
    judge_run(run, Whom(f"{__name__}:Noting", {"notes": str(tmp_path / "notes.txt")}))
    [command] = RunFolder(run).findings()
    assert command.endswith(f"--backend {__name__}:Noting --option notes=notes.txt")
