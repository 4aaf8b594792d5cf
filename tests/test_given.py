"""The recipe `given`: conversations that others made become a run, as they stand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import (
    Plan,
    RunFolder,
    Scripted,
    Shard,
    as_conversations,
    check_run,
    export,
    fill_run,
    generate,
    load_dataset,
    load_run,
    select_run,
)
from mmgen_datasets.cli import main
from mmgen_datasets.errors import RecipeError, UsageError
from mmgen_datasets.prompts.recipe import load_recipe
from mmgen_datasets.publish.about import about
from mmgen_datasets.publish.card import make_card
from mmgen_datasets.publish.pushable import pushable
from mmgen_datasets.quality.check import check
from mmgen_datasets.schema import PROVENANCE
from tests.conversations import failed
from tests.test_llava_json import LIST, folder_with, said

SYSTEM: dict[str, Any] = {
    "id": "told",
    "image": "a.png",
    "conversations": [{"from": "system", "value": "Be brief."}, *said("<image>\nWhat?", "A dot.")],
}
SPREAD: dict[str, Any] = {
    "id": "spread",
    "image": ["a.png", "b/c.png"],
    "conversations": said("<image>\nWhat?", "A dot.", "And <image>?", "Another."),
}
BROKEN: list[Any] = [
    3,
    {"id": "empty", "conversations": []},
    {"id": "one", "conversations": said("<image> <image>", "A"), "image": "a.png"},
]
RECORDS = [*LIST, SYSTEM, SPREAD]


@pytest.fixture
def theirs(tmp_path: Path) -> Path:
    """A folder of records, of which some are broken."""
    return folder_with([*RECORDS, *BROKEN], tmp_path / "theirs")


def plan(folder: Path, **changes: Any) -> Plan:
    return Plan("llava_json", "given", data_dir=str(folder), **changes)


def texts(rows: Any) -> list[list[str]]:
    return [[message["content"] for message in messages] for messages in rows["messages"][:]]


def test_what_was_said_is_taken_word_for_word_under_its_own_id(theirs: Path) -> None:
    samples = load_dataset("llava_json", data_dir=str(theirs), split="train")
    rows = generate(samples, "given").select(range(len(RECORDS)))
    assert texts(rows) == [[t["value"] for t in r["conversations"]] for r in RECORDS]
    assert rows["id"][:] == ["one", "7", "text", "one-2", "told", "spread"] == rows["sample_id"][:]
    assert {*rows["kind"]} == {"conversation"}
    assert rows[4]["messages"][0] == {"role": "system", "content": "Be brief."}
    assert [len(pictures or ()) for pictures in rows["images"][:]] == [0, 2, 0, 0, 0, 2]
    assert rows["license"][:] == [None] * len(RECORDS)


def test_nothing_is_made_up_about_who_made_it(theirs: Path) -> None:
    samples = load_dataset("llava_json", data_dir=str(theirs), split="train")
    made = generate(samples, "given")[0]["provenance"]
    recipe = load_recipe("given")
    assert {name: value for name, value in made.items() if value is not None} == {
        "recipe": "given",
        "recipe_sha256": recipe.sha256,
        "library_version": made["library_version"],
    }


def test_who_tells_how_it_was_made_is_believed(conversations: Any) -> None:
    told = {**dict.fromkeys(PROVENANCE), "model": "theirs"}
    bare = conversations.remove_columns("provenance")
    assert as_conversations(bare, provenance=told)["provenance"][0]["model"] == "theirs"
    kept = as_conversations(conversations, provenance=told)
    assert kept["provenance"][0]["recipe"] == "grounded"


def test_a_run_rejects_what_is_no_conversation_with_the_reason(
    theirs: Path, tmp_path: Path
) -> None:
    manifest = fill_run(RunFolder(tmp_path / "run"), plan(theirs))
    assert (manifest.status, manifest.conversations, manifest.num_rejects) == ("finished", 6, 3)
    lines = (tmp_path / "run" / "rejects.jsonl").read_text().splitlines()
    assert {(row["id"], row["reason"]) for row in map(json.loads, lines)} == {
        ("record-6", "the record is no object of JSON"),
        ("empty", "the conversation is empty"),
        ("one-3", "2 <image> for 1 files"),
    }


def test_shards_and_limits_are_parts_of_the_same(theirs: Path, tmp_path: Path) -> None:
    fill_run(RunFolder(tmp_path / "whole"), plan(theirs))
    for index in range(3):
        fill_run(RunFolder(tmp_path / "cut", Shard(index, 3)), plan(theirs))
    few = RunFolder(tmp_path / "few")
    fill_run(few, plan(theirs, limit=2))
    whole = load_run(tmp_path / "whole")
    assert load_run(tmp_path / "cut").to_list() == whole.to_list()
    assert load_run(tmp_path / "few").to_list() == whole.select(range(2)).to_list()
    fill_run(few, plan(theirs))
    assert load_run(tmp_path / "few").to_list() == whole.to_list()


def test_findings_stay_when_the_command_is_given_again(theirs: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    fill_run(folder, plan(theirs))
    check_run(folder.path, checks=["turns", "placeholders"])
    fill_run(folder, plan(theirs))
    assert len(load_run(folder.path)["checks"][0]) == 2
    chosen = select_run(folder.path, where=["failed != any", "missing != any"]).rows
    assert "one-2" not in chosen["id"][:]  # its picture is not there
    assert len(chosen) == 5


def test_a_licence_that_nobody_tells_allows_nothing(theirs: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="9 have 'unknown licence'"):
        fill_run(RunFolder(tmp_path / "run"), plan(theirs, licence="commercial"))


def test_licences_that_samples_carry_decide(conversations: Any) -> None:
    """A prepared table of conversations has them in its rows."""
    samples = load_dataset("coco2017", data_dir="builders/sample/coco", split="train")
    texts = {row["sample_id"]: row["messages"] for row in conversations}
    given = samples.add_column("messages", [texts[id] for id in samples["id"]])
    given = given.cast_column("messages", conversations.features["messages"])
    allowed = generate(given, "given", licence="commercial")
    named = {(row["license"] or {}).get("commercial") for row in allowed}
    assert 0 < len(allowed) < len(given)
    assert named == {True}


def test_the_kind_is_that_of_the_recipe_file(theirs: Path, tmp_path: Path) -> None:
    file = tmp_path / "details.yaml"
    file.write_text("given: {kind: detail}")
    samples = load_dataset("llava_json", data_dir=str(theirs), split="train")
    assert {*generate(samples, file)["kind"]} == {"detail"}
    file.write_text("given: {kind: detail}\ngrounded: {}\n")
    with pytest.raises(RecipeError, match="both `grounded` and `given`"):
        load_recipe(file)


def test_it_asks_nobody(theirs: Path) -> None:
    samples = load_dataset("llava_json", data_dir=str(theirs), split="train")
    with pytest.raises(UsageError, match="'given' asks no model, and a backend is given"):
        generate(samples, "given", backend=Scripted())


def test_placeholders_are_counted_row_by_row(theirs: Path) -> None:
    """Without a picture there is none; of several each has one, in any question."""
    samples = load_dataset("llava_json", data_dir=str(theirs), split="train")
    rows = generate(samples, "given")
    assert not failed(check(rows, checks=["placeholders"]), "placeholders")
    bare = [{**message, "content": "What?"} for message in rows[0]["messages"]]
    lacking = rows.select([0]).remove_columns("messages").add_column("messages", [bare])
    lacking = lacking.cast_column("messages", rows.features["messages"])
    found = failed(check(lacking, checks=["placeholders"]), "placeholders")
    assert "lacks the placeholder" in found["one"]


def test_a_card_and_a_report_do_not_claim_to_have_made_it(theirs: Path, tmp_path: Path) -> None:
    fill_run(RunFolder(tmp_path / "run"), plan(theirs))
    card = make_card(about(pushable(tmp_path / "run"), "me/theirs", language="en"))
    assert "made by others" in card
    assert "* Elsewhere, before `mmgen_datasets` knew them" in card
    for claim in ("synthetic", "computed", "aimed for", "written by a model"):
        assert claim not in card
    assert main(["report", str(tmp_path / "run")]) == 0
    page = (tmp_path / "run" / "report.html").read_text()
    assert "by the recipe given, as others made them." in page


def test_it_is_shown_and_exported(
    theirs: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Pictures that are gone by now are not looked for by what shows no pictures."""
    run = str(tmp_path / "run")
    fill_run(RunFolder(tmp_path / "run"), plan(theirs))
    for format, number in {"llava": 4, "sharegpt": 5, "messages": 5, "instruct-jsonl": 5}.items():
        assert main(["export", run, "--format", format, "--out", str(tmp_path / format)]) == 0
        assert f"{number} conversations in" in capsys.readouterr().out
    assert "told" not in (tmp_path / "llava" / "llava.json").read_text()
    assert '"role": "system"' in (tmp_path / "sharegpt" / "sharegpt.jsonl").read_text()
    (theirs / "a.png").unlink()
    assert main(["show", run, "--number", "6"]) == 0
    assert "And <image>?" in capsys.readouterr().out


def test_what_has_no_messages_does_not_fit(samples: Any, theirs: Path) -> None:
    with pytest.raises(UsageError, match="the recipe 'given' reads conversation, and none of"):
        generate(samples, "given")


def test_a_conversation_without_a_last_answer_stops_no_export(tmp_path: Path) -> None:
    open_ended = {"id": "open", "conversations": said("Hi", "Hello", "And?")}
    folder = folder_with([*LIST[:3], open_ended], tmp_path / "theirs")
    samples = load_dataset("llava_json", data_dir=str(folder), split="train")
    exported = export(generate(samples, "given"), "llava", tmp_path / "out")
    assert exported.conversations == 3
    assert exported.left_out == {"it ends without an answer": 1}
