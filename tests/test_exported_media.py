"""Several pictures in a conversation, none, videos, recordings, motions: where each goes."""

from __future__ import annotations

import json
import tarfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset, Image, List
from datasets import load_dataset as load_files

from mmgen_datasets import UsageError, export
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.exporters.base import Exported
from tests.consumers import llama_factory
from tests.exported_rows import (
    CLIP,
    PICTURES,
    SOUND,
    about_a_clip,
    mixed,
    no_picture,
    one_picture,
    row,
    stored,
    table,
    two_pictures,
)

WITH_MEDIA = sorted(EXPORTERS.keys() - {"instruct-jsonl"})


def records(exported: Exported) -> list[dict[str, Any]]:
    text = exported.file.read_text(encoding="utf-8")
    if exported.file.suffix == ".json":
        return list(json.loads(text))
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("format", WITH_MEDIA)
def test_conversations_with_any_number_of_pictures_are_written(format: str, tmp_path: Path) -> None:
    exported = export(mixed(), format, tmp_path)
    assert (exported.conversations, exported.pictures, exported.left_out) == (3, 3, {})


def test_llava_names_one_picture_or_lists_several(tmp_path: Path) -> None:
    two, text, one = records(export(mixed(), "llava", tmp_path))
    assert two["image"] == ["two-0.jpg", "two-1.jpg"]
    assert "image" not in text
    assert one["image"] == "train/c.jpg"
    for name, data in zip([*two["image"], one["image"]], PICTURES, strict=True):
        assert (tmp_path / "images" / name).read_bytes() == data


def test_sharegpt_has_the_same_columns_in_every_line(tmp_path: Path) -> None:
    two, text, one = records(export(mixed(), "sharegpt", tmp_path))
    assert two["images"] == ["images/two-0.jpg", "images/two-1.jpg"]
    assert (text["images"], one["images"]) == ([], ["images/train/c.jpg"])


def test_sharegpt_begins_with_a_picture_where_there_is_one(tmp_path: Path) -> None:
    """JSON readers take a column's type from the first 10 MB, and stop where it changes."""
    texts = [row(f"t{n}", "x" * 500_000, images=[]) for n in range(25)]
    exported = export(
        table([*texts, two_pictures(), one_picture()], "images"), "sharegpt", tmp_path
    )
    ids = ["two", *(f"t{n}" for n in range(25)), "one"]
    assert [record["id"] for record in records(exported)] == ids
    assert [len(found["images"]) for found in llama_factory.read(tmp_path)] == [2, *[0] * 25, 1]


def test_messages_has_a_part_for_each_picture_where_it_stands(tmp_path: Path) -> None:
    export(mixed(), "messages", tmp_path)
    read = load_files(str(tmp_path), split="train").cast_column("images", List(Image(decode=False)))
    question = read[0]["messages"][0]["content"]
    assert [part["type"] for part in question] == ["image", "text", "image", "text"]
    assert [part["text"] for part in question] == [None, "and\n", None, "How do they differ?"]
    assert [image["bytes"] for image in read[0]["images"]] == PICTURES[:2]
    assert read[1]["images"] == []


def test_messages_without_any_picture_are_plain_text(tmp_path: Path) -> None:
    export(table([no_picture()]), "messages", tmp_path)
    [read] = load_files(str(tmp_path), split="train")
    assert read["messages"][0]["content"] == "What is one and one?"
    assert "images" not in read


def test_webdataset_numbers_the_pictures_of_one_conversation(tmp_path: Path) -> None:
    export(mixed(), "webdataset", tmp_path)
    with tarfile.open(tmp_path / "train-000000.tar") as tar:
        names = tar.getnames()
    assert names == [
        *("000000000.0.jpg", "000000000.1.jpg", "000000000.json"),
        "000000001.json",
        *("000000002.jpg", "000000002.json"),
    ]


@pytest.mark.parametrize(
    ("format", "name", "placeholder"),
    [
        ("llava", "v/a.mp4", "<image>\n"),
        ("qwen", "videos/v/a.mp4", "<video>\n"),
        ("internvl", "videos/v/a.mp4", "<video>\n"),
    ],
)
def test_a_video_stands_beside_its_record(
    format: str, name: str, placeholder: str, tmp_path: Path
) -> None:
    """LLaVA-NeXT looks for ``<image>`` where a video is to go, too."""
    [record] = records(export(about_a_clip(), format, tmp_path))
    assert record["video"] == name
    assert record["conversations"][0]["value"] == f"{placeholder}What happens?"
    assert (tmp_path / "videos" / "v" / "a.mp4").read_bytes() == CLIP


def test_sharegpt_holds_media_of_every_kind(tmp_path: Path) -> None:
    motion = np.arange(2 * 263, dtype=np.float32).reshape(2, 263)
    question = "<video>\n<audio>\nWhich motion is it?"
    full = row(
        *("all", question, "<motion>"),
        video=stored(CLIP, "/elsewhere/a.mp4"),
        audio=stored(SOUND, "a.wav"),
        motion=motion.tolist(),
    )
    [record] = records(export(table([full], "video", "audio", "motion"), "sharegpt", tmp_path))
    assert record["videos"] == ["videos/all-0.mp4"]
    assert record["audios"] == ["audios/all-1.wav"]
    assert record["skeletons"] == ["motions/all-2.npy"]
    assert record["messages"][1]["content"] == "<skeleton>"
    assert (np.load(tmp_path / "motions/all-2.npy") == motion).all()
    info = json.loads((tmp_path / "dataset_info.json").read_text())["mmgen"]
    assert info["columns"] == {name: name for name in ("messages", "videos", "audios", "skeletons")}


def unfit() -> list[Any]:
    picture = stored(PICTURES[0], "a.jpg")
    many = [stored(PICTURES[0])] * 11
    moving: dict[str, Any] = {"video": stored(CLIP, "a.mp4")}
    both = one_picture() | moving
    both["messages"][0]["content"] = "<image>\n<video>\nIs it the same?"
    return [
        pytest.param("qwen", row("a", "What?", images=[picture]), "<image> 0 times for 1", id="no"),
        pytest.param("qwen", row("a", "<image>\n?", images=[]), "<image> 1 times for 0", id="more"),
        pytest.param(
            *("sharegpt", row("a", "?", "an <image>", images=[picture])),
            *("an answer has <image>",),
            id="answer",
        ),
        pytest.param("messages", row("a", "<video>\n?", **moving), "no place for video", id="kind"),
        pytest.param("llava", both, "pictures or one video", id="llava"),
        pytest.param("internvl", both, "pictures, or one video", id="internvl"),
        pytest.param(
            *("internvl", row("a", "What? <video>", file_name="a.mp4", **moving)),
            *("the first question opens",),
            id="video without its line",
        ),
        pytest.param(
            *("openai", row("a", "<image>\n" * 11, images=many), "no more than 10 pictures"),
            id="ten pictures",
        ),
    ]


@pytest.mark.parametrize(("format", "conversation", "reason"), unfit())
def test_what_a_trainer_would_stop_at_is_left_out(
    format: str, conversation: dict[str, Any], reason: str, tmp_path: Path
) -> None:
    rows = table([two_pictures(), no_picture(), conversation], "images", "video")
    exported = export(rows, format, tmp_path)
    assert exported.conversations == 2
    [why] = exported.left_out
    assert reason in why


def test_a_conversation_with_a_broken_picture_leaves_no_file(tmp_path: Path) -> None:
    broken = two_pictures()
    broken["images"][1] = stored(b"no picture", "b.jpg")
    exported = export(table([no_picture(), broken], "images"), "qwen", tmp_path)
    assert (exported.conversations, exported.pictures) == (1, 0)
    assert not (tmp_path / "images").exists()


def test_pictures_are_named_after_their_form_where_they_have_no_name(tmp_path: Path) -> None:
    nameless = two_pictures() | {"images": [stored(data) for data in PICTURES[:2]]}
    [record] = records(export(table([nameless], "images"), "qwen", tmp_path))
    assert record["image"] == ["images/two-0.jpg", "images/two-1.jpg"]


@pytest.mark.parametrize("format", ["messages", "parquet", "webdataset"])
def test_without_pictures_names_remain(format: str, conversations: Dataset, tmp_path: Path) -> None:
    whole = export(conversations, format, tmp_path / "whole")
    names = export(conversations, format, tmp_path / "names", pictures="none")
    assert (names.conversations, names.pictures) == (whole.conversations, 0)
    held = b"".join(path.read_bytes() for path in (tmp_path / "names").rglob("*-0*"))
    assert b"\xff\xd8\xff" not in held


@pytest.mark.parametrize(
    ("conversation", "hint"),
    [
        (row("a", "What?", images=[stored(PICTURES[0], "a.jpg")]), "see: mmgen check RUN"),
        (
            row("a", "<image>\n?", images=[None], file_name="a.jpg"),
            "with --data-dir where the pictures are now",
        ),
        (row("a", "<video>\n?", video=stored(CLIP, "a.mp4")), "choose one that takes all media"),
    ],
)
def test_where_nothing_can_be_exported_it_is_told_what_to_do(
    conversation: dict[str, Any], hint: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match="none of 1 conversation can be exported") as refused:
        export(table([conversation], "images", "video"), "messages", tmp_path)
    assert hint in refused.value.hint
