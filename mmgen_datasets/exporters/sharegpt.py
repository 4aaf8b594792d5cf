r"""The format that LLaMA-Factory and ms-swift read: lines of messages, and `dataset_info.json`.

::

    {"id": "...", "messages": [{"role": "user", "content": "<image>\nHow many ..."}, ...],
     "images": ["images/000000397133.jpg"]}

From ``data/README.md`` of hiyouga/LLaMA-Factory. Each placeholder stands for one entry of
``images``, ``videos`` or ``audios``; user and assistant alternate, or the trainer drops the
conversation with no more than a warning. Motions are ``skeletons``, as a fork for them reads it:
NumPy files, ``<skeleton>`` in the text; LLaMA-Factory itself ignores that column. Every line has
the same columns. The JSON reader of `datasets` takes a column for empty that is so in the first
10 MB, and stops at what comes then: the first line with an entry in a column goes to the front.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Any

from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.exporters.attachments import Attached, Row, kinds_in
from mmgen_datasets.exporters.base import Exported, Pictures, alternating, each
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
            for message in alternating(row, with_system=True)
        ]
        return {"id": row["id"], "messages": messages, **files}

    records = each(conversations, exported, record, takes=tuple(_COLUMNS))
    _write(exported.file, records, {_COLUMNS[kind] for kind in kinds})
    with whole_file(out / "dataset_info.json") as file:
        json.dump(_dataset_info(exported.file.name, kinds), file, indent=2)
        file.write("\n")
    return exported


def _write(path: Path, records: Iterable[dict[str, Any]], empty: set[str]) -> None:
    """Write lines, those first that are the first with an entry in one of these columns."""
    num_later = 0
    with whole_file(path) as file, _unnamed(path.parent) as later:
        for record in records:
            line = json.dumps(record, ensure_ascii=False) + "\n"
            filled = {column for column in empty if record[column]}
            empty = empty - filled
            if filled or not (empty or num_later):
                file.write(line)
            else:
                later.write(line)
                num_later += 1
        later.seek(0)
        shutil.copyfileobj(later, file)


def _unnamed(folder: Path) -> IO[str]:
    """A file that is gone with the process, however that ends."""
    return TemporaryFile("w+", encoding="utf-8", newline="", dir=folder)


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
