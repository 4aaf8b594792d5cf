"""The rows of a benchmark, in the forms that benchmarks come in.

* JSON: a list of records, an object with such a list in it (VQA, MM-Gen), or a record on each line
  (POPE, the evaluation files of LLaVA), their pictures in the same folder or in ``images``;
* parquet, CSV, TSV, or a folder of them; a folder of ``save_to_disk``; a dataset of the hub;
* a folder of JSON files, or of pictures.

A question stands under one of the names in `QUESTIONS`, or in turns of a user; a picture in a
column of pictures, or as the name of a file under one of those in `NAMES`, ``image_1``, ...
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from datasets import Dataset, DatasetDict, load_from_disk
from datasets import load_dataset as load_files
from datasets.exceptions import DatasetsError

from mmgen_datasets.conversion.data_file import IMAGE_TAG, picture_names, read_bytes
from mmgen_datasets.conversion.turns import HUMAN, read_turns
from mmgen_datasets.errors import MissingFileError, RowError, SourceError
from mmgen_datasets.files import safe_name
from mmgen_datasets.media import undecoded

QUESTIONS = ("question", "text", "prompt", "query", "instruction")
NAMES = ("image_path", "image_file", "img_path", "file_name")
_HUB = re.compile(r"\w[\w.-]*/[\w.-]+")
_TURNS = ("conversations", "messages")
_PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_RECORDS = {".json", ".jsonl"}
_TABLES: dict[str, Callable[[Path], Any]] = {
    ".parquet": lambda path: load_files("parquet", data_files=str(path), split="train"),
    ".csv": lambda path: load_files("csv", data_files=str(path), split="train"),
    ".tsv": lambda path: load_files("csv", data_files=str(path), split="train", sep="\t"),
}


class BenchmarkRow(NamedTuple):
    """A row of a benchmark."""

    name: str
    """``"row 17"``, from 0, or the name of a picture's file."""
    questions: list[str]
    images: list[Mapping[str, Any]]
    """As an undecoded column has them."""
    missing: int = 0
    """How many pictures it names that are not there."""


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
    if place.suffix in _RECORDS or (place.is_file() and place.suffix in _TABLES):
        return _of_file(place, place.parent)
    if place.exists() or _HUB.fullmatch(path) is None:
        raise MissingFileError(
            f"the benchmark {path} is no file or folder that can be read",
            "give a JSON, JSONL, parquet, CSV or TSV file, a folder of such files or of pictures,"
            " or OWNER/NAME of the hub",
        )
    return _of_datasets(path, lambda: load_files(path))


def rows_of(dataset: Dataset, prefix: str = "", home: Path | None = None) -> Iterator[BenchmarkRow]:
    """The rows of a table.

    Args:
        dataset: the table.
        prefix: stands before the names of rows.
        home: below which files of pictures lie; None where they stand in the table alone.
    """
    for number, row in enumerate(undecoded(dataset)):
        yield _row(f"{prefix}row {number}", row, home)


def _of_folder(folder: Path) -> Iterator[BenchmarkRow]:
    if any((folder / name).exists() for name in ("state.json", "dataset_dict.json")):
        return _of_datasets(str(folder), lambda: load_from_disk(str(folder)))
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    for kinds in (_TABLES, _RECORDS):
        if chosen := [path for path in files if path.suffix in kinds]:
            return chain.from_iterable(
                _of_file(path, folder, f"{path.relative_to(folder)} ") for path in chosen
            )
    if pictures := [path for path in files if path.suffix.lower() in _PICTURES]:
        return (
            BenchmarkRow(str(path.relative_to(folder)), [], [{"bytes": None, "path": str(path)}])
            for path in pictures
        )
    raise MissingFileError(
        f"the benchmark {folder} holds neither questions nor pictures",
        "give a folder with JSON, JSONL, parquet, CSV or TSV files, or with pictures",
    )


def _of_file(path: Path, home: Path, prefix: str = "") -> Iterator[BenchmarkRow]:
    if path.suffix in _TABLES:
        return _of_datasets(str(path), lambda: _TABLES[path.suffix](path), home, prefix)
    return (
        _row(f"{prefix}row {number}", record, home) for number, record in enumerate(_records(path))
    )


def _of_datasets(
    path: str, load: Callable[[], Any], home: Path | None = None, prefix: str = ""
) -> Iterator[BenchmarkRow]:
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
        yield from rows_of(loaded, prefix, home)


def _records(path: Path) -> list[dict[str, Any]]:
    data = read_bytes(path)
    try:
        try:
            found = msgspec.json.decode(data, type=list[dict[str, Any]] | dict[str, Any])
        except msgspec.DecodeError:
            return msgspec.json.Decoder(dict[str, Any]).decode_lines(data)
    except msgspec.DecodeError as error:
        raise SourceError(
            f"the benchmark {path} is no JSON: {error}",
            "give a list of records, or a record on each line",
        ) from error
    if isinstance(found, list):
        return found
    lists = [value for value in found.values() if isinstance(value, list)]
    return next((v for v in lists if v and all(isinstance(r, dict) for r in v)), [found])


def _row(name: str, record: Mapping[str, Any], home: Path | None) -> BenchmarkRow:
    """A record as a row.

    Args:
        name: of the row.
        record: in plain Python, pictures undecoded.
        home: below which files of pictures lie; None where they stand in the record alone.
    """
    images = [value for cell in record.values() for value in _as_list(cell) if _is_picture(value)]
    names = _picture_names(record) if home else []
    files = [file for name in names if (file := _find(home, name)) is not None] if home else []
    images += [{"bytes": None, "path": str(file)} for file in files]
    return BenchmarkRow(name, _questions(record), images, len(names) - len(files))


def _questions(record: Mapping[str, Any]) -> list[str]:
    turns = next((record[key] for key in _TURNS if record.get(key)), None)
    if turns is not None:
        try:
            said = [turn["value"] for turn in read_turns(turns)[0] if turn["from"] == HUMAN]
        except RowError:
            said = []
    else:
        found = next((record[key] for key in QUESTIONS if record.get(key)), None)
        said = [text for text in _as_list(found) if isinstance(text, str)]
    return [bare for text in said if (bare := IMAGE_TAG.sub("", text).strip())]


def _picture_names(record: Mapping[str, Any]) -> list[str]:
    plain = {key: value for key, value in record.items() if not _is_picture(value)}
    named = [plain[key] for key in NAMES if isinstance(plain.get(key), str)]
    try:
        return picture_names(plain) or named[:1]
    except RowError:
        return named[:1]


def _find(home: Path, name: str) -> Path | None:
    try:
        relative = safe_name(name)
    except RowError:
        return None
    places = (home / relative, home / "images" / relative)
    return next((place for place in places if place.is_file()), None)


def _is_picture(value: object) -> bool:
    return isinstance(value, Mapping) and {"bytes", "path"} == set(value) and any(value.values())


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
