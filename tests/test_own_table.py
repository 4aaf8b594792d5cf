"""Data that others made are checked, chosen from and exported as what was made here."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from datasets import Dataset, Features

import mmgen_datasets as mmgen
from mmgen_datasets.errors import UsageError
from mmgen_datasets.publish.about import about
from mmgen_datasets.publish.card import make_card
from mmgen_datasets.publish.pushable import pushable
from mmgen_datasets.schema import CONVERSATION


def test_a_file_of_llava_is_checked_chosen_from_and_written_again(
    conversations: Dataset, tmp_path: Path
) -> None:
    mmgen.export(conversations, "llava", tmp_path / "there")
    file = tmp_path / "there" / "llava.json"
    records = json.loads(file.read_text())
    records[1]["conversations"][1]["value"] = "As an AI language model, I cannot see pictures."
    file.write_text(json.dumps(records))
    samples = mmgen.load_dataset("llava_json", data_dir=str(tmp_path / "there"), split="train")
    mine = mmgen.as_conversations(samples)
    assert mine["sample_id"][:] == mine["id"][:] == [record["id"] for record in records]
    assert {*mine["kind"]} == {"conversation"}
    checked = mmgen.check_pictures(mmgen.check_duplicates(mmgen.check(mine)))
    chosen = mmgen.select(checked, ["failed != refusal", "missing != any"])
    assert chosen.dropped == {"failed != refusal": 1, "missing != any": 0}
    mmgen.export(chosen.rows, "llava", tmp_path / "again")
    del records[1]
    assert json.loads((tmp_path / "again" / "llava.json").read_text()) == records


def test_what_is_there_stays_and_what_is_missing_is_null(conversations: Dataset) -> None:
    assert mmgen.as_conversations(conversations).to_list() == conversations.to_list()
    bare = conversations.select_columns(["image", "messages"])
    completed = mmgen.as_conversations(bare, kind="vqa")
    assert completed.column_names == [*CONVERSATION, "image"]
    assert completed["id"][:3] == ["0", "1", "2"]
    row = completed[0]
    assert (row["kind"], row["checks"], row["license"], row["error"]) == ("vqa", [], None, None)


def test_a_row_without_words_says_so() -> None:
    half = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": None}]
    rows = Dataset.from_dict(
        {"messages": [half[:1] * 2, [], half, None], "error": [None, None, None, "it was refused"]},
        features=Features({name: CONVERSATION[name] for name in ("messages", "error")}),
    )
    assert mmgen.as_conversations(rows)["error"][:] == [
        None,
        "there are no messages",
        "a message lacks its role or its words",
        "it was refused",
    ]


def test_a_table_without_messages_is_refused(conversations: Dataset) -> None:
    with pytest.raises(UsageError, match=r"no column 'messages' .*\n.*load_dataset\('llava_json'"):
        mmgen.as_conversations(conversations.remove_columns("messages"))


def test_a_column_of_another_type_is_refused(conversations: Dataset) -> None:
    rows = conversations.select_columns(["image", "messages"])
    named = rows.add_column("license", ["cc-by-2.0"] * len(rows))
    with pytest.raises(UsageError, match=r"'license' is Value\('string'\), .*\n.*remove_columns"):
        mmgen.as_conversations(named)
    numbered = rows.add_column("id", [*range(len(rows))])
    with pytest.raises(UsageError, match=r"'id' is Value\('int64'\), .* is Value\('string'\)\n"):
        mmgen.as_conversations(numbered)
    mine = mmgen.as_conversations(numbered.cast_column("id", CONVERSATION["id"]))
    assert mine["sample_id"][:2] == ["0", "1"]


def test_the_card_does_not_tell_more_than_is_known(conversations: Dataset) -> None:
    """Not even the source."""
    mine = mmgen.as_conversations(conversations.select_columns(["image", "messages"]))
    mine = mmgen.select(mine, ["words >= 1"]).rows
    told = about(pushable(mine), "alice/mine", config="default", licence="any", language="en")
    card = make_card(told, None)
    assert "* Elsewhere, before `mmgen_datasets` knew them" in card
    assert "No model was asked" not in card
    assert "unknown" in card.split("### Licences")[1]
