"""Open Images to rows by other means: what `open_images.py` measures ours against.

Each reads the same files and ends with one row an image (boxes with names and flags, labels,
relations, metadata), and prints what it found, so that the results can be compared.
"""

from __future__ import annotations

import csv
import importlib
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

FLAGS = ("IsOccluded", "IsTruncated", "IsGroupOf", "IsDepiction", "IsInside")
_EDGES = ("XMin", "YMin", "XMax", "YMax")
_ABOUT = ("License", "Author", "Title", "OriginalURL", "OriginalLandingURL", "OriginalMD5")


def files(folder: Path) -> dict[str, str]:
    """The file of each kind; of two with labels, the one with all classes."""
    patterns = {
        "boxes": "*-annotations-bbox.csv",
        "labels": "*-human-imagelabels*.csv",
        "relations": "*-annotations-vrd.csv",
        "metadata": "*-with-rotation.csv",
        "names": "*-class-descriptions.csv",
    }
    return {kind: str(min(folder.glob(pattern))) for kind, pattern in patterns.items()}


def ours(folder: Path) -> str:
    loading = importlib.import_module("mmgen_datasets.loading")
    compute = importlib.import_module("pyarrow.compute")
    rows = loading.load_dataset("open_images_v7", data_dir=str(folder), split="train")
    counts = dict.fromkeys(("objects", "hidden", "labels", "absent", "relations", "licences"), 0)
    for table in rows.with_format("arrow").iter(10_000):
        objects = compute.list_flatten(table["objects"])
        labels = compute.list_flatten(table["labels"])
        counts["objects"] += len(objects)
        counts["hidden"] += compute.sum(compute.struct_field(objects, "is_occluded")).as_py() or 0
        counts["labels"] += len(labels)
        absent = compute.invert(compute.struct_field(labels, "present"))
        counts["absent"] += compute.sum(absent).as_py() or 0
        counts["relations"] += len(compute.list_flatten(table["relations"]))
        counts["licences"] += compute.sum(compute.is_valid(table["license"])).as_py()
    return _found(len(rows), **counts)


def dictionaries(folder: Path) -> str:
    """The csv module, and a dictionary of lists for each kind."""
    paths = files(folder)
    with Path(paths["names"]).open(encoding="utf-8-sig", newline="") as file:
        names = dict(csv.reader(file))
    boxes, labels, relations = (defaultdict(list) for _ in range(3))
    for id, name, *rest in _records(paths["boxes"], "ImageID", "LabelName", *_EDGES, *FLAGS):
        edges = [float(edge) for edge in rest[:4]]
        known = [None if flag == "-1" else flag == "1" for flag in rest[4:]]
        boxes[id].append((names[name], edges, known))
    for id, name, confidence in _records(paths["labels"], "ImageID", "LabelName", "Confidence"):
        labels[id].append((names[name], confidence == "1"))
    words = ("ImageID", "LabelName1", "RelationshipLabel", "LabelName2")
    both = [f"{edge}{number}" for number in (1, 2) for edge in _EDGES]
    for id, subject, predicate, thing, *corners in _records(paths["relations"], *words, *both):
        places = [float(corner) for corner in corners]
        relations[id].append((names[subject], predicate, names[thing], places[:4], places[4:]))
    about = {id: rest for id, *rest in _records(paths["metadata"], "ImageID", *_ABOUT)}
    rows = [
        (id, boxes.get(id, []), labels.get(id, []), relations.get(id, []), about.get(id))
        for id in sorted({*boxes, *labels, *relations, *about})
    ]
    return _found(
        len(rows),
        objects=sum(len(row[1]) for row in rows),
        hidden=sum(box[2][0] is True for row in rows for box in row[1]),
        labels=sum(len(row[2]) for row in rows),
        absent=sum(not label[1] for row in rows for label in row[2]),
        relations=sum(len(row[3]) for row in rows),
        licences=sum(row[4] is not None for row in rows),
    )


def _records(path: str, *titles: str) -> Iterator[tuple[str, ...]]:
    with Path(path).open(encoding="utf-8-sig", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        yield from map(itemgetter(*map(header.index, titles)), reader)


def duckdb(folder: Path) -> str:
    """SQL: a list of structures for each image, all joined."""
    db: Any = importlib.import_module("duckdb")
    paths = files(folder)
    flags = ", ".join(f"{flag} := nullif({flag}, -1)" for flag in FLAGS)
    edges = ", ".join(_EDGES)
    both = ", ".join(f"b{n} := [{', '.join(f'{edge}{n}' for edge in _EDGES)}]" for n in (1, 2))
    read = {kind: f"read_csv('{path}', header = true)" for kind, path in paths.items()}
    found = db.sql(f"""
        with names as (select LabelName as id, DisplayName as name from {read["names"]}),
        boxes as (select ImageID, list(struct_pack(name := name, bbox := [{edges}], {flags}))
            as boxes from {read["boxes"]} join names on id = LabelName group by ImageID),
        labels as (select ImageID, list(struct_pack(name := name, present := Confidence = 1))
            as labels from {read["labels"]} join names on id = LabelName group by ImageID),
        relations as (select ImageID, list(struct_pack(s := a.name, p := RelationshipLabel,
            o := b.name, {both})) as relations from {read["relations"]}
            join names a on a.id = LabelName1 join names b on b.id = LabelName2 group by ImageID),
        about as (select ImageID, {", ".join(_ABOUT)} from {read["metadata"]})
        select * from about full join boxes using (ImageID) full join labels using (ImageID)
            full join relations using (ImageID) order by ImageID
    """).to_arrow_table()
    return _found_in(found)


def polars(folder: Path) -> str:
    """Lazy frames, grouped and joined by the streaming engine."""
    pl: Any = importlib.import_module("polars")
    paths = files(folder)
    scans = {kind: pl.scan_csv(path) for kind, path in paths.items()}
    names = scans["names"].rename({"LabelName": "id", "DisplayName": "name"})

    def named(frame: Any, column: str, name: str) -> Any:
        return frame.join(names.rename({"name": name}), left_on=column, right_on="id")

    def gathered(frame: Any, kind: str, *fields: Any) -> Any:
        return frame.group_by("ImageID").agg(pl.struct(*fields).alias(kind))

    flags = [pl.when(pl.col(flag) >= 0).then(pl.col(flag)).alias(flag) for flag in FLAGS]
    boxes = named(scans["boxes"], "LabelName", "name")
    labels = named(scans["labels"], "LabelName", "name")
    relations = named(named(scans["relations"], "LabelName1", "s"), "LabelName2", "o")
    both = [f"{edge}{number}" for number in (1, 2) for edge in _EDGES]
    about = scans["metadata"].select("ImageID", *_ABOUT)
    for frame in (
        gathered(boxes, "boxes", "name", *_EDGES, *flags),
        gathered(labels, "labels", "name", (pl.col("Confidence") == 1).alias("present")),
        gathered(relations, "relations", "s", "RelationshipLabel", "o", *both),
    ):
        about = about.join(frame, on="ImageID", how="full", coalesce=True)
    return _found_in(about.sort("ImageID").collect(engine="streaming").to_arrow())


def _found_in(table: Any) -> str:
    compute = importlib.import_module("pyarrow.compute")
    boxes, labels = (compute.list_flatten(table[name]) for name in ("boxes", "labels"))
    hidden = compute.equal(compute.struct_field(boxes, "IsOccluded"), 1)
    absent = compute.invert(compute.struct_field(labels, "present"))
    return _found(
        table.num_rows,
        objects=len(boxes),
        hidden=compute.sum(hidden).as_py(),
        labels=len(labels),
        absent=compute.sum(absent).as_py(),
        relations=len(compute.list_flatten(table["relations"])),
        licences=table.num_rows - table["License"].null_count,
    )


def _found(images: int, **counts: int) -> str:
    return f"images {images:,} " + " ".join(f"{name} {n:,}" for name, n in counts.items())


CONTESTANTS: dict[str, Callable[[Path], str]] = {
    "ours": ours,
    "csv": dictionaries,
    "duckdb": duckdb,
    "polars": polars,
}

if __name__ == "__main__":
    print(CONTESTANTS[sys.argv[1]](Path(sys.argv[2])))
