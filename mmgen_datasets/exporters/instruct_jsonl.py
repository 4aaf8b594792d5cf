"""The format of multimodal-instruct: one line of JSON for each question and its answer.

::

    {"id": "...", "instruction": "...", "response": "...", "image": 42,
     "image_source": "COCO2017", "type": "conversation"}

The lines of one conversation share their ``id`` and stand in its order. ``image`` is the
source's own id, a number where it is one; the format names no picture files and has no
placeholders.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, get_args

from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import RowError
from mmgen_datasets.exporters.base import Exported, Pictures, alternating
from mmgen_datasets.files import whole_file
from mmgen_datasets.missing_media import without_media

_IMAGE_SOURCES = {
    "coco2014": "COCO2014",
    "coco2017": "COCO2017",
    "open_images_v7": "open_images",
}
_PLACEHOLDERS = re.compile(rf"\A(?:<(?:{'|'.join(get_args(MediaKind))})>\n)+")


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "none") -> Exported:
    """Write ``instruct.jsonl``; see `Exporter`. Pictures are never written."""
    exported = Exported(out / "instruct.jsonl")
    with whole_file(exported.file) as file:
        for row in without_media(conversations):
            if row["error"] is not None:
                continue
            try:
                records = list(_records(row))
            except RowError as error:
                exported.left_out[error.problem] += 1
                exported.hints[error.problem] = error.hint
                continue
            for record in records:
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
            exported.conversations += 1
        exported.refuse_nothing()
    return exported


def _records(row: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    sample_id = row["sample_id"]
    turns = [message["content"] for message in alternating(row)]
    for question, answer in zip(turns[::2], turns[1::2], strict=True):
        yield {
            "id": row["id"],
            "instruction": _PLACEHOLDERS.sub("", question),
            "response": answer,
            "image": int(sample_id) if sample_id.isdecimal() else sample_id,
            "image_source": _IMAGE_SOURCES.get(row["source"], row["source"]),
            "type": row["kind"],
        }
