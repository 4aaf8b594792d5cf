"""Synthetic files in the official formats of Open Images, of any size, for benchmarks."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.csv

NUM_IMAGES, NUM_BOXES = 1_743_042, 14_610_229  # of the training split
NUM_BOXABLE_LABELS, NUM_LABELS, NUM_RELATIONS = 8_967_760, 59_900_000, 3_172_260
NUM_CLASSES = 600
_IMAGES_A_CHUNK = 20_000
_FLAGS = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
_SOURCES = np.array(["xclick", "xclick", "xclick", "activemil", "freeform"])
_PREDICATES = np.array(["at", "holds", "on", "plays", "wears", "is"])

Rows = Mapping[str, Any]
"""A table's columns by their titles."""


def write_files(folder: Path, scale: float, *, all_labels: bool) -> None:
    """Write the training split: the metadata in any order, the rest in that of the images."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(7)
    ids = _ids(round(NUM_IMAGES * scale), rng)
    classes = np.array([f"/m/{number:05x}x" for number in range(NUM_CLASSES)])
    _write_names(folder, classes)
    tables = {
        "oidv6-train-annotations-bbox": (_boxes, NUM_BOXES),
        "oidv6-train-annotations-vrd": (_relations, NUM_RELATIONS),
        "train-annotations-human-imagelabels-boxable": (_labels, NUM_BOXABLE_LABELS),
    }
    if all_labels:
        tables["oidv7-train-annotations-human-imagelabels"] = (_labels, NUM_LABELS)
    for name, (make, total) in tables.items():
        mean = total / NUM_IMAGES
        chunks = (make(_owners(part, mean, rng), classes, rng) for part in _chunks(ids))
        _write(folder / f"{name}.csv", chunks)
    shuffled = (_metadata(part, rng) for part in _chunks(rng.permutation(ids)))
    _write_texts(folder / "train-images-boxable-with-rotation.csv", shuffled)


def _ids(number: int, rng: np.random.Generator) -> npt.NDArray[np.str_]:
    keys = np.unique(rng.integers(0, 2**64, number, np.uint64, endpoint=False))
    return np.array([f"{key:016x}" for key in keys.tolist()])


def _chunks(ids: npt.NDArray[np.str_]) -> Iterator[npt.NDArray[np.str_]]:
    for start in range(0, len(ids), _IMAGES_A_CHUNK):
        yield ids[start : start + _IMAGES_A_CHUNK]


def _owners(
    ids: npt.NDArray[np.str_], mean: float, rng: np.random.Generator
) -> npt.NDArray[np.str_]:
    return np.repeat(ids, rng.poisson(mean, len(ids)))


def _boxes(owners: npt.NDArray[np.str_], classes: Any, rng: np.random.Generator) -> Rows:
    num = len(owners)
    sources = rng.choice(_SOURCES, num)
    flags = rng.choice([0, 0, 0, 1], (5, num))
    flags[:, sources == "activemil"] = -1
    return {
        "ImageID": owners,
        "Source": sources,
        "LabelName": rng.choice(classes, num),
        "Confidence": np.ones(num, np.int8),
        **_edges(num, rng),
        **dict(zip(_FLAGS, flags, strict=True)),
        **{f"XClick{n}{axis}": rng.random(num).round(6) for axis in "XY" for n in (1, 2, 3, 4)},
    }


def _labels(owners: npt.NDArray[np.str_], classes: Any, rng: np.random.Generator) -> Rows:
    return {
        "ImageID": owners,
        "Source": np.full(len(owners), "verification"),
        "LabelName": rng.choice(classes, len(owners)),
        "Confidence": rng.integers(0, 2, len(owners)),
    }


def _relations(owners: npt.NDArray[np.str_], classes: Any, rng: np.random.Generator) -> Rows:
    num = len(owners)
    return {
        "ImageID": owners,
        "LabelName1": rng.choice(classes, num),
        "LabelName2": rng.choice(classes, num),
        **_edges(num, rng, "1"),
        **_edges(num, rng, "2"),
        "RelationshipLabel": rng.choice(_PREDICATES, num),
    }


def _metadata(ids: npt.NDArray[np.str_], rng: np.random.Generator) -> Rows:
    num, home = len(ids), "https://www.flickr.com/photos/"
    people = rng.integers(0, 10**8, num).tolist()
    return {
        "ImageID": ids,
        "Subset": np.full(num, "train"),
        "OriginalURL": [
            f"https://c{n % 9}.staticflickr.com/{n}/{i}_o.jpg"
            for n, i in zip(people, ids, strict=True)
        ],
        "OriginalLandingURL": [f"{home}{n}/{n * 7}" for n in people],
        "License": np.full(num, "https://creativecommons.org/licenses/by/2.0/"),
        "AuthorProfileURL": [f"https://www.flickr.com/people/{n}/" for n in people],
        "Author": [f"Somebody {n % 50_000}" for n in people],
        "Title": [f'A "{n % 97}", or {n}' if n % 11 == 0 else f"IMG_{n}" for n in people],
        "OriginalSize": rng.integers(10**5, 10**7, num),
        "OriginalMD5": [f"{n:022d}==" for n in people],
        "Thumbnail300KURL": [f"https://c{n % 9}.staticflickr.com/{n}/{n}_z.jpg" for n in people],
        "Rotation": rng.choice([0.0, 0.0, 0.0, 90.0, 270.0], num),
    }


def _edges(num: int, rng: np.random.Generator, suffix: str = "") -> Rows:
    edges = np.sort(rng.random((2, 2, num)), axis=1).round(6)
    names = (f"{axis}{end}{suffix}" for axis in "XY" for end in ("Min", "Max"))
    return dict(zip(names, edges.reshape(4, num), strict=True))


def _write_names(folder: Path, classes: npt.NDArray[np.str_]) -> None:
    lines = [
        f'{id},"Thing {n}, plain"' if n % 50 == 0 else f"{id},Thing {n}"
        for n, id in enumerate(classes)
    ]
    text = "\r\n".join(["LabelName,DisplayName", *lines, ""])
    (folder / "oidv7-class-descriptions.csv").write_text(text, encoding="utf-8", newline="")


def _write(path: Path, chunks: Iterator[Rows]) -> None:
    """Write a table of plain words and numbers, with quotes nowhere."""
    first = pa.table(dict(next(chunks)))
    options = pyarrow.csv.WriteOptions(quoting_style="none", include_header=False)
    with path.open("wb") as file:
        file.write(",".join(first.schema.names).encode() + b"\n")
        for table in chain([first], (pa.table(dict(c), schema=first.schema) for c in chunks)):
            pyarrow.csv.write_csv(table, file, options)


def _write_texts(path: Path, chunks: Iterator[Rows]) -> None:
    """Write a table of any words, with quotes where they are needed."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        for number, chunk in enumerate(chunks):
            if number == 0:
                writer.writerow(chunk)
            writer.writerows(zip(*chunk.values(), strict=True))
