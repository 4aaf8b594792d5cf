"""The source `llava_json`: LLaVA's list of records and MM-Gen's data file."""

from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from mmgen_datasets import export, generate, load_dataset
from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from tests.contracts.source import SourceContract, rows_of
from tests.sample import SAMPLE_DIR


def said(*words: str, roles: tuple[str, str] = ("human", "gpt")) -> list[dict[str, str]]:
    return [{"from": roles[n % 2], "value": value} for n, value in enumerate(words)]


LIST: list[dict[str, Any]] = [
    {"id": "one", "image": "a.png", "conversations": said("<image>\nWhat?", "A dot.")},
    {"id": 7, "image": ["a.png", "b/c.png"], "conversations": said("<image> and <image>?", "Two.")},
    {"id": "text", "conversations": said("Hi", "Hello"), "question_type": "chat"},
    {"id": "one", "image": "gone.png", "conversations": said("<image> Where?", "Here.")},
]
MMGEN: dict[str, Any] = {
    "image_folder": "charts",
    "dataset_description": "Dots",
    "samples": [
        {"image_1": "d.png", "conversations": said("<image> Q", "A", roles=("user", "assistant"))},
        {
            "image_1": "d.png",
            "image_2": "e.png",
            "conversations": said("<image 2> or <image 1>?", "The second"),
        },
    ],
}


def folder_with(content: object, folder: Path, name: str = "data.json") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text(json.dumps(content), "utf-8")
    for number, picture in enumerate(("a.png", "images/b/c.png", "charts/d.png", "charts/e.png")):
        path = folder / picture
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (4 + number, 4)).save(path)
    return folder


def rows(folder: Path, **settings: Any) -> list[dict[str, Any]]:
    dataset = load_dataset("llava_json", data_dir=str(folder), split="train", **settings)
    return list(dataset)


def said_in(row: dict[str, Any]) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in row["messages"]]


class TestList(SourceContract):
    source = "llava_json"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        return folder_with(LIST, tmp_path / "data")


class TestMMGen(SourceContract):
    source = "llava_json"

    @pytest.fixture
    def data_dir(self, tmp_path: Path) -> Path:
        return folder_with(MMGEN, tmp_path / "data")


def test_records_have_no_picture_one_or_several(tmp_path: Path) -> None:
    one, two, none, missing = rows(folder_with(LIST, tmp_path))
    assert said_in(one) == [("user", "<image>\nWhat?"), ("assistant", "A dot.")]
    assert (one["file_name"], one["image"].size, one["images"]) == ("a.png", (4, 4), None)
    assert [picture.size for picture in two["images"]] == [(4, 4), (5, 4)]
    assert (none["image"], none["file_name"]) == (None, None)
    assert json.loads(none["record"]) == {"question_type": "chat"}
    assert (missing["image"], missing["file_name"]) == (None, "gone.png")


def test_ids_are_as_given_and_unique(tmp_path: Path) -> None:
    assert [row["id"] for row in rows(folder_with(LIST, tmp_path / "a"))] == [
        *("one", "7", "text", "one-2")
    ]
    ids = [row["id"] for row in rows(folder_with(MMGEN, tmp_path / "b"))]
    assert ids == ["record-0", "record-1"]


def test_pictures_are_in_the_order_of_their_placeholders(tmp_path: Path) -> None:
    first, second = rows(folder_with(MMGEN, tmp_path))
    assert said_in(first) == [("user", "<image> Q"), ("assistant", "A")]
    assert [picture.size for picture in second["images"]] == [(7, 4), (6, 4)]
    assert said_in(second)[0] == ("user", "<image> or <image>?")


def test_lines_are_read_too(tmp_path: Path) -> None:
    folder = folder_with([], tmp_path)
    (folder / "data.json").unlink()
    (folder / "data.jsonl").write_text("\n".join(map(json.dumps, LIST)) + "\n", "utf-8")
    assert len(rows(folder)) == len(LIST)


def test_what_is_no_conversation_says_why_and_is_counted(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    odd = [
        3,
        {"conversations": []},
        {"conversations": said("<image> <image>", "A"), "image": "a.png"},
        {"conversations": said("<image 3>", "A"), "image_1": "a.png"},
        {"conversations": said("<image>", "A"), "image": "../a.png"},
        {"conversations": said("<image>", "A"), "image": "/etc/passwd"},
        LIST[0],
    ]
    with caplog.at_level(logging.WARNING):
        *broken, row = rows(folder_with(odd, tmp_path))
    assert (row["id"], row["error"], len(row["messages"])) == ("one", None, 2)
    out = "a picture's name leads out of the folder of the source"
    assert [other["error"] for other in broken] == [
        "the record is no object of JSON",
        "the conversation is empty",
        "2 <image> for 1 files",
        "a placeholder has the number of no picture",
        out,
        out,
    ]
    assert {len(other["messages"]) for other in broken} == {0}
    assert f"2 records are no conversations: {out}" in caplog.text


def test_a_file_without_any_conversation_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="none of 1 records is a conversation"):
        rows(folder_with([{"conversations": []}], tmp_path))


def test_of_several_files_one_is_chosen(tmp_path: Path) -> None:
    folder = folder_with(LIST, tmp_path)
    folder_with(MMGEN, tmp_path, "other.json")
    with pytest.raises(UsageError, match="2 files") as caught:
        rows(folder)
    assert "data.json, other.json" in caught.value.hint
    assert len(rows(folder, file="other.json")) == 2
    with pytest.raises(MissingFileError, match=r"third\.json"):
        rows(folder, file="third.json")


def test_the_folder_of_pictures_can_be_named(tmp_path: Path) -> None:
    folder = folder_with(MMGEN["samples"], tmp_path)
    assert rows(folder)[0]["image"] is None
    assert rows(folder, image_folder="charts")[0]["image"].size == (6, 4)
    with pytest.raises(MissingFileError, match="nowhere"):
        rows(folder, image_folder="nowhere")


def test_no_folder_given_is_an_error() -> None:
    with pytest.raises(MissingFileError, match="no folder"):
        load_dataset("llava_json")


def test_what_was_exported_is_read_again(tmp_path: Path) -> None:
    samples = load_dataset("coco2017", data_dir=str(SAMPLE_DIR), split="train[:4]")
    conversations = generate(samples)
    export(conversations, "llava", tmp_path / "out")
    again = load_dataset("llava_json", data_dir=str(tmp_path / "out"), split="train")
    kept = [row for row in rows_of(conversations) if row["error"] is None]
    assert [row["messages"] for row in again] == [row["messages"] for row in kept]
    assert [row["image"] for row in rows_of(again)] == [row["image"] for row in kept]
