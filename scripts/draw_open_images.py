"""Draw the bundled sample of Open Images: the scenes of the other one in its official layout.

``scripts/sample/open_images.yaml`` says what Open Images calls the things. Boxes and flags are
measured on the drawn pixels. Of what is not on a picture, some is said to be absent.

    python scripts/draw_open_images.py --out builders/sample/open_images
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import random
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import yaml
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # when run by its path

from scripts.sample.captions import describe
from scripts.sample.drawing import SCENES, Drawn, draw

WORDS = yaml.safe_load(
    (Path(__file__).parent / "sample" / "open_images.yaml").read_text(encoding="utf-8")
)
CLASSES, ATTRIBUTES = WORDS["classes"], WORDS["attributes"]
TITLES = {kind: titles.split() for kind, titles in WORDS["titles"].items()}
SPLITS = {"train": "train", "validation": "val"}
"""The scenes that each split takes."""
SIDEWAYS = {("validation", 1)}
"""Pictures that are stored lying on their right side, as some official ones are."""
NUM_ABSENT = 3
SECONDS_A_WORD = 0.4

_CC0 = "https://creativecommons.org/publicdomain/zero/1.0/"

Row = Sequence[object]


class Thing(NamedTuple):
    """A thing on a stored picture."""

    category: str
    is_crowd: bool
    is_occluded: bool
    is_truncated: bool
    edges: tuple[float, float, float, float]
    """XMin, XMax, YMin, YMax."""


class Picture(NamedTuple):
    """A stored picture and what is on it."""

    id: str
    rotation: float
    title: str
    texts: list[str]
    things: list[Thing]


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the bundled sample of Open Images.")
    parser.add_argument("--out", type=Path, required=True, help="folder for the sample")
    out = parser.parse_args(argv).out
    for split in SPLITS:
        (out / split).mkdir(parents=True, exist_ok=True)
        _write_split(out, split, _draw(out / split, split))
    names = [(id, name) for id, name, *_ in CLASSES.values()]
    _write_table(out / "oidv7-class-descriptions.csv", ["LabelName", "DisplayName"], sorted(names))
    _write_table(
        out / "oidv6-attributes-description.csv", ["id", "name"], sorted(ATTRIBUTES.values())
    )
    return 0


def _draw(folder: Path, split: str) -> list[Picture]:
    """Draw a split's pictures, in the order of their ids."""
    drawn = []
    for place, scene in enumerate(SCENES[SPLITS[split]]):
        id = hashlib.sha256(f"{split} {place}".encode()).hexdigest()[:16]
        picture, things = draw(scene, random.Random(id))
        lies = (split, place) in SIDEWAYS
        stored = picture.transpose(Image.Transpose.ROTATE_270) if lies else picture
        stored.save(folder / f"{id}.jpg", quality=80, optimize=True)
        texts = describe(scene, things)
        title = texts[0].strip() if texts else f"An empty {scene['place']}"
        seen = [_thing(thing, lies=lies) for thing in things]
        drawn.append(Picture(id, 90.0 if lies else 0.0, title, texts, seen))
    return sorted(drawn)


def _thing(thing: Drawn, *, lies: bool) -> Thing:
    mask = np.rot90(thing.mask, -1) if lies else thing.mask
    rows, columns = (np.flatnonzero(mask.any(axis)) for axis in (1, 0))
    height, width = mask.shape
    edges = (
        columns[0] / width,
        (columns[-1] + 1) / width,
        rows[0] / height,
        (rows[-1] + 1) / height,
    )
    return Thing(
        thing.category,
        thing.is_crowd,
        is_occluded=bool(mask.sum() < 0.98 * thing.num_pixels),
        is_truncated=bool(mask[[0, -1]].any() or mask[:, [0, -1]].any()),
        edges=tuple(round(float(edge), 6) for edge in edges),  # type: ignore[arg-type]
    )


def _write_split(out: Path, split: str, pictures: Iterable[Picture]) -> None:
    pictures = [*pictures]
    short = {"validation": "val"}.get(split, split)
    train = split == "train"
    tables: dict[str, tuple[Sequence[str], Iterable[Row]]] = {
        "oidv6-train-annotations-bbox" if train else f"{split}-annotations-bbox": (
            TITLES["boxes"],
            (row for picture in pictures for row in _boxes(picture)),
        ),
        f"oidv7-{short}-annotations-human-imagelabels": (
            TITLES["labels"],
            (row for picture in pictures for row in _labels(picture)),
        ),
        f"oidv7-{short}-annotations-machine-imagelabels": (
            TITLES["labels"],
            (row for picture in pictures for row in _guesses(picture)),
        ),
        f"oidv6-{split}-annotations-vrd": (
            TITLES["relations"],
            (row for picture in pictures for row in _relations(picture)),
        ),
        f"{split}-images-{'boxable-' if train else ''}with-rotation": (
            TITLES["metadata"],
            # Unlike the others, the official file is in no order.
            (_metadata(picture, split) for picture in sorted(pictures, key=lambda p: p.title)),
        ),
    }
    for name, (titles, rows) in tables.items():
        _write_table(out / f"{name}.csv", titles, rows)
    kind = "train_v6_captions" if train else f"{split}_localized_narratives"
    lines = [_narrative(picture, timed=not train) for picture in pictures if picture.texts]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (out / f"open_images_{kind}.jsonl").write_text(text, encoding="utf-8")


def _boxes(picture: Picture) -> Iterable[Row]:
    for thing in picture.things:
        flags = (thing.is_occluded, thing.is_truncated, thing.is_crowd, False, False)
        clicks = [-1] * 8
        label = CLASSES[thing.category][0]
        yield [picture.id, "xclick", label, 1, *thing.edges, *map(int, flags), *clicks]


def _labels(picture: Picture) -> Iterable[Row]:
    """What is there, and some of what is not."""
    there = {thing.category for thing in picture.things}
    others = [category for category in CLASSES if category not in there]
    absent = random.Random(picture.id).sample(others, NUM_ABSENT)
    known = dict.fromkeys(there, 1) | dict.fromkeys(absent, 0)
    for label, present in sorted((CLASSES[category][0], known[category]) for category in known):
        yield [picture.id, "verification", label, present]


def _guesses(picture: Picture) -> Iterable[Row]:
    """What a machine might say: it is the surer the larger a thing is."""
    for category in sorted({thing.category for thing in picture.things}):
        widths = (t.edges[1] - t.edges[0] for t in picture.things if t.category == category)
        sureness = round(min(0.9, 0.5 + max(widths)), 1)
        yield [picture.id, "machine", CLASSES[category][0], sureness]


def _relations(picture: Picture) -> Iterable[Row]:
    if picture.rotation:
        return  # its feet are where the picture's side is
    for subject in picture.things:
        for thing in picture.things:
            for first, predicate, second in WORDS["relations"]:
                pair = (subject.category, thing.category)
                if pair == (first, second) and _stands_in(subject, thing):
                    yield _relation(picture, subject, predicate, thing, CLASSES[second][0])
        for attribute in CLASSES[subject.category][2:]:
            yield _relation(picture, subject, "is", subject, ATTRIBUTES[attribute][0])


def _relation(
    picture: Picture, subject: Thing, predicate: str, thing: Thing, object_label: str
) -> Row:
    label = CLASSES[subject.category][0]
    return [picture.id, label, object_label, *subject.edges, *thing.edges, predicate]


def _stands_in(subject: Thing, thing: Thing) -> bool:
    x_min, x_max, _, foot = subject.edges
    left, right, top, bottom = thing.edges
    return left < (x_min + x_max) / 2 < right and top < foot < bottom


def _metadata(picture: Picture, split: str) -> Row:
    author = "The authors of mmgen_datasets"
    place = ["", "", _CC0, "", author, picture.title, "", "", ""]
    return [picture.id, split, *place, picture.rotation]


def _narrative(picture: Picture, *, timed: bool) -> Mapping[str, Any]:
    """Somebody's words about a picture; with the time of each, and the mouse going over things."""
    text = " ".join(text.strip().rstrip(".") + "." for text in picture.texts[:3])
    line = {
        "dataset_id": "mmgen_datasets",
        "image_id": picture.id,
        "annotator_id": 1,
        "caption": text,
    }
    if not timed:
        return line
    words = text.split()
    times = [round(number * SECONDS_A_WORD, 2) for number in range(len(words) + 1)]
    said = [
        {"utterance": word, "start_time": start, "end_time": end}
        for word, start, end in zip(words, times, times[1:], strict=False)
    ]
    trace = [
        {
            "x": round(sum(thing.edges[:2]) / 2, 4),
            "y": round(sum(thing.edges[2:]) / 2, 4),
            "t": time,
        }
        for thing, time in zip(picture.things, times, strict=False)
    ]
    return line | {"timed_caption": said, "traces": [trace], "voice_recording": ""}


def _write_table(path: Path, titles: Sequence[str], rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(titles)
        writer.writerows(rows)


if __name__ == "__main__":
    sys.exit(main())
