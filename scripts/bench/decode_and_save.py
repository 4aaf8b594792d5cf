"""The usual way to LLaVA's format: decode each picture, save it as PNG, dump all rows at the end.

python -m scripts.bench.decode_and_save FOLDER OUT
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from datasets import load_dataset


def convert(folder: Path, out: Path) -> None:
    rows = []
    (out / "default").mkdir(parents=True)
    for index, row in enumerate(load_dataset(str(folder), split="train", streaming=True)):
        path = f"default/{index}.png"
        row["image"].save(out / path)
        row["image"] = path
        rows.append(row)
    (out / "annotations").mkdir()
    with (out / "annotations" / "default.json").open("w", encoding="utf-8") as file:
        json.dump(rows, file, indent=4, ensure_ascii=False)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
