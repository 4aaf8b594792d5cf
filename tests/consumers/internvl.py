"""InternVL's demands, from what ``internvl_chat_finetune.py`` of OpenGVLab/InternVL does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any


def read(meta_path: Path) -> list[dict[str, Any]]:
    """The records of all data sets of a meta file.

    Raises:
        ValueError: the trainer would stop, skip a record, or show it less than it names.
    """
    found = []
    for name, meta in json.loads(meta_path.read_text(encoding="utf-8")).items():
        if not meta["annotation"].endswith("jsonl"):
            raise ValueError(f"{name}: annotation must be jsonl")
        if not isinstance(meta["repeat_time"], int) or not isinstance(meta["data_augment"], bool):
            raise ValueError(f"{name}: repeat_time or data_augment")
        lines = Path(meta["annotation"]).read_text(encoding="utf-8").split("\n")[:-1]
        if len(lines) != meta["length"]:
            raise ValueError(f"{name}: {len(lines)} lines, not {meta['length']}")
        found += [_checked(json.loads(line), Path(meta["root"])) for line in lines]
    return found


def _checked(record: dict[str, Any], root: Path) -> dict[str, Any]:
    images, video = record.get("image", []), record.get("video")
    images = [images] if isinstance(images, str) else images
    text = "".join(turn["value"] for turn in record["conversations"])
    if images and video:
        raise ValueError("the video beside pictures is not read")
    if text.count("<image>") != len(images):
        raise ValueError(f"{len(images)} pictures for {text.count('<image>')} placeholders")
    if video and (not isinstance(video, str) or text.count("<video>") != 1):
        raise ValueError("one video, and one placeholder for it")
    if video and "<video>\n" not in record["conversations"][0]["value"]:
        raise ValueError("the first question has no <video> on a line of its own")
    for name in [*images, *([video] if video else [])]:
        if not (root / name).is_file():
            raise ValueError(f"no file {name}")
    return record
