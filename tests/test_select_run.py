"""Choosing from run folders: what the new folder holds, tells and is good for."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

import mmgen_datasets as mmgen
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RunError, UsageError
from mmgen_datasets.generation.selection import Selection
from mmgen_datasets.media import undecoded
from mmgen_datasets.publish.pushable import pushable
from mmgen_datasets.publish.write_card import write_card
from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.report.payload import payload_of
from tests.sample import SAMPLE_DIR


def find_dogs(case: Case) -> list[Fault]:
    """A check of a user's own, which some conversations of the sample fail."""
    return [Fault(said.turn, "dog", "is a dog") for said in case.answers if "dog" in said.text]


DOGS = f"failed != {__name__}:find_dogs"


@pytest.fixture(scope="module")
def checked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished and checked run over the bundled sample, not to be changed."""
    folder = mmgen.RunFolder(tmp_path_factory.mktemp("runs") / "first")
    mmgen.fill_run(folder, mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    mmgen.check_run(folder.path, checks=["turns", f"{__name__}:find_dogs"])
    return folder.path


@pytest.fixture
def good(checked: Path, tmp_path: Path) -> Path:
    """What is chosen from it."""
    mmgen.select_run(checked, tmp_path / "good", where=[DOGS], total=10)
    return tmp_path / "good"


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def test_the_new_folder_holds_the_chosen_rows_as_they_were(checked: Path, good: Path) -> None:
    old = {row["id"]: row for row in mmgen.load_run(checked).remove_columns("image")}
    new = mmgen.load_run(good)
    assert new.features == mmgen.load_run(checked).features
    assert len(new) == 10
    assert all(row == old[row["id"]] for row in new.remove_columns("image"))
    pictures = mmgen.load_run(checked).with_format("arrow")[:]["image"].to_pylist()
    assert all(image in pictures for image in new.with_format("arrow")[:]["image"].to_pylist())


def test_each_row_that_was_dropped_is_told_with_its_reason(checked: Path, good: Path) -> None:
    dropped = [json.loads(line) for line in (good / "dropped.jsonl").read_text().splitlines()]
    kept = mmgen.load_run(good)["id"][:]
    assert sorted([*kept, *(row["id"] for row in dropped)]) == sorted(
        mmgen.load_run(checked)["id"][:]
    )
    reasons = [row["reason"] for row in dropped]
    [(_, manifest)] = mmgen.read_run(good)
    told = manifest.selections[0].dropped
    assert told == {reason: reasons.count(reason) for reason in (DOGS, "total 10")}
    assert all(
        row["found"] == ([f"{__name__}:find_dogs"] if row["reason"] == DOGS else [])
        for row in dropped
    )


def test_the_manifest_tells_what_was_chosen_from_and_how(checked: Path, good: Path) -> None:
    [(_, made)], [(_, manifest)] = mmgen.read_run(checked), mmgen.read_run(good)
    [chosen] = manifest.selections
    assert (chosen.run, chosen.conversations) == (str(checked), made.conversations)
    assert (chosen.where, chosen.total, chosen.seed) == ([DOGS], 10, 0)
    assert (manifest.conversations, manifest.status) == (10, "finished")
    assert (manifest.plan, manifest.rejects) == (made.plan, made.rejects)


def test_the_same_choice_gives_the_same_files(checked: Path, good: Path, tmp_path: Path) -> None:
    before = contents(checked)
    mmgen.select_run(checked, tmp_path / "again", where=[DOGS], total=10)
    assert contents(tmp_path / "again") == contents(good)
    assert contents(checked) == before


def test_nothing_is_written_of_what_fails_or_is_only_tried(checked: Path, tmp_path: Path) -> None:
    assert len(mmgen.select_run(checked, where=[DOGS]).rows) > 0
    with pytest.raises(UsageError, match="no conversation is left"):
        mmgen.select_run(checked, tmp_path / "none", where=["kind = any", "turns > 99"])
    with pytest.raises(UsageError, match="nothing is said about what to choose"):
        mmgen.select_run(checked, tmp_path / "all")
    (tmp_path / "there").mkdir()
    with pytest.raises(RunError, match="exists already"):
        mmgen.select_run(checked, tmp_path / "there", total=3)
    assert list(tmp_path.iterdir()) == [tmp_path / "there"]


def test_a_folder_below_home_is_seen_to_exist(
    checked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "there").mkdir()
    with pytest.raises(RunError, match="exists already"):
        mmgen.select_run(checked, "~/there", total=3)


def test_pictures_that_have_moved_are_not_looked_for(tmp_path: Path) -> None:
    shutil.copytree(SAMPLE_DIR, tmp_path / "coco")
    run = mmgen.RunFolder(tmp_path / "run")
    mmgen.fill_run(run, mmgen.Plan("coco2017", data_dir=str(tmp_path / "coco"), limit=5))
    shutil.move(tmp_path / "coco", tmp_path / "moved")
    mmgen.select_run(run.path, tmp_path / "few", total=3)
    assert len(mmgen.load_run(tmp_path / "few")) == 3


def test_categories_come_from_the_source_of_the_run(checked: Path, tmp_path: Path) -> None:
    dogs = mmgen.select_run(checked, where=["category = dog"], balance="category", total=4)
    samples = mmgen.load_dataset("coco2017", data_dir=str(SAMPLE_DIR), split="train")
    seen = {row["id"] for row in samples if "dog" in [each["category"] for each in row["objects"]]}
    assert set(dogs.rows["sample_id"]) <= seen
    with pytest.raises(RunError, match=r"(?s)cannot be loaded.*--data-dir.*than a category"):
        mmgen.select_run(checked, where=["category = dog"], data_dir=str(tmp_path))


def test_a_selection_is_a_run_like_any_other(good: Path, tmp_path: Path) -> None:
    mmgen.check_run(good, checks=["turns"])
    mmgen.export(mmgen.load_run(good), "llava", tmp_path / "llava")
    assert len(json.loads((tmp_path / "llava" / "llava.json").read_text())) == 10
    assert len(pushable(good).rows) == 10
    mmgen.select_run(good, tmp_path / "few", total=4, seed=5)
    [(_, manifest)] = mmgen.read_run(tmp_path / "few")
    assert [chosen.conversations for chosen in manifest.selections] == [
        mmgen.read_run(good)[0][1].selections[0].conversations,
        10,
    ]


def test_the_card_tells_every_choice(checked: Path, good: Path, tmp_path: Path) -> None:
    mmgen.select_run(good, tmp_path / "few", where=["turns >= 2"], total=4)
    card = write_card(tmp_path / "few", "alice/mini")
    making = card.split("### How it was made")[1].split("### Checks")[0]
    commands = making.split("```")[1].strip().splitlines()
    assert [line.split(" --")[0] for line in commands] == [
        "mmgen generate coco2017",
        "mmgen check runs/first",
        "mmgen select runs/first",
        "mmgen select runs/good",
        "mmgen push runs/few alice/mini",
    ]
    assert "--out runs/first" in commands[0]
    assert commands[1].endswith(f" --check turns --check {__name__}:find_dogs")
    assert commands[2].endswith(f"--where '{DOGS}' --total 10 --out runs/good")
    assert f"Chosen: 10 of {len(mmgen.load_run(checked))} conversations." in making
    assert "Chosen: 4 of 10 conversations." in making
    assert "| total 4 | 6 |" in making
    assert str(tmp_path) not in card


def test_the_report_tells_every_command(good: Path) -> None:
    command = payload_of(good).overview["making"]["command"]
    lines = command.splitlines()
    assert lines[0].endswith("--out runs/first")
    assert lines[1].startswith("mmgen check runs/first --check turns")
    assert lines[2].startswith("mmgen select runs/first --where")


def test_no_other_run_is_put_into_the_folder_of_a_selection(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(good)
    with pytest.raises(RunError, match=r"holds what was selected from .*first"):
        mmgen.fill_run(mmgen.RunFolder(good), mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR)))
    assert main(["retry", str(good)]) == 2
    assert "was selected from" in capsys.readouterr().err
    assert {name: data for name, data in contents(good).items() if name != ".lock"} == before


def test_a_selection_that_is_torn_is_to_be_made_anew(good: Path) -> None:
    [file] = (good / "conversations").iterdir()
    file.write_bytes(b"nothing")
    with pytest.raises(RunError, match=r"(?s)remove the folder, and give its 'mmgen select'"):
        mmgen.load_run(good)


def test_the_shards_of_a_run_are_chosen_from_together(tmp_path: Path) -> None:
    plan = mmgen.Plan("coco2017", data_dir=str(SAMPLE_DIR))
    for index in range(2):
        mmgen.fill_run(mmgen.RunFolder(tmp_path / "run", mmgen.Shard(index, 2)), plan)
    made = [manifest for _, manifest in mmgen.read_run(tmp_path / "run")]
    mmgen.select_run(tmp_path / "run", tmp_path / "good", total=20)
    [(_, manifest)] = mmgen.read_run(tmp_path / "good")
    assert manifest.samples == sum(shard.samples for shard in made)
    assert manifest.num_rejects == sum(shard.num_rejects for shard in made)
    assert len(mmgen.load_run(tmp_path / "good")) == 20
    card = write_card(tmp_path / "good", "alice/mini")
    assert "--shard I/2 --out runs/run\nmmgen select runs/run --total 20" in card
    assert "the first given for every I from 0 to 1" in card


def test_manifests_of_before_selections_are_read(checked: Path, tmp_path: Path) -> None:
    shutil.copytree(checked, tmp_path / "old")
    value: dict[str, Any] = json.loads((tmp_path / "old" / "run.json").read_text())
    del value["selections"]
    (tmp_path / "old" / "run.json").write_text(json.dumps(value))
    [(_, manifest)] = mmgen.read_run(tmp_path / "old")
    assert manifest.selections == []


def test_a_command_is_told_as_a_shell_reads_it() -> None:
    chosen = Selection("", 9, where=["a > 1", "b != x"], balance="kind", total=4, seed=2)
    assert chosen.command("runs/a", "runs/b") == (
        "mmgen select runs/a --where 'a > 1' --where 'b != x' --balance kind --total 4 --seed 2"
        " --out runs/b"
    )


def test_the_command_tells_what_was_dropped_and_what_remains(
    checked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = str(tmp_path / "few")
    words = ["select", str(checked), "--where", DOGS, "--total", "5"]
    assert main([*words, "--dry-run"]) == 0
    tried = capsys.readouterr().out
    dogs = mmgen.select_run(checked, where=[DOGS]).dropped[DOGS]
    assert tried.splitlines() == [
        "23 conversations",
        f"{dogs:2} dropped: {DOGS}",
        f"{18 - dogs:2} dropped: total 5",
        " 5 selected",
        "  kind        selected    of",
        f"  grounded           5    {23 - dogs:2}",
    ]
    assert main([*words, "--out", out]) == 0
    assert capsys.readouterr().out == f"{tried}next: mmgen export {out} --format llava --out DIR\n"
    assert main(["status", out]) == 0
    told = capsys.readouterr().out
    assert f"mmgen select {checked} --where '{DOGS}' --total 5 --out {out}" in told
    assert "conversations 5, selected from 23 by" in told
    assert main(["select", str(checked), "--total", "5"]) == 2
    assert "give one: --out runs/NAME, or --dry-run" in capsys.readouterr().err


def test_a_run_is_never_told_to_make_way_for_what_is_chosen_from_it(checked: Path) -> None:
    with pytest.raises(RunError, match=r"is the run to choose from\n.*name another folder"):
        mmgen.select_run(checked, checked / "." / "", where=["failed != any"])


def test_many_groups_are_told_in_short(checked: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["select", str(checked), "--balance", "category", "--total", "23", "--dry-run"]
    assert main(words) == 0
    groups = mmgen.select_run(checked, balance="category", total=23).groups
    told = capsys.readouterr().out.splitlines()
    assert len(told) == 3 + min(len(groups), 20) + (len(groups) > 20)


def test_the_names_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fields"]) == 0
    assert "kind      its kind: conversation, detail, grounded, ... (also to balance by)" in (
        capsys.readouterr().out
    )


def test_the_values_of_a_run_are_listed_with_their_counts(
    checked: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fields", str(checked)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert "kind: grounded 23" in told
    assert "source: coco2017 23" in told
    assert not any(line.startswith(("turns", "category", "keyword", "scores")) for line in told)


def test_values_are_listed_as_conditions_have_them_and_scores_by_their_names(
    checked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = shutil.copytree(checked, tmp_path / "run")
    conversations = undecoded(mmgen.load_run(run))
    rows = conversations.to_list()
    scores = [{"name": n, "value": 4.0, "judge": "j", "detail": None} for n in ("b", "a")]
    for number, row in enumerate(rows):
        row |= {"kind": 'a "b", c' if number else "plain, kind", "scores": scores}
    [file] = (run / "conversations").glob("*.parquet")
    Dataset.from_list(rows, features=conversations.features).to_parquet(file)
    assert main(["fields", str(run)]) == 0
    told = capsys.readouterr().out.splitlines()
    assert 'kind: "a ""b"", c" 22, "plain, kind" 1' in told
    assert told[-1] == "scores of j: a, b"
    assert len(mmgen.select_run(run, where=['kind = "a ""b"", c"', "a@j >= 4"]).rows) == 22
