r"""The format that InternVL is fine-tuned with: LLaVA's records, one a line, and a meta file.

::

    {"mmgen": {"root": "/data/out", "annotation": "/data/out/internvl.jsonl",
               "data_augment": false, "repeat_time": 1, "length": 23}}

From ``internvl_chat_finetune.py`` of OpenGVLab/InternVL, which takes the meta file as
``--meta_path`` and finds files below ``root``. It reads pictures or one video in a conversation,
and replaces the words ``<video>\n`` of the first question by the frames. Its paths are absolute, as
the trainer may be started anywhere: after the folder is moved, edit them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.errors import RowError
from mmgen_datasets.exporters.attachments import Attached, Row
from mmgen_datasets.exporters.base import Exported, Pictures, each, write_lines
from mmgen_datasets.exporters.human_gpt import has_both, human_gpt
from mmgen_datasets.exporters.placing import Placing
from mmgen_datasets.files import whole_file


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``internvl.jsonl``, ``internvl_meta.json`` and the files; see `Exporter`."""
    exported = Exported(out / "internvl.jsonl")
    placing = Placing(out, pictures, exported)

    def record(row: Row, media: Attached) -> dict[str, Any]:
        is_first = row["messages"][0]["content"].count("<video>\n") == 1
        if has_both(media) or ("video" in media and not (is_first and len(media["video"]) == 1)):
            raise RowError("InternVL takes pictures, or one video that the first question opens")
        placing.place(media)
        return human_gpt(row, {kind: placing.paths(media[kind]) for kind in media})

    write_lines(exported.file, each(conversations, exported, record, takes=("image", "video")))
    meta = {
        "root": str(out.absolute()),
        "annotation": str(exported.file.absolute()),
        "data_augment": False,
        "repeat_time": 1,
        "length": exported.conversations,
    }
    with whole_file(out / "internvl_meta.json") as file:
        json.dump({"mmgen": meta}, file, indent=2, ensure_ascii=False)
        file.write("\n")
    return exported
