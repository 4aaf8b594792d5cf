"""Small files in the official formats of Open Images, for tests."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from PIL import Image

import mmgen_datasets

Texts = dict[str, str]
"""The name of a file to what is in it."""

FIRST, SECOND, BARE, LABELLED = (
    "000595fe6fee6369",
    "4a7b3c9d01ef2233",
    "b0c1d2e3f4a5b6c7",
    "fffffffffffffffe",
)
"""Images: with all there is, rotated, with nothing, and with labels alone."""

_BOX_TITLES = (
    "ImageID,Source,LabelName,Confidence,XMin,XMax,YMin,YMax,IsOccluded,IsTruncated,IsGroupOf,"
    "IsDepiction,IsInside,XClick1X,XClick2X,XClick3X,XClick4X,XClick1Y,XClick2Y,XClick3Y,XClick4Y"
)
_NO_CLICKS = ",-1.0,-1.0,-1.0,-1.0,-1.0,-1.0,-1.0,-1.0"
_METADATA_TITLES = (
    "ImageID,Subset,OriginalURL,OriginalLandingURL,License,AuthorProfileURL,Author,Title,"
    "OriginalSize,OriginalMD5,Thumbnail300KURL,Rotation"
)
_BY = "https://creativecommons.org/licenses/by/2.0/"

BOXES = "validation-annotations-bbox.csv"
LABELS = "oidv7-val-annotations-human-imagelabels.csv"
METADATA = "validation-images-with-rotation.csv"
CAPTIONS = "open_images_validation_captions.jsonl"
"""Files of the validation split."""

NAMES = {
    "oidv7-class-descriptions.csv": "LabelName,DisplayName\r\n"
    "/m/01g317,Person\r\n"
    "/m/0342h,Guitar\r\n"
    "/m/04bcr3,Table\r\n"
    "/m/0120dh,Sea turtle\r\n"
    '/m/0pm0q,"Tart, ""open"" pie"\r\n'
    "/m/083vt,Wood\r\n",
    "oidv6-attributes-description.csv": "id,name\n/m/083vt,Wooden\n/m/02gy9n,Transparent\n",
}


def texts(split: str = "validation") -> Texts:
    """Four images; the metadata and the narratives are not in order, as in the official files."""
    short = {"validation": "val"}.get(split, split)
    train = split == "train"
    boxes = "oidv6-train-annotations-bbox" if train else f"{split}-annotations-bbox"
    metadata = f"{split}-images-{'boxable-' if train else ''}with-rotation"
    narratives = f"open_images_{'train_v6' if train else split}"
    return {
        f"{boxes}.csv": _lines(
            _BOX_TITLES,
            f"{FIRST},xclick,/m/01g317,1,0.0125,0.195312,0.148438,0.5875,0,1,0,0,0"
            ",0.148438,0.0125,0.059375,0.195312,0.148438,0.357812,0.5875,0.325",
            f"{FIRST},activemil,/m/0342h,1,0.1,0.5,0.25,1,-1,-1,-1,-1,-1{_NO_CLICKS}",
            f"{SECOND},xclick,/m/0120dh,1,0.5,0.5,0,1,1,0,1,0,1{_NO_CLICKS}",
        ),
        f"oidv7-{short}-annotations-human-imagelabels.csv": _lines(
            "ImageID,Source,LabelName,Confidence",
            f"{FIRST},verification,/m/01g317,1",
            f"{FIRST},crowdsource-verification,/m/0pm0q,0",
            f"{LABELLED},verification,/m/0120dh,0",
        ),
        f"oidv7-{short}-annotations-machine-imagelabels.csv": _lines(
            "ImageID,Source,LabelName,Confidence",
            f"{FIRST},machine,/m/04bcr3,0.7",
            f"{SECOND},machine,/m/01g317,0.9",
        ),
        f"oidv6-{split}-annotations-vrd.csv": _lines(
            "ImageID,LabelName1,LabelName2,XMin1,XMax1,YMin1,YMax1,XMin2,XMax2,YMin2,YMax2,"
            "RelationshipLabel",
            f"{FIRST},/m/01g317,/m/0342h,0.0125,0.195312,0.148438,0.5875,0.1,0.5,0.25,1,plays",
            f"{FIRST},/m/0342h,/m/083vt,0.1,0.5,0.25,1,0.1,0.5,0.25,1,is",
        ),
        f"{metadata}.csv": _lines(
            _METADATA_TITLES,
            _about(LABELLED, split, author="", title="", rotation=""),
            _about(FIRST, split, author='"Ada ""A"" Lovelace, Countess"', title='"One, two"'),
            _about(BARE, split, author="C", title="Ça 人々", rotation="0.0"),
            _about(SECOND, split, author="B", title="nan", rotation="270.0"),
        ),
        f"{narratives}_captions.jsonl": narrative(SECOND, "A turtle. ")
        + narrative(FIRST, 'A sign says \\ "hi", {"image_id": 5}')
        + narrative(FIRST, "Again\nÇa 人々"),
        f"{split}-annotations-object-segmentation.csv": _lines(
            "MaskPath,ImageID,LabelName,BoxID,BoxXMin,BoxXMax,BoxYMin,BoxYMax,PredictedIoU,Clicks",
            f"{FIRST}_m01g317_0a1b2c3d.png,{FIRST},/m/01g317,0a1b2c3d,0.0125,0.195312,0.148438,"
            "0.5875,0.82,0.1 0.2 0;0.3 0.4 1",
        ),
        f"oidv7-{short}-annotations-point-labels.csv": _lines(
            "ImageId,X,Y,Label,EstimatedYesNo,Source,YesVotes,NoVotes,UnsureVotes,TextLabel",
            f"{FIRST},0.25,0.5,/m/04bcr3,yes,ih,3,0,1,",
            f"{FIRST},0.5,0.75,/m/0342h,no,cc,0,1,0,",
            f"{FIRST},0.75,1,,unsure,ih,1,1,2,polished wood",
        ),
    }


def narrative(image: str, caption: str, said: list[tuple[str, float, float]] | None = None) -> str:
    """A line of a narratives file; with times as in the full ones."""
    line: dict[str, Any] = {
        "dataset_id": "open_images",
        "image_id": image,
        "annotator_id": 37,
        "caption": caption,
    }
    if said is not None:
        parts = [{"utterance": t, "start_time": a, "end_time": b} for t, a, b in said]
        traces = [[{"x": 0.2, "y": -0.1, "t": 0.0}]]
        line |= {"timed_caption": parts, "traces": traces, "voice_recording": "x.ogg"}
    return json.dumps(line) + "\n"


def write(folder: Path, files: Texts) -> Path:
    """Write texts into a folder, as they are."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


def load(root: Path, **kwargs: Any) -> Any:
    """The validation split that lies in a folder."""
    return mmgen_datasets.load_dataset(
        "open_images_v7", data_dir=str(root), split="validation", **kwargs
    )


def change(root: Path, name: str, old: str, new: str) -> None:
    """Replace a text that stands in a file."""
    before = (root / name).read_bytes().decode()
    assert old in before
    (root / name).write_bytes(before.replace(old, new).encode())


def write_pictures(folder: Path, *ids: str) -> None:
    """Draw a picture of 100 x 80 pixels for each id."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, id in enumerate(ids):
        Image.new("RGB", (100, 80), (40 * number, 90, 20)).save(folder / f"{id}.jpg")


def _about(id: str, split: str, *, author: str, title: str, rotation: str = "0.0") -> str:
    home = f"https://www.flickr.com/photos/{id}"
    return (
        f"{id},{split},https://farm1.staticflickr.com/{id}_o.jpg,{home},{_BY},{home}/author,"
        f"{author},{title},123456,0Sad+xMj2ttXM1U8meEJ0A==,,{rotation}"
    )


def _lines(*lines: str) -> str:
    return "".join(f"{line}\n" for line in lines)
