"""The rows of a benchmark, in the forms that benchmarks come in.

* a file of records (`mmgen_datasets.quality.repeats.benchmark_records`), their pictures in them, in
  the same folder or in one that lies there; a folder of such files;
* a folder of pictures, with what is asked about each in a text file of the same name (MME): a
  question and its answer on each line, between them a tab;
* a folder of ``save_to_disk``, or a dataset of the hub.

What of a record is a question or a picture, `mmgen_datasets.quality.repeats.benchmark_cells` tells.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from datasets import Dataset, DatasetDict, load_from_disk
from datasets import load_dataset as load_files
from datasets.exceptions import DatasetsError

from mmgen_datasets.errors import MissingFileError, SourceError
from mmgen_datasets.media import undecoded
from mmgen_datasets.quality.repeats.benchmark_cells import names_in, pictures_in, questions_in
from mmgen_datasets.quality.repeats.benchmark_files import PICTURES, PictureFiles
from mmgen_datasets.quality.repeats.benchmark_records import KINDS, read_records

_HUB = re.compile(r"\w[\w.-]*/[\w.-]+")
_TABLES = {".parquet", ".csv", ".tsv"}


class BenchmarkRow(NamedTuple):
    """A row of a benchmark."""

    name: str
    """``"row 17"``, from 0, or with its id; or the name of a picture's file."""
    questions: list[str]
    images: list[Mapping[str, Any]]
    """As an undecoded column has them."""
    missing: int = 0
    """How many pictures it names that are not there."""
    columns: tuple[str, ...] = ()
    """Of its record."""
    own_index: str | None = None
    """By which other rows refer to it."""
    shown_index: str | None = None
    """The index of the row whose picture it shows, where it has none of its own."""


def read_rows(path: str) -> Iterator[BenchmarkRow]:
    """Read a benchmark.

    Args:
        path: of a file or a folder, or a dataset of the hub as OWNER/NAME.

    Raises:
        MissingFileError: there is nothing.
        SourceError: it cannot be read.
    """
    place = Path(path).expanduser()
    if place.is_dir():
        return _of_folder(place)
    if place.is_file() and place.suffix.lower() in KINDS:
        return _of_file(place, PictureFiles(place.parent))
    if place.exists() or _HUB.fullmatch(path) is None:
        raise MissingFileError(
            f"the benchmark {path} is no file or folder that can be read",
            "give a JSON, JSONL, parquet, CSV or TSV file, a folder of such files or of pictures,"
            " or OWNER/NAME of the hub",
        )
    return _of_datasets(path, lambda: load_files(path))


def rows_of(dataset: Dataset, prefix: str = "") -> Iterator[BenchmarkRow]:
    """The rows of a table, which holds its pictures itself.

    Args:
        dataset: the table.
        prefix: stands before the names of rows.
    """
    for number, row in enumerate(undecoded(dataset)):
        yield _row(prefix, str(number), row)


def _of_folder(folder: Path) -> Iterator[BenchmarkRow]:
    if any((folder / name).exists() for name in ("state.json", "dataset_dict.json")):
        return _of_datasets(str(folder), lambda: load_from_disk(str(folder)))
    files = sorted(path for path in folder.rglob("*") if _is_open(path, folder))
    for kinds in (_TABLES, KINDS.keys() - _TABLES):
        if chosen := [path for path in files if path.suffix.lower() in kinds]:
            home = PictureFiles(folder)
            return chain.from_iterable(
                _of_file(path, home, f"{path.relative_to(folder)} ") for path in chosen
            )
    if pictures := [path for path in files if path.suffix.lower() in PICTURES]:
        return (
            BenchmarkRow(
                str(path.relative_to(folder)),
                _questions_beside(path),
                [{"bytes": None, "path": str(path)}],
            )
            for path in pictures
        )
    raise MissingFileError(
        f"the benchmark {folder} holds neither questions nor pictures",
        "give a folder with JSON, JSONL, parquet, CSV or TSV files, or with pictures",
    )


def _is_open(path: Path, folder: Path) -> bool:
    """Whether it is a file and no hidden one, as those that downloads and git leave."""
    return path.is_file() and not any(
        part.startswith(".") for part in path.relative_to(folder).parts
    )


def _questions_beside(picture: Path) -> list[str]:
    """What MME asks about a picture, in its folder or in the one for questions beside that."""
    name = f"{picture.stem}.txt"
    for folder in (picture.parent, picture.parent.parent / "questions_answers_YN"):
        if (folder / name).is_file():
            lines = (folder / name).read_text("utf-8", errors="replace").splitlines()
            return [line.partition("\t")[0].strip() for line in lines if "\t" in line]
    return []


def _of_file(path: Path, home: PictureFiles, prefix: str = "") -> Iterator[BenchmarkRow]:
    return (_row(prefix, name, record, home) for name, record in read_records(path))


def _of_datasets(path: str, load: Callable[[], Any]) -> Iterator[BenchmarkRow]:
    try:
        loaded = load()
    except (DatasetsError, OSError, ValueError) as error:
        raise SourceError(
            f"the benchmark {path} cannot be read: {error.__cause__ or error}",
            "see that it exists; of several configurations, save one as parquet and give that",
        ) from error
    if isinstance(loaded, DatasetDict):
        several = len(loaded) > 1
        for split, dataset in loaded.items():
            yield from rows_of(dataset, f"{split} " if several else "")
    else:
        yield from rows_of(loaded)


def _row(
    prefix: str, name: str, record: Mapping[str, Any], home: PictureFiles | None = None
) -> BenchmarkRow:
    """A record as a row.

    Args:
        prefix: what sets its names, and its indices, apart from those of other files.
        name: of the record.
        record: in plain Python, pictures undecoded.
        home: where the pictures lie that it names; None where they stand in the record alone.
    """
    cells = {key.lower(): cell for key, cell in record.items()}
    index = None if cells.get("index") is None else f"{prefix}{cells['index']}"
    row = BenchmarkRow(
        f"{prefix}row {name}",
        questions_in(cells),
        pictures_in(cells),
        columns=tuple(record),
        own_index=index,
    )
    if row.images or home is None:
        return row
    names = names_in(cells)
    files = [file for name in names if (file := home.find(name)) is not None]
    if index is not None and len(names) == 1 and not files:
        return row._replace(shown_index=f"{prefix}{names[0]}")
    images: list[Mapping[str, Any]] = [{"bytes": None, "path": str(file)} for file in files]
    return row._replace(images=images, missing=len(names) - len(files))
