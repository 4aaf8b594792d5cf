r"""The format of LLaVA: one JSON list, one object a conversation.

::

    {"id": "coco2017-397133-grounded", "image": "000000397133.jpg",
     "conversations": [{"from": "human", "value": "<image>\nHow many ..."},
                       {"from": "gpt", "value": "There are two ..."}]}

From ``docs/Finetune_Custom_Data.md`` of haotian-liu/LLaVA. ``image`` is relative to the folder
that the trainer takes as ``--image_folder``: ``images`` beside the file, or the source's own.
Several pictures are a list, as LLaVA-NeXT reads it; a conversation about text has no ``image``. A
``video`` is relative to ``--video_folder``, and its placeholder is ``<image>`` there too: it is the
only one that LLaVA-NeXT's ``train.py`` looks for.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.errors import RowError
from mmgen_datasets.exporters.attachments import Attached, Row
from mmgen_datasets.exporters.base import Exported, Pictures, each
from mmgen_datasets.exporters.human_gpt import has_both, human_gpt
from mmgen_datasets.exporters.placing import Placing
from mmgen_datasets.files import whole_file


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``llava.json``, and the files under ``images/`` and ``videos/``; see `Exporter`."""
    exported = Exported(out / "llava.json")
    placing = Placing(out, pictures, exported)

    def record(row: Row, media: Attached) -> dict[str, Any]:
        if has_both(media) or len(media.get("video", ())) > 1:
            raise RowError("LLaVA takes pictures or one video in a conversation")
        placing.place(media)
        files = {kind: [str(file.path) for file in media[kind]] for kind in media}
        made = human_gpt(row, files)
        if "video" in media:
            for turn in made["conversations"]:
                turn["value"] = turn["value"].replace("<video>", "<image>")
        return made

    with whole_file(exported.file) as file:
        separator = "[\n"
        for made in each(conversations, exported, record, takes=("image", "video")):
            file.write(separator + json.dumps(made, ensure_ascii=False))
            separator = ",\n"
        file.write("\n]\n")
    return exported
