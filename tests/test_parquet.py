"""Rows with their media inside, and how many bytes that makes."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pyarrow.parquet as pq
from datasets import Dataset, Features, Image, List, Value

from mmgen_datasets.parquet import embedded_size, write_parquet

FEATURES = Features({"id": Value("string"), "image": Image()})


def rows_of(*paths: str | None) -> Dataset:
    media = [path and {"path": path, "bytes": None} for path in paths]
    return Dataset.from_dict({"id": ["a"] * len(paths), "image": media}, features=FEATURES)


def test_files_count_as_what_they_hold(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x" * 1000)
    assert embedded_size(rows_of(str(path), str(path))) in range(2000, 2500)


def test_bytes_that_are_inside_count_once() -> None:
    media = [{"path": "/nowhere/a.jpg", "bytes": b"x" * 1000}]
    inside = Dataset.from_dict({"id": ["a"], "image": media}, features=FEATURES)
    assert embedded_size(inside) in range(1000, 1200)


def test_several_of_a_row_count_one_by_one(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(b"x" * 1000)
    there = {"path": str(path), "bytes": None}
    columns = {"image": [there, None, None], "images": [[there, None, there], [], None]}
    features = Features({"image": Image(), "images": List(Image())})
    assert embedded_size(Dataset.from_dict(columns, features=features)) in range(3000, 3700)


def test_an_archive_counts_once(tmp_path: Path) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        for name in "ab":
            file.writestr(name, b"x" * 1000)
    size = archive.stat().st_size
    rows = rows_of(*(f"zip://{name}::{archive}" for name in "ab"))
    assert embedded_size(rows) in range(size, size + 300)


def test_a_file_that_is_gone_counts_nothing() -> None:
    assert embedded_size(rows_of("/nowhere/a.jpg")) < 200


def test_groups_hold_as_many_rows_as_asked_for(tmp_path: Path) -> None:
    write_parquet(rows_of(*[None] * 10), tmp_path / "a.parquet", rows_per_group=4)
    file = pq.ParquetFile(tmp_path / "a.parquet")
    groups = [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)]
    assert groups == [4, 4, 2]
    file.close()
