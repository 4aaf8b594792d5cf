"""Measure loading COCO against indexing it with pycocotools.

    pip install pycocotools
    python scripts/bench/coco.py --folder coco-bench --scale 1.0 --runs 3

writes annotation files of the size and form of train2017 into the folder, once (seeded; 570 MB
at scale 1), and then runs both in turns, each time in a fresh process:

* ours: ``load_dataset("coco2017", split="train")`` with an empty cache, the two files joined
  into rows on disk;
* pycocotools: ``COCO(instances)`` and ``COCO(captions)``, their dictionaries in memory.

CPU is user and system time of the whole process, imports included; memory is its peak.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from mmgen_datasets.vocabulary import COCO

NUM_IMAGES, NUM_OBJECTS, NUM_CAPTIONS = 118_287, 860_001, 591_753  # of train2017
CROWD_SHARE = 0.012
WORDS = [
    "a",
    "man",
    "woman",
    "dog",
    "is",
    "sitting",
    "on",
    "the",
    "table",
    "with",
    "an",
    "umbrella",
    "next",
    "to",
    "two",
    "red",
    "large",
    "bus",
]

LOADERS = {
    "ours": "from mmgen_datasets.loading import load_dataset; "
    "load_dataset('coco2017', data_dir={folder!r}, split='train')",
    "pycocotools": "from pycocotools.coco import COCO; "
    "instances = COCO({folder!r} + '/annotations/instances_train2017.json'); "
    "captions = COCO({folder!r} + '/annotations/captions_train2017.json')",
}


class Run(NamedTuple):
    """What one process took."""

    cpu_s: float
    wall_s: float
    peak_mb: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the files are written")
    parser.add_argument("--scale", type=float, default=1.0, help="share of train2017's size")
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    arguments = parser.parse_args()
    folder = arguments.folder.absolute() / f"scale-{arguments.scale:g}"
    if not folder.exists():
        write_files(folder, arguments.scale)
    runs: dict[str, list[Run]] = {name: [] for name in LOADERS}
    for _ in range(arguments.runs):
        for name, code in LOADERS.items():
            runs[name].append(measure(code.format(folder=str(folder))))
            print(f"{name:12} {describe(runs[name][-1])}", flush=True)
    report(runs, round(NUM_IMAGES * arguments.scale))


def measure(code: str) -> Run:
    """Run code in a fresh process that has an empty cache."""
    with tempfile.TemporaryDirectory() as cache:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-c", code],
            env={**os.environ, "HF_HOME": cache, "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    if status != 0:
        sys.exit(f"this failed; run it by itself to see why: {sys.executable} -c {code!r}")
    process.returncode = 0  # wait4 reaped it
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024)


def describe(run: Run) -> str:
    return f"{run.cpu_s:6.2f} CPU s  {run.wall_s:6.2f} s  {run.peak_mb:6.0f} MB"


def report(runs: dict[str, list[Run]], num_rows: int) -> None:
    """Print medians and their ratios."""
    medians = {
        name: Run(*(statistics.median(column) for column in zip(*taken, strict=True)))
        for name, taken in runs.items()
    }
    for name, median in medians.items():
        print(f"{name:12} {describe(median)}  {num_rows / median.cpu_s:8,.0f} images per CPU s")
    ours, theirs = medians["ours"], medians["pycocotools"]
    ratios = [their / our for their, our in zip(theirs, ours, strict=True)]
    print("pycocotools / ours: {:.1f} CPU, {:.1f} wall, {:.1f} memory".format(*ratios))


def write_files(folder: Path, scale: float) -> None:
    """Write instances and captions in the official form: one line, annotations in any order."""
    rng = random.Random(2017)
    annotations = folder / "annotations"
    annotations.mkdir(parents=True)
    ids = sorted(rng.sample(range(1, 600_000), round(NUM_IMAGES * scale)))
    rng.shuffle(ids)
    images = [_image(id, rng) for id in ids]
    objects = _objects(round(NUM_OBJECTS * scale), ids, rng)
    captions = _captions(round(NUM_CAPTIONS * scale), ids, rng)
    _write(annotations / "captions_train2017.json", images, captions)
    _write(annotations / "instances_train2017.json", images, objects, categories=_categories())


def _image(id: int, rng: random.Random) -> str:
    return json.dumps(
        {
            "license": rng.randint(1, 8),
            "file_name": f"{id:012}.jpg",
            "coco_url": f"http://images.cocodataset.org/train2017/{id:012}.jpg",
            "height": 480,
            "width": 640,
            "date_captured": "2013-11-14 16:28:13",
            "flickr_url": f"http://farm{rng.randint(1, 9)}.staticflickr.com/8028/{id:010}_z.jpg",
            "id": id,
        }
    )


def _objects(num: int, ids: list[int], rng: random.Random) -> Iterator[str]:
    outlines = [_outline(rng) for _ in range(1000)]
    crowds = [_crowd(rng) for _ in range(20)]
    categories = [category["id"] for category in _categories()]
    for number in range(num):
        is_crowd = rng.random() < CROWD_SHARE
        x, y = round(rng.random() * 320, 2), round(rng.random() * 240, 2)
        width, height = round(rng.random() * 320, 2), round(rng.random() * 240, 2)
        yield (
            f'{{"segmentation": {rng.choice(crowds if is_crowd else outlines)},'
            f'"area": {width * height * 0.7},"iscrowd": {int(is_crowd)},'
            f'"image_id": {rng.choice(ids)},"bbox": [{x},{y},{width},{height}],'
            f'"category_id": {rng.choice(categories)},"id": {900_100_000_000 + number}}}'
        )


def _outline(rng: random.Random) -> str:
    """A polygon; as long as makes the file as long as the official one."""
    num_numbers = 2 * min(3 + int(rng.expovariate(1 / 25)), 400)
    numbers = ",".join(str(round(rng.random() * 480, 2)) for _ in range(num_numbers))
    return f"[[{numbers}]]"


def _crowd(rng: random.Random) -> str:
    counts = ",".join(str(rng.randint(1, 400)) for _ in range(700))
    return f'{{"counts": [{counts}],"size": [480,640]}}'


def _captions(num: int, ids: list[int], rng: random.Random) -> Iterator[str]:
    for number in range(num):
        text = " ".join(rng.choices(WORDS, k=rng.randint(8, 14))).capitalize()
        yield f'{{"image_id": {rng.choice(ids)},"id": {number},"caption": "{text}."}}'


def _categories() -> list[dict[str, str | int]]:
    return [
        {"supercategory": category.supercategory, "id": number, "name": category.name}
        for number, category in enumerate(COCO, start=1)
    ]


def _write(
    path: Path,
    images: list[str],
    annotations: Iterator[str],
    **rest: list[dict[str, str | int]],
) -> None:
    head = {"info": {"description": "COCO 2017 Dataset", "year": 2017}, "licenses": _licenses()}
    with path.open("w", encoding="utf-8") as file:
        file.write(json.dumps(head)[:-1] + ', "images": [' + ",".join(images))
        file.write('],"annotations": [' + ",".join(annotations) + "]")
        file.write("".join(f',"{key}": {json.dumps(value)}' for key, value in rest.items()) + "}")


def _licenses() -> list[dict[str, str | int]]:
    terms = ("by-nc-sa", "by-nc", "by-nc-nd", "by", "by-sa", "by-nd", "by-nc", "by")
    return [
        {"url": f"http://creativecommons.org/licenses/{term}/2.0/", "id": number, "name": term}
        for number, term in enumerate(terms, start=1)
    ]


if __name__ == "__main__":
    main()
