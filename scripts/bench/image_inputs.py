"""Write what a benchmark of pictures asks: JPEG files, samples that point to them, a recipe.

    python -m scripts.bench.image_inputs FOLDER REQUESTS

Each picture is like a photograph: 640 x 480 pixels and about 160 kB.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
from datasets import Dataset, Features, Image, disable_progress_bars

from mmgen_datasets.schema import SAMPLE

WIDTH, HEIGHT = 640, 480
RECIPE = """\
tasks:
  - name: look
    inputs: [image]
    reply: turns
    system: Write questions and answers about the picture. Put === between them.
"""


def draw_photograph(seed: int) -> bytes:
    """Soft colours below, grain above: a file as large as a photograph's."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    soft = PIL.Image.fromarray(coarse).resize((WIDTH, HEIGHT), PIL.Image.Resampling.BICUBIC)
    grainy = np.asarray(soft) * 0.6 + 50 + rng.normal(0, 14, (HEIGHT, WIDTH, 1))
    file = io.BytesIO()
    PIL.Image.fromarray(grainy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def row(path: Path) -> dict[str, Any]:
    empty: dict[str, Any] = dict.fromkeys(SAMPLE)
    empty |= {n: [] for n in ("captions", "objects", "labels", "relations", "narratives")}
    known = {"id": path.stem, "source": "bench", "split": "train", "file_name": path.name}
    return empty | known | {"width": WIDTH, "height": HEIGHT, "image": str(path)}


def write(folder: Path, number: int) -> None:
    (folder / "samples").mkdir()
    (folder / "pictures").mkdir()
    paths = [folder / "pictures" / f"{index:06}.jpg" for index in range(number)]
    for seed, path in enumerate(paths):
        path.write_bytes(draw_photograph(seed))
    features = Features(SAMPLE | {"image": Image()})
    samples = Dataset.from_list([row(path) for path in paths], features=features)
    samples.to_parquet(folder / "samples" / "train.parquet")
    (folder / "recipe.yaml").write_text(RECIPE)


if __name__ == "__main__":
    disable_progress_bars()
    write(Path(sys.argv[1]), int(sys.argv[2]))
