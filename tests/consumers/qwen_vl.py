"""Qwen-VL's demands, from ``qwen-vl-finetune/README.md`` of QwenLM/Qwen3-VL."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any


def read(annotations: Path, data_path: Path) -> list[list[dict[str, Any]]]:
    """Each conversation as messages of parts, every placeholder filled with its file.

    Raises:
        ValueError: the trainer would stop, or train on a placeholder.
    """
    lines = annotations.read_text(encoding="utf-8").split("\n")[:-1]
    return [_messages(json.loads(line), data_path) for line in lines]


def _messages(item: dict[str, Any], data_path: Path) -> list[dict[str, Any]]:
    left = {kind: _listed(item.get(kind)) for kind in ("image", "video")}
    messages = []
    for turn in item["conversations"]:
        content = []
        for piece in re.split(r"<(image|video)>", turn["value"]):
            if piece not in left:
                content.append({"type": "text", "text": piece})
            elif turn["from"] != "human":
                raise ValueError(f"an answer has <{piece}>")
            elif not left[piece]:
                raise ValueError(f"more <{piece}> than files")
            elif not (file := data_path / left[piece].pop(0)).is_file():
                raise ValueError(f"no file {file}")
            else:
                content.append({"type": piece, piece: str(file)})
        messages.append({"role": turn["from"], "content": content})
    if any(left.values()):
        raise ValueError(f"files that no placeholder stands for: {left}")
    return messages


def _listed(value: str | list[str] | None) -> list[str]:
    return [value] if isinstance(value, str) else list(value or ())
