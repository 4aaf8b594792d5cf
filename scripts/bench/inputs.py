"""Write what a benchmark asks: samples and a recipe, and the same prompts as plain text.

    python -m scripts.bench.inputs FOLDER REQUESTS STRAGGLERS

Each prompt has about 2 kB. A straggler holds a word that makes the test server take 8 seconds.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from datasets import Dataset, disable_progress_bars

from mmgen_datasets.schema import SAMPLE

RECIPE = """\
tasks:
  - name: conversation
    inputs: [captions]
    reply: turns
    system: |
      Write questions and answers about the picture that these sentences describe, as somebody
      who sees it. Put === between them.
"""
SENTENCE = "In picture {index} there are {number} boats on a lake under a wide and cloudy sky. "


def prompts(number: int, stragglers: int) -> Iterator[str]:
    spacing = number // (stragglers + 1)
    for index in range(number):
        text = "".join(SENTENCE.format(index=index, number=n) for n in range(25))
        is_late = index in range(spacing, spacing * stragglers + 1, spacing)
        yield text + "inject:slow-8s" if is_late else text


def rows(texts: list[str]) -> Iterator[dict[str, Any]]:
    empty: dict[str, Any] = dict.fromkeys(SAMPLE)
    empty |= {name: [] for name in ("objects", "labels", "relations", "narratives")}
    for index, text in enumerate(texts):
        known = {"id": str(index), "source": "bench", "split": "train", "captions": [text]}
        yield empty | known | {"file_name": f"{index}.jpg"}


def write(folder: Path, number: int, stragglers: int) -> None:
    texts = list(prompts(number, stragglers))
    (folder / "samples").mkdir()
    samples = Dataset.from_list(list(rows(texts)), features=SAMPLE)
    samples.to_parquet(folder / "samples" / "train.parquet")
    (folder / "prompts.json").write_text(json.dumps(texts))
    (folder / "recipe.yaml").write_text(RECIPE)


if __name__ == "__main__":
    disable_progress_bars()
    write(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
