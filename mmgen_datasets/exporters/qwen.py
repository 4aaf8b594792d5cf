r"""The format that Qwen-VL is fine-tuned with: LLaVA's records, one a line.

::

    {"id": "...", "image": ["images/a.jpg", "images/b.jpg"], "video": "videos/c.mp4",
     "conversations": [{"from": "human", "value": "<image>\n<image>\n<video>\nWhat ..."}, ...]}

From ``qwen-vl-finetune`` of QwenLM/Qwen3-VL: files are relative to the ``data_path`` of the data
set's entry in ``qwenvl/data/__init__.py``, here the folder of the export; there is exactly one
placeholder for each of them, in the questions only, or ``data_processor.py`` stops.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.exporters.attachments import Attached, Row
from mmgen_datasets.exporters.base import Exported, Pictures, each, write_lines
from mmgen_datasets.exporters.human_gpt import human_gpt
from mmgen_datasets.exporters.placing import Placing


def write(conversations: Dataset, out: Path, *, pictures: Pictures = "copy") -> Exported:
    """Write ``qwen.jsonl``, and the files under ``images/`` and ``videos/``; see `Exporter`."""
    exported = Exported(out / "qwen.jsonl")
    placing = Placing(out, pictures, exported)

    def record(row: Row, media: Attached) -> dict[str, Any]:
        placing.place(media)
        return human_gpt(row, {kind: placing.paths(media[kind]) for kind in media})

    write_lines(exported.file, each(conversations, exported, record, takes=("image", "video")))
    return exported
