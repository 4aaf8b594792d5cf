"""LLaMA-Factory's demands, from its ``data/README.md`` and what its loader does (0.9.5).

It reads `dataset_info.json`, renames by ``columns`` and ``tags``, joins paths with ``media_dir``
(by default the folder of that file), drops conversations whose roles do not alternate, and stops
where placeholders and media are not as many.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datasets import load_dataset

_ENTRY = {"file_name", "formatting", "columns", "tags", "ranking", "subset", "split", "folder"}
_MEDIA = {"images": "<image>", "videos": "<video>", "audios": "<audio>"}
_COLUMNS = {"prompt", "query", "response", "history", "messages", "system", "tools", *_MEDIA}
_TAGS = {"role_tag", "content_tag", "user_tag", "assistant_tag", "system_tag"}
_TAGS |= {"observation_tag", "function_tag"}
_IGNORED = {"skeletons"}  # a column of a fork


def read(folder: Path, name: str = "mmgen") -> list[dict[str, Any]]:
    """The conversations of a data set as the trainer gets them.

    Raises:
        ValueError: the trainer would stop, or drop a conversation.
    """
    entry = json.loads((folder / "dataset_info.json").read_text(encoding="utf-8"))[name]
    columns, tags = entry["columns"], entry["tags"]
    unknown = {*(entry.keys() - _ENTRY), *(columns.keys() - _COLUMNS - _IGNORED)}
    if unknown := unknown | {*(tags.keys() - _TAGS)}:
        raise ValueError(f"dataset_info.json has unknown {unknown}")
    if entry["formatting"] != "sharegpt":
        raise ValueError(f"formatting is {entry['formatting']!r}")
    rows = load_dataset("json", data_files=str(folder / entry["file_name"]), split="train")
    return [_conversation(row, columns, tags, folder) for row in rows]


def _conversation(
    row: dict[str, Any], columns: dict[str, str], tags: dict[str, str], media_dir: Path
) -> dict[str, Any]:
    turns = row[columns["messages"]]
    roles = [turn[tags["role_tag"]] for turn in turns]
    if not roles or roles != [tags["user_tag"], tags["assistant_tag"]] * (len(roles) // 2):
        raise ValueError(f"is dropped for its roles: {roles}")
    text = "".join(turn[tags["content_tag"]] for turn in turns)
    media = {}
    for column, placeholder in _MEDIA.items():
        media[column] = (row[columns[column]] or []) if column in columns else []
        if text.count(placeholder) != len(media[column]):
            raise ValueError(f"{len(media[column])} {column} for {text.count(placeholder)}")
        for name in media[column]:
            if not (media_dir / name).is_file():
                raise ValueError(f"no file {name}")
    return {"turns": [turn[tags["content_tag"]] for turn in turns], **media}
