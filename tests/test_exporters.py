"""The exporters: the contract of all, and what is special about each."""

from __future__ import annotations

import json
import tarfile
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from datasets import load_dataset as load_files

from mmgen_datasets import export
from mmgen_datasets.errors import UnknownNameError, UsageError
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.exporters.base import Exported
from tests.contracts.exporter import ExporterContract, answers_of


def lines(file: Path) -> list[Any]:
    return [json.loads(line) for line in file.read_text(encoding="utf-8").split("\n")[:-1]]


def said_by_gpt(record: dict[str, Any]) -> list[str]:
    return [turn["value"] for turn in record["conversations"] if turn["from"] == "gpt"]


class TestLlava(ExporterContract):
    format = "llava"

    def answers(self, exported: Exported) -> list[list[str]]:
        return [said_by_gpt(record) for record in json.loads(exported.file.read_text("utf-8"))]

    def test_a_record_is_what_llava_reads(self, conversations: Dataset, tmp_path: Path) -> None:
        """By docs/Finetune_Custom_Data.md: the tag once, first turn, human and gpt by turns."""
        exported = export(conversations, "llava", tmp_path)
        for record in json.loads(exported.file.read_text("utf-8")):
            assert record.keys() == {"id", "image", "conversations"}
            assert (tmp_path / "images" / record["image"]).is_file()
            speakers = [turn["from"] for turn in record["conversations"]]
            assert speakers == ["human", "gpt"] * (len(speakers) // 2)
            values = [turn["value"] for turn in record["conversations"]]
            assert values[0].startswith("<image>\n")
            assert "".join(values).count("<image>") == 1

    def test_datasets_reads_it(self, conversations: Dataset, tmp_path: Path) -> None:
        exported = export(conversations, "llava", tmp_path)
        read = load_files("json", data_files=str(exported.file), split="train")
        assert len(read) == exported.conversations


class TestQwen(ExporterContract):
    format = "qwen"

    def answers(self, exported: Exported) -> list[list[str]]:
        return [said_by_gpt(record) for record in lines(exported.file)]


class TestInternVL(ExporterContract):
    format = "internvl"

    def answers(self, exported: Exported) -> list[list[str]]:
        return [said_by_gpt(record) for record in lines(exported.file)]

    def test_the_meta_file_tells_where_and_how_many(
        self, conversations: Dataset, tmp_path: Path
    ) -> None:
        exported = export(conversations, "internvl", tmp_path)
        assert json.loads((tmp_path / "internvl_meta.json").read_text()) == {
            "mmgen": {
                "root": str(tmp_path),
                "annotation": str(tmp_path / "internvl.jsonl"),
                "data_augment": False,
                "repeat_time": 1,
                "length": exported.conversations,
            }
        }


class TestSharegpt(ExporterContract):
    format = "sharegpt"

    def answers(self, exported: Exported) -> list[list[str]]:
        return [answers_of(record) for record in lines(exported.file)]


class TestMessages(ExporterContract):
    format = "messages"

    def answers(self, exported: Exported) -> list[list[str]]:
        read = load_files(str(exported.file), split="train").remove_columns("images")
        return [
            [
                part["text"]
                for turn in turns
                if turn["role"] == "assistant"
                for part in turn["content"]
            ]
            for turns in read["messages"]
        ]


class TestOpenAI(ExporterContract):
    format = "openai"

    def answers(self, exported: Exported) -> list[list[str]]:
        return [answers_of(record) for record in lines(exported.file)]

    def test_a_line_names_no_files(self, conversations: Dataset, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match="holds its pictures, not their names"):
            export(conversations, "openai", tmp_path, pictures="none")


class TestWebDataset(ExporterContract):
    format = "webdataset"

    def answers(self, exported: Exported) -> list[list[str]]:
        found = []
        for shard in sorted(exported.file.glob("*.tar")):
            with tarfile.open(shard) as tar:
                for name in tar.getnames():
                    if name.endswith(".json") and (file := tar.extractfile(name)):
                        found.append(answers_of(json.load(file)))
        return found


class TestParquet(ExporterContract):
    format = "parquet"

    def answers(self, exported: Exported) -> list[list[str]]:
        read = load_files(str(exported.file), split="train").remove_columns("image")
        return [answers_of(row) for row in read]

    def test_every_column_is_kept(self, conversations: Dataset, tmp_path: Path) -> None:
        exported = export(conversations, "parquet", tmp_path)
        read = load_files(str(exported.file), split="train")
        assert read.features == conversations.features
        good = conversations.filter(lambda error: error is None, input_columns="error")
        assert read.remove_columns("image").to_list() == good.remove_columns("image").to_list()


class TestInstructJsonl(ExporterContract):
    format = "instruct-jsonl"

    def answers(self, exported: Exported) -> list[list[str]]:
        each = groupby(lines(exported.file), key=lambda record: record["id"])
        return [[record["response"] for record in records] for _, records in each]

    def test_a_line_has_the_six_fields(self, conversations: Dataset, tmp_path: Path) -> None:
        exported = export(conversations, "instruct-jsonl", tmp_path)
        first, row = lines(exported.file)[0], conversations.remove_columns("image")[0]
        question, answer = (message["content"] for message in row["messages"][:2])
        assert first == {
            "id": row["id"],
            "instruction": question.removeprefix("<image>\n"),
            "response": answer,
            "image": int(row["sample_id"]),
            "image_source": "COCO2017",
            "type": "grounded",
        }

    def test_every_exchange_is_a_line(self, conversations: Dataset, tmp_path: Path) -> None:
        exported = export(conversations, "instruct-jsonl", tmp_path)
        turns = sum(len(messages) for messages in conversations["messages"])
        assert len(lines(exported.file)) == turns // 2


def test_every_exporter_has_its_contract() -> None:
    assert {kind.format for kind in ExporterContract.__subclasses__()} == set(EXPORTERS)


def test_an_unknown_format_is_named_with_what_there_is(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="no format is called 'lava'\n  → use 'llava'"):
        export(Dataset.from_dict({}), "lava", tmp_path)
