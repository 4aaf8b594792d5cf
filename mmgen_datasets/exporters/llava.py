r"""The format of LLaVA: one JSON list, one object a conversation.

::

    {"id": "coco2017-397133-grounded", "image": "000000397133.jpg",
     "conversations": [{"from": "human", "value": "<image>\nHow many ..."},
                       {"from": "gpt", "value": "There are two ..."}]}

From ``docs/Finetune_Custom_Data.md`` of haotian-liu/LLaVA. ``image`` is relative to the folder
that the trainer takes as ``--image_folder``: ``images`` beside the file, or the source's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.errors import RowError
from mmgen_datasets.exporters.base import Exported, Pictures, alternating
from mmgen_datasets.exporters.pictures import place
from mmgen_datasets.files import whole_file
from mmgen_datasets.media import undecoded

_SPEAKERS = {"user": "human", "assistant": "gpt"}


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``llava.json`` and the pictures under ``images/``; see `Exporter`."""
    exported = Exported(out / "llava.json")
    has_images = "image" in conversations.features
    with whole_file(exported.file) as file:
        file.write("[")
        for row in undecoded(conversations):
            if row["error"] is not None:
                continue
            try:
                if has_images:
                    exported.pictures += place(row, out / "images", pictures)
            except RowError as error:
                exported.left_out[error.problem] += 1
                continue
            file.write(",\n" if exported.conversations else "\n")
            json.dump(_record(row, has_images), file, ensure_ascii=False)
            exported.conversations += 1
        file.write("\n]\n")
        exported.refuse_nothing()
    return exported


def _record(row: Mapping[str, Any], has_images: bool) -> dict[str, Any]:
    turns = [
        {"from": _SPEAKERS[message["role"]], "value": message["content"]}
        for message in alternating(row)
    ]
    image = {"image": row["file_name"]} if has_images else {}
    return {"id": row["id"], **image, "conversations": turns}
