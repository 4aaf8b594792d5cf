"""Small files in the form of COCO's, for tests."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from PIL import Image

import mmgen_datasets
from mmgen_datasets.vocabulary import COCO

Documents = dict[str, dict[str, Any]]
"""The name of a file, ``captions_val2017.json``, to what is in it."""

LICENSES = [
    {"id": 1, "name": "NC", "url": "http://creativecommons.org/licenses/by-nc-sa/2.0/"},
    {"id": 4, "name": "BY", "url": "http://creativecommons.org/licenses/by/2.0/"},
]


def documents(folder: str = "val2017") -> Documents:
    """Three images: one with two boxes and captions, one with a crowd, one with nothing."""
    images = [_image(9, folder, 4), _image(5, folder, 1), _image(7, folder, 3)]
    head = {"info": {"year": 2017}, "licenses": LICENSES, "images": images}
    person = {"id": 1, "name": "person", "keypoints": ["nose", "left_eye", "right_eye"]}
    files = {
        f"instances_{folder}.json": {
            **head,
            "annotations": [
                _object(11, 9, category_id=3, bbox=[10, 20, 30, 40], area=600),
                _object(900100000012, 5, bbox=[0, 0, 100, 80.5], area=4000, iscrowd=1),
                _object(13, 9, bbox=[50.5, 0, 0, 80], area=0),
            ],
            "categories": [
                {"id": number, "name": category.name, "supercategory": category.supercategory}
                for number, category in enumerate(COCO, start=1)
            ],
        },
        f"captions_{folder}.json": {
            "images": images,
            "annotations": [
                {"image_id": 5, "id": 1, "caption": "A crowd. "},
                {"image_id": 9, "id": 2, "caption": 'Braces },{"id": 5 and [a] \\ "quote"\n'},
                {"image_id": 5, "id": 3, "caption": "Ça, 人々 \U0001f600"},
                {"image_id": 9, "id": 4, "caption": "},{"},
            ],
            "licenses": LICENSES,
        },
        f"person_keypoints_{folder}.json": {
            **head,
            "annotations": [
                _object(13, 9, bbox=[50.5, 0, 0, 80], keypoints=[50, 40, 2, 0, 0, 0, 100, 80, 1]),
                _object(900100000012, 5, bbox=[0, 0, 100, 80], iscrowd=1, keypoints=[0] * 9),
            ],
            "categories": [person],
        },
    }
    apart: Documents = json.loads(json.dumps(files))  # a change of one leaves the others alone
    return apart


def records(files: Documents, kind: str = "instances", key: str = "annotations") -> Any:
    """A list in the file of a kind, to change it."""
    return files[f"{kind}_val2017.json"][key]


def write(folder: Path, files: Documents, **form: Any) -> Path:
    """Write documents into a folder; `form` is handed to `json.dumps`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, document in files.items():
        (folder / name).write_text(json.dumps(document, **form), encoding="utf-8")
    return folder


def load(root: Path, **kwargs: Any) -> Any:
    """The validation split of 2017 that lies in a folder."""
    return mmgen_datasets.load_dataset("coco2017", data_dir=str(root), split="validation", **kwargs)


def write_pictures(folder: Path, *names: str) -> None:
    """Draw a picture of 100 x 80 pixels for each name."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, name in enumerate(names):
        Image.new("RGB", (100, 80), (40 * number, 90, 20)).save(folder / name)


def pack(archive: Path, folder: Path, *, prefix: str = "") -> Path:
    """Put the files of a folder into an archive, their names after `prefix`, and remove them."""
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as opened:
        for path in sorted(folder.iterdir()):
            opened.write(path, prefix + path.name)
            path.unlink()
    folder.rmdir()
    return archive


def file_name(id: int, folder: str) -> str:
    """The official name of an image: 2014 repeats the split in it."""
    return f"{id:012}.jpg" if folder.endswith("2017") else f"COCO_{folder}_{id:012}.jpg"


def _image(id: int, folder: str, license: int) -> dict[str, Any]:
    return {
        "license": license,
        "file_name": file_name(id, folder),
        "coco_url": "http://images.cocodataset.org/x.jpg",
        "height": 80,
        "width": 100,
        "flickr_url": f"http://farm1.staticflickr.com/{id}_z.jpg",
        "id": id,
    }


def _object(id: int, image_id: int, **fields: Any) -> dict[str, Any]:
    return {
        "segmentation": [[1.5, 2, 3, 4, 5, 6]],
        "area": 1,
        "iscrowd": 0,
        "image_id": image_id,
        "bbox": [0, 0, 1, 1],
        "category_id": 1,
        "id": id,
    } | fields
