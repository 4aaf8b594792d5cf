"""Pictures that new samples can be made from: those of a folder, or of any dataset."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Image, Value

from mmgen_datasets.conversion.sniffing import ending
from mmgen_datasets.errors import MissingFileError, RowError, UsageError
from mmgen_datasets.files import write_bytes_whole
from mmgen_datasets.media import read_media, undecoded
from mmgen_datasets.schema import CREDIT, LICENSE

_SUFFIXES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}

ORIGIN = Features(
    {
        "path": Value("string"),  # as the task file names the picture
        "id": Value("string"),  # of the sample that it is from
        "source": Value("string"),
        "license": LICENSE,
        "credit": CREDIT,
    }
)
"""Where a candidate comes from; a task file of MM-Gen has no place for it."""


@dataclass(frozen=True)
class Pool:
    """Pictures as files."""

    paths: list[Path]
    origins: dict[Path, dict[str, Any]] = field(default_factory=dict)
    """What their rows say of them; none of pictures from a folder."""
    bad: dict[str, str] = field(default_factory=dict)
    """Rows without a usable picture, and why."""


def pool_of_folder(folder: Path) -> Pool:
    """The pictures in a folder and the folders in it, by the alphabet.

    Raises:
        MissingFileError: there is no such folder, or no picture in it.
    """
    if not (paths := list(_pictures(folder))):
        raise MissingFileError(
            f"no picture in {folder}", f"give a folder with {', '.join(sorted(_SUFFIXES))} files"
        )
    return Pool(sorted(paths, key=Path.as_posix))


def has_pictures(folder: Path) -> bool:
    """Whether a folder, or one in it, holds a picture."""
    return next(_pictures(folder), None) is not None


def pool_of_dataset(dataset: Dataset, folder: Path) -> Pool:
    """The pictures of a dataset, in the order of its rows; what is no file of its own becomes one.

    Bytes are written as they are, under a name made of them.

    Args:
        dataset: any, with a column of pictures; the first such column is taken.
        folder: where files are made.

    Raises:
        UsageError: it has no column of pictures.
    """
    column = next((n for n, f in dataset.features.items() if isinstance(f, Image)), None)
    if column is None:
        raise UsageError(
            f"the dataset has no column of pictures: {', '.join(dataset.column_names)}",
            "cast one: dataset.cast_column(NAME, datasets.Image())",
        )
    told = [name for name in ORIGIN if name in dataset.column_names]
    pool = Pool([])
    for number, row in enumerate(undecoded(dataset.select_columns([column, *told]))):
        try:
            path = _file(row[column], folder)
        except RowError as error:
            pool.bad[f"row {number}"] = error.problem
            continue
        pool.paths.append(path)
        if told:
            pool.origins[path] = {name: row[name] for name in told}
    return pool


def write_origins(pool: Pool, names: Mapping[Path, str], file: Path) -> None:
    """Write where candidates come from, as parquet with the columns of `ORIGIN`.

    Args:
        pool: the pictures.
        names: those that were chosen, by what the task file calls them.
        file: to be written.
    """
    empty = dict.fromkeys(ORIGIN)
    rows = [
        {**empty, **pool.origins[path], "path": name}
        for path, name in names.items()
        if path in pool.origins
    ]
    Dataset.from_list(rows, features=ORIGIN).to_parquet(str(file))


def _pictures(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.suffix.lower() in _SUFFIXES)


def _file(value: Mapping[str, Any] | None, folder: Path) -> Path:
    if value is None:
        raise RowError("there is no picture")
    if value["bytes"] is None and "://" not in value["path"]:
        return Path(value["path"])
    data = read_media(value)
    digest = hashlib.sha256(data).hexdigest()
    path = folder / digest[:2] / f"{digest[:24]}{ending(data, 'image')}"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_bytes_whole(path, data)
    return path
