"""Exports read back by those they are made for: their own code, or checks of what it demands."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import PIL.Image
import pytest
from datasets import Dataset, Image
from datasets import load_dataset as load_files

from mmgen_datasets import export
from tests.consumers import internvl, llama_factory, openai_tuning, qwen_vl
from tests.contracts.exporter import as_rows, as_table
from tests.exported_rows import about_a_clip, mixed
from tests.models.store import ModelStore
from tests.photographs import file_of, photograph


@pytest.fixture(params=["generated", "mixed", "clip"])
def exported(request: pytest.FixtureRequest, conversations: Dataset) -> Dataset:
    """Conversations about a picture each, about any number of them, and about a video."""
    tables: dict[str, Callable[[], Dataset]] = {
        "generated": lambda: conversations.filter(lambda e: e is None, input_columns="error"),
        "mixed": mixed,
        "clip": about_a_clip,
    }
    return tables[request.param]()


def test_llama_factory(exported: Dataset, tmp_path: Path) -> None:
    export(exported, "sharegpt", tmp_path)
    read = llama_factory.read(tmp_path)
    assert [row["turns"] for row in read] == [
        [turn["content"] for turn in messages] for messages in exported["messages"]
    ]


def test_qwen_vl(exported: Dataset, tmp_path: Path) -> None:
    export(exported, "qwen", tmp_path)
    assert len(qwen_vl.read(tmp_path / "qwen.jsonl", tmp_path)) == len(exported)


def test_internvl(exported: Dataset, tmp_path: Path) -> None:
    export(exported, "internvl", tmp_path)
    assert len(internvl.read(tmp_path / "internvl_meta.json")) == len(exported)


def test_openai(conversations: Dataset, tmp_path: Path) -> None:
    exported = export(conversations, "openai", tmp_path)
    assert len(openai_tuning.read(exported.file)) == exported.conversations


@pytest.mark.parametrize(
    ("form", "mode"),
    [
        *(("JPEG", "RGB"), ("JPEG", "L"), ("JPEG", "CMYK"), ("WEBP", "RGBA"), ("TIFF", "RGB")),
        *(("PNG", "RGBA"), ("PNG", "P"), ("PNG", "L"), ("PNG", "I;16"), ("GIF", "P")),
    ],
)
def test_openai_gets_pictures_of_the_kinds_that_it_takes(
    form: str, mode: str, conversations: Dataset, tmp_path: Path
) -> None:
    drawn = photograph(16, 16)
    picture = PIL.Image.new(mode, (16, 16)) if mode == "I;16" else drawn.convert(mode)
    data = file_of(picture, form)
    [row, *_] = as_rows(conversations)
    row["image"] = {"bytes": data, "path": "a"}
    exported = export(as_table(conversations, [row]), "openai", tmp_path)
    [messages] = openai_tuning.read(exported.file)
    assert messages[0]["content"][0].size == (16, 16)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_webdataset(exported: Dataset, tmp_path: Path) -> None:
    """It leaves the files open that it reads; collected here, they warn of it in no other test."""
    webdataset = pytest.importorskip("webdataset")
    export(exported, "webdataset", tmp_path)
    urls = [str(path) for path in sorted(tmp_path.glob("*.tar"))]
    read = list(webdataset.WebDataset(urls, shardshuffle=False).decode("pil"))
    assert [sample["json"]["messages"] for sample in read] == exported["messages"]
    if "image" in exported.features:
        assert [sample["jpg"].size for sample in read] == [p.size for p in exported["image"]]
    gc.collect()


def test_datasets_reads_the_shards_of_webdataset(conversations: Dataset, tmp_path: Path) -> None:
    export(conversations, "webdataset", tmp_path)
    good = conversations.filter(lambda error: error is None, input_columns="error")
    read = load_files(str(tmp_path), split="train").cast_column("jpg", Image(decode=False))
    assert [row["messages"] for row in read["json"]] == good["messages"]
    stored = good.cast_column("image", Image(decode=False))["image"]
    assert [file["bytes"] for file in read["jpg"]] == [
        Path(file["path"]).read_bytes() for file in stored
    ]


@pytest.mark.parametrize("format", ["messages", "parquet"])
@pytest.mark.parametrize("streaming", [False, True])
def test_datasets(format: str, streaming: bool, conversations: Dataset, tmp_path: Path) -> None:
    exported = export(conversations, format, tmp_path)
    read = list(load_files(str(tmp_path), split="train", streaming=streaming))
    assert len(read) == exported.conversations
    good = conversations.filter(lambda error: error is None, input_columns="error")
    shown = [row["image"] if format == "parquet" else row["images"][0] for row in read]
    assert [picture.size for picture in shown] == [picture.size for picture in good["image"]]


@pytest.mark.slow
class TestTRL:
    """Its preparation of chats, and its collator with a tiny model's processor."""

    @pytest.fixture
    def read(self, tmp_path: Path) -> Any:
        export(mixed(), "messages", tmp_path)
        return load_files(str(tmp_path), split="train")

    def test_it_puts_every_picture_in_its_place(self, read: Dataset) -> None:
        data_utils = pytest.importorskip("trl.data_utils")
        for row in read:
            assert data_utils.is_conversational(row)
            filled = data_utils.prepare_multimodal_messages(row["messages"], images=row["images"])
            parts = [part for message in filled for part in message["content"]]
            shown = [part["image"] for part in parts if part["type"] == "image"]
            assert shown == row["images"]

    def test_its_collator_makes_a_batch(self, read: Dataset, tiny_models: ModelStore) -> None:
        sft_trainer = pytest.importorskip("trl.trainer.sft_trainer")
        transformers = pytest.importorskip("transformers")
        processor = transformers.AutoProcessor.from_pretrained(tiny_models.path("llava"))
        collate = sft_trainer.DataCollatorForVisionLanguageModeling(processor, max_length=None)
        batch = collate(list(read))
        assert len(batch["pixel_values"]) == 3
        assert batch["input_ids"].shape == batch["labels"].shape
