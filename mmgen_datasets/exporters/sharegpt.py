r"""The format that LLaMA-Factory and ms-swift read: lines of messages, and `dataset_info.json`.

::

    {"id": "...", "messages": [{"role": "user", "content": "<image>\nHow many ..."}, ...],
     "images": ["images/000000397133.jpg"]}

From ``data/README.md`` of hiyouga/LLaMA-Factory. Each placeholder stands for one entry of
``images``, ``videos`` or ``audios``; user and assistant alternate, or the trainer drops the
conversation with no more than a warning. Motions are ``skeletons``, as a fork for them reads it:
NumPy files, ``<skeleton>`` in the text; LLaMA-Factory itself ignores that column. Every line has
the same columns, as its JSON reader needs them.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.exporters.attachments import Attached, Row, kinds_in
from mmgen_datasets.exporters.base import Exported, Pictures, alternating, each, write_lines
from mmgen_datasets.exporters.placing import Placing
from mmgen_datasets.files import whole_file

_COLUMNS: dict[MediaKind, str] = {
    "image": "images",
    "video": "videos",
    "audio": "audios",
    "motion": "skeletons",
}


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``sharegpt.jsonl``, ``dataset_info.json`` and the files; see `Exporter`."""
    exported = Exported(out / "sharegpt.jsonl")
    placing = Placing(out, pictures, exported)
    kinds = kinds_in(conversations.features)

    def record(row: Row, media: Attached) -> dict[str, Any]:
        placing.place(media)
        files = {
            _COLUMNS[kind]: placing.paths(media[kind]) if kind in media else [] for kind in kinds
        }
        messages = [
            {**message, "content": message["content"].replace("<motion>", "<skeleton>")}
            for message in alternating(row)
        ]
        return {"id": row["id"], "messages": messages, **files}

    write_lines(exported.file, each(conversations, exported, record, takes=tuple(_COLUMNS)))
    with whole_file(out / "dataset_info.json") as file:
        json.dump(_dataset_info(exported.file.name, kinds), file, indent=2)
        file.write("\n")
    return exported


def _dataset_info(file_name: str, kinds: Sequence[MediaKind]) -> dict[str, Any]:
    columns = {"messages": "messages"} | {_COLUMNS[kind]: _COLUMNS[kind] for kind in kinds}
    tags = {
        "role_tag": "role",
        "content_tag": "content",
        "user_tag": "user",
        "assistant_tag": "assistant",
        "system_tag": "system",
    }
    entry = {"file_name": file_name, "formatting": "sharegpt", "columns": columns, "tags": tags}
    return {"mmgen": entry}
