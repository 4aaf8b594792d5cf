"""Draw the bundled sample: pictures of invented scenes in the layout of COCO 2017.

Everything comes from the files in ``scripts/sample``: ``things.yaml`` says how a category is
drawn, ``places.yaml`` where scenes play, ``scenes.yaml`` what is on each picture. Boxes,
outlines and areas are measured on the drawn pixels, so they are exact.

    python scripts/draw_sample.py --out builders/sample/coco
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # when run by its path

from mmgen_datasets.vocabulary import COCO
from scripts.sample.captions import describe
from scripts.sample.drawing import HEIGHT, SCENES, WIDTH, Drawn, draw
from scripts.sample.outlines import area, polygons, run_lengths

FIRST_IDS = {"train": 1009, "val": 7013}
LICENSE_TURNS = (4, 5, 7, 4, 1, 8, 2, 4, 5, 6, 4, 3)
"""Which licence the pictures name in turn, so that code about licences has work to do."""

UNUSED_IDS = (12, 26, 29, 30, 45, 66, 68, 69, 71, 83)
"""Category ids that COCO planned and dropped."""

CATEGORY_IDS = dict(
    zip(
        (category.name for category in COCO),
        (number for number in range(1, 91) if number not in UNUSED_IDS),
        strict=True,
    )
)
INFO = {
    "description": "Sample of mmgen_datasets in the layout of COCO 2017: drawn scenes, CC0",
    "url": "https://creativecommons.org/publicdomain/zero/1.0/",
    "version": "1.0",
    "year": 2026,
    "contributor": "mmgen_datasets",
    "date_created": "2026/01/01",
}
_TERMS = (
    ("http://creativecommons.org/licenses/by-nc-sa/2.0/", "Attribution-NonCommercial-ShareAlike"),
    ("http://creativecommons.org/licenses/by-nc/2.0/", "Attribution-NonCommercial"),
    ("http://creativecommons.org/licenses/by-nc-nd/2.0/", "Attribution-NonCommercial-NoDerivs"),
    ("http://creativecommons.org/licenses/by/2.0/", "Attribution"),
    ("http://creativecommons.org/licenses/by-sa/2.0/", "Attribution-ShareAlike"),
    ("http://creativecommons.org/licenses/by-nd/2.0/", "Attribution-NoDerivs"),
    ("http://flickr.com/commons/usage/", "No known copyright restrictions"),
    ("http://www.usa.gov/copyright.shtml", "United States Government Work"),
)
LICENSES = [
    {"url": url, "id": number, "name": f"{name} License" if "licenses" in url else name}
    for number, (url, name) in enumerate(_TERMS, 1)
]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the bundled sample.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sample")
    out = parser.parse_args(argv).out
    for split in FIRST_IDS:
        write_split(out, split)
    return 0


def write_split(out: Path, split: str) -> None:
    """Draw a split's pictures below a folder and write its annotation files."""
    folder = out / f"{split}2017"
    for path in (folder, out / "annotations"):
        path.mkdir(parents=True, exist_ok=True)
    images, instances, captions = [], [], []
    for number, scene in enumerate(SCENES[split]):
        image = _image(FIRST_IDS[split] + 37 * number, LICENSE_TURNS[number % len(LICENSE_TURNS)])
        picture, drawn = draw(scene, random.Random(image["id"]))
        picture.save(folder / image["file_name"], quality=80, optimize=True)
        images.append(image)
        instances += [_instance(thing, image["id"]) for thing in drawn]
        captions += [{"image_id": image["id"], "caption": text} for text in describe(scene, drawn)]
    annotations = out / "annotations"
    content = {"info": INFO, "licenses": LICENSES, "images": images}
    categories = [
        {
            "supercategory": category.supercategory,
            "id": CATEGORY_IDS[category.name],
            "name": category.name,
        }
        for category in COCO
    ]
    _write(
        annotations / f"instances_{split}2017.json",
        {**content, "annotations": _numbered(instances), "categories": categories},
    )
    _write(
        annotations / f"captions_{split}2017.json",
        {**content, "annotations": _numbered(captions)},
    )


def _image(image_id: int, license_id: int) -> dict[str, Any]:
    return {
        "license": license_id,
        "file_name": f"{image_id:012d}.jpg",
        "coco_url": "",
        "height": HEIGHT,
        "width": WIDTH,
        "date_captured": "2026-01-01 00:00:00",
        "flickr_url": "",
        "id": image_id,
    }


def _instance(thing: Drawn, image_id: int) -> dict[str, Any]:
    rows, columns = (np.flatnonzero(thing.mask.any(axis)) for axis in (1, 0))
    left, top = int(columns[0]), int(rows[0])
    width, height = int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top
    outline = [] if thing.is_crowd else polygons(thing.mask)
    return {
        "segmentation": outline or run_lengths(thing.mask),
        "area": sum(map(area, outline)) or float(thing.mask.sum()),
        "iscrowd": int(thing.is_crowd),
        "image_id": image_id,
        "bbox": [float(left), float(top), float(width), float(height)],
        "category_id": CATEGORY_IDS[thing.category],
    }


def _numbered(annotations: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [{**annotation, "id": number} for number, annotation in enumerate(annotations, 1)]


def _write(path: Path, content: Mapping[str, Any]) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
