"""`mmgen convert`: parquet to LLaVA's JSON, in the layout of EMOVA."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import datasets
import PIL.Image
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from datasets import Dataset

from mmgen_datasets import convert, export
from scripts.convert_hf_parquet_to_llava import main as script
from tests.parquet_files import content, converted, media, picture, talk, write


class TestLayout:
    def test_it_is_that_of_emova(self, tmp_path: Path) -> None:
        data = write(
            tmp_path / "squares",
            {"id": ["a"], "image": [media(picture(), "x.png")], "conversations": [talk()]},
        )
        words = ["--dataset_path", str(data), "--save_root", str(tmp_path / "out")]
        assert script([*words, "--config", "all", "--split", "train"]) == 0
        root = tmp_path / "out" / "squares"
        assert json.loads((root / "annotations" / "default.json").read_text()) == [
            {"id": "a", "image": "default/0.jpg", "conversations": talk()}
        ]
        assert content(root).keys() == {"annotations/default.json", "default/0.jpg"}
        assert (root / "default" / "0.jpg").read_bytes() == picture()

    def test_several_configurations_and_splits_have_their_names(self, tmp_path: Path) -> None:
        data = tmp_path / "data"
        for name in ("one/train", "one/test", "two/train"):
            folder, _, split = name.partition("/")
            write(data / folder, {"conversations": [talk(name)]}, split)
        (data / "README.md").write_text(
            "---\nconfigs:\n"
            "- config_name: one\n  data_files:\n"
            "  - {split: train, path: one/train.parquet}\n"
            "  - {split: test, path: one/test.parquet}\n"
            "- config_name: two\n  data_files:\n"
            "  - {split: train, path: two/train.parquet}\n---\n"
        )
        parts = convert(str(data), tmp_path / "all", split="all")
        assert [part.folder.name for part in parts] == ["one-train", "one-test", "two-train"]
        assert "one/test" in parts[1].folder.annotations.read_text()
        assert [part.folder.name for part in convert(str(data), tmp_path / "b")] == ["one", "two"]
        [part] = convert(str(data), tmp_path / "c", config="one", split="test")
        assert part.folder.name == "one"

    def test_row_numbers_go_on_from_file_to_file(self, tmp_path: Path) -> None:
        for number in range(3):
            columns = {"image": [media(picture())] * 2, "conversations": [talk()] * 2}
            write(tmp_path / "data", columns, f"train-0000{number}-of-00003")
        records, _ = converted(tmp_path / "data", tmp_path / "out", num_proc=1)
        assert [record["image"] for record in records] == [f"default/{n}.jpg" for n in range(6)]
        assert records[5]["id"] == "default-5"

    def test_an_empty_dataset_is_an_empty_list(self, tmp_path: Path) -> None:
        schema = pa.schema({"conversations": pa.list_(pa.map_(pa.string(), pa.string()))})
        (tmp_path / "data").mkdir()
        pq.write_table(schema.empty_table(), tmp_path / "data" / "train.parquet")
        records, part = converted(tmp_path / "data", tmp_path / "out")
        assert records == []
        assert part.counts.conversations == 0

    def test_texts_of_all_languages_stay_as_they_are(self, tmp_path: Path) -> None:
        words = 'Was ist das? 这是什么? \u2028 😀 "\\\n'
        data = write(tmp_path / "资料", {"id": ["é"], "conversations": [talk(words)]})
        records, part = converted(data, tmp_path / "out")
        assert records == [{"id": "é", "conversations": talk(words)}]
        assert "这是什么" in part.folder.annotations.read_text(encoding="utf-8")
        assert part.folder.root.name == "资料"


class TestTurns:
    @pytest.mark.parametrize(
        ("column", "value"),
        [
            ("conversations", talk()),
            ("conversations", json.dumps(talk())),
            ("messages", [{"role": "user", "content": "<image>\nWhat is it?"}]),
            ("texts", [{"user": "<image>\nWhat is it?", "assistant": "A square."}]),
            (
                "messages",
                [
                    {
                        "role": "user",
                        "content": [
                            {"type": "image", "text": None},
                            {"type": "text", "text": "What is it?"},
                        ],
                    },
                    {"role": "assistant", "content": [{"type": "text", "text": "A square."}]},
                ],
            ),
        ],
        ids=["llava", "json", "openai", "cauldron", "parts"],
    )
    def test_every_usual_form_is_read(self, column: str, value: Any, tmp_path: Path) -> None:
        data = write(tmp_path / "data", {"image": [media(picture())], column: [value]})
        [record], _ = converted(data, tmp_path / "out")
        assert record["conversations"] == talk()[: len(record["conversations"])]

    def test_what_else_a_turn_says_is_kept(self, tmp_path: Path) -> None:
        turns = talk("Hello")
        turns[1]["re_encode"] = True
        data = write(tmp_path / "data", {"conversations": [turns]})
        [record], _ = converted(data, tmp_path / "out")
        assert record["conversations"] == turns

    def test_placeholders_are_put_where_none_is(self, tmp_path: Path) -> None:
        pictures = [[media(picture()), media(picture("PNG"))]]
        data = write(tmp_path / "data", {"images": pictures, "conversations": [talk("Compare.")]})
        [record], _ = converted(data, tmp_path / "out")
        assert record["conversations"][0]["value"] == "<image>\n<image>\nCompare."
        assert record["image"] == ["default/0.jpg", "default/0-1.png"]

    @pytest.mark.parametrize(
        ("value", "reason"),
        [
            (None, "the conversation is missing"),
            ([], "the conversation is empty"),
            (talk("<image> <image>"), "2 <image> for 1 files"),
            (talk(answer="<image>"), "an answer holds <image>"),
            (talk()[1:], "a turn of 'gpt' where one of 'human' is due"),
            (talk() + talk()[1:], "a turn of 'gpt' where one of 'human' is due"),
            ([{"from": "tool", "value": "x"}], "a turn of 'tool', whom LLaVA's format does not"),
            ([{"from": "human", "value": None}], "a turn has no words"),
            ([{"who": "human", "value": "x"}], "a turn is no object with a speaker and words"),
            ("no JSON", "the conversation is a text, and not JSON"),
            ("[" * 100_000, "the conversation is a text, and not JSON"),
            (talk(answer="\ud800"), "a column holds what JSON cannot say"),
            ([{"role": "user", "content": [{"type": "film"}]}], "a part of a turn is of type"),
        ],
    )
    def test_what_is_no_conversation_is_rejected_and_the_rest_goes_on(
        self, value: Any, reason: str, tmp_path: Path
    ) -> None:
        """As JSON, since a column of parquet holds values of one type."""
        values = [json.dumps(talk()), value if isinstance(value, str) else json.dumps(value)]
        if value is None:
            values[1] = None  # type: ignore[call-overload]
        columns = {"image": [media(picture())] * 2, "conversations": values}
        records, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        assert len(records) == 1
        assert part.counts.conversations == 1
        [rejected] = map(json.loads, part.folder.rejects.read_text().splitlines())
        assert rejected["row"] == 1
        assert rejected["reason"].startswith(reason)
        assert not (part.folder.media / "1.jpg").exists()


class TestRoundTrip:
    def test_what_the_exporter_writes_comes_back(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        exported = export(conversations, "llava", tmp_path / "llava")
        rows = json.loads(exported.file.read_text(encoding="utf-8"))
        columns = {key: [row[key] for row in rows] for key in ("id", "conversations")}
        columns["image"] = [f"images/{row['image']}" for row in rows]
        data = write(tmp_path / "llava", columns)
        records, part = converted(data, tmp_path / "out", names="data")
        assert [record["conversations"] for record in records] == columns["conversations"]
        for record, row in zip(records, rows, strict=True):
            file = part.folder.root / record["image"]
            assert file.read_bytes() == (data / "images" / row["image"]).read_bytes()

    def test_what_generate_makes_is_converted_as_it_is(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        """Embedded as a push does it; the row with an error has no messages."""
        embedded = conversations.with_format("arrow").map(
            datasets.table.embed_table_storage, batched=True
        )
        (tmp_path / "run").mkdir()
        embedded.with_format(None).to_parquet(tmp_path / "run" / "train.parquet")
        records, part = converted(tmp_path / "run", tmp_path / "out")
        good = [error is None for error in conversations["error"]]
        assert len(records) == sum(good) == part.counts.files
        assert list(part.counts.rejects.values()) == [len(good) - sum(good)]

    def test_datasets_and_llava_read_it(self, conversations: Dataset, tmp_path: Path) -> None:
        """LLaVA's own reading: human and gpt by turns, and one picture below the folder."""
        export(conversations, "llava", tmp_path / "llava")
        columns = {
            "image": [media(picture())] * 3,
            "conversations": [talk()] * 3,
        }
        _, part = converted(write(tmp_path / "data", columns), tmp_path / "out")
        for source in json.loads(part.folder.annotations.read_text()):
            with PIL.Image.open(part.folder.root / source["image"]) as opened:
                opened.convert("RGB")
            for index, sentence in enumerate(source["conversations"]):
                assert sentence["from"] == ("human", "gpt")[index % 2]
        files = str(part.folder.annotations)
        assert len(datasets.load_dataset("json", data_files=files, split="train")) == 3
