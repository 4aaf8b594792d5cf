"""The pictures that prompts name, as samples: each read once."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from datasets import Dataset

from mmgen_datasets.chat import Media
from mmgen_datasets.errors import MissingFileError, RowError, SourceError
from mmgen_datasets.media import read_media
from mmgen_datasets.picture import picture_size, picture_type
from mmgen_datasets.schema import sample_features

SOURCE = "task"
"""What the samples have as their source."""

_LOOKED_FOR = 100
"""So many pictures are looked for before any is read."""
_TOLD = ("id", "source", "license", "credit")


@dataclass(frozen=True)
class Pictures:
    """Samples, one for each picture, and a last one without a picture."""

    rows: Dataset
    """Of `mmgen_datasets.schema.SAMPLE`, with ``image``."""
    places: dict[str, int]
    """Row of each path."""
    digests: list[str]
    """Of each row's file; empty where it cannot be used."""
    faults: dict[int, str]
    """Row to why its picture cannot be used."""

    @cached_property
    def names(self) -> list[str]:
        """The path of each row's picture; of the last, which has none, an empty text."""
        return [*self.places, ""]

    @cached_property
    def sample_ids(self) -> list[str]:
        """What each row is called where it comes from; else its path."""
        return list(self.rows.select_columns(["id"])["id"])

    @property
    def nothing(self) -> int:
        """The row without a picture, for what is only text."""
        return len(self.digests)

    def media(self, path: str, max_side: int | None) -> Media:
        """A picture whose bytes are left on disk.

        Raises:
            RowError: it cannot be used.
        """
        place = self.places[path]
        if place in self.faults:
            raise RowError(self.faults[place])
        known = Media("image", b"", "", max_side)
        vars(known)["digest"] = self.digests[place]  # what would be computed from the bytes
        return known


def read_pictures(
    paths: Iterable[str],
    folder: Path,
    origins: Mapping[str, Mapping[str, Any]] = MappingProxyType({}),
) -> Pictures:
    """Look at every picture once: its size, its digest, and whether it can be sent.

    Args:
        paths: relative to the folder; the same one may come again.
        folder: that all are in, at whatever depth.
        origins: path to where a picture comes from: what is known of ``id``, ``source``,
            ``license`` and ``credit``.
    """
    places = {path: place for place, path in enumerate(dict.fromkeys(paths))}
    rows, digests, faults = [], [], {}
    for path, place in places.items():
        row, digest, fault = _look_at(path, folder)
        told = origins.get(path, {})
        rows.append(row | {name: told[name] for name in _TOLD if told.get(name)})
        digests.append(digest)
        if fault is not None:
            faults[place] = fault
    nothing = _row("", None, None)
    features = sample_features("image")
    return Pictures(Dataset.from_list([*rows, nothing], features=features), places, digests, faults)


def refuse_wrong_folder(paths: Iterable[str], folder: Path) -> None:
    """See that a folder is the one which paths are relative to, by the first of them.

    Raises:
        MissingFileError: it has none of these; it names the first as it was looked for.
    """
    some = list(islice(dict.fromkeys(paths), _LOOKED_FOR))
    if some and not any((folder / path).is_file() for path in some):
        first = (folder / some[0]).absolute()
        raise MissingFileError(
            f"no picture {first}"
            + (f", nor any other of the first {len(some)}" if len(some) > 1 else ""),
            "give the folder that the names of pictures begin in: --input-folder",
        )


def _look_at(path: str, folder: Path) -> tuple[dict[str, Any], str, str | None]:
    try:
        file = within(folder, path)
        data = read_media({"bytes": None, "path": str(file)})
        picture_type(data)
        size = picture_size(data)
    except RowError as error:
        return _row(path, None, None), "", f"{path}: {error.problem}"
    return _row(path, file, size), hashlib.sha256(data).hexdigest(), None


def _row(path: str, file: Path | None, size: tuple[int, int] | None) -> dict[str, Any]:
    known = {
        "id": path,
        "source": SOURCE,
        "split": "train",
        "file_name": os.path.normpath(path) if path else None,
        "width": size[0] if size else None,
        "height": size[1] if size else None,
        "image": {"bytes": None, "path": str(file)} if file else None,
    }
    empty: dict[str, Any] = dict.fromkeys(sample_features("image"))
    lists = ("captions", "objects", "labels", "relations", "narratives")
    return empty | {name: [] for name in lists} | known


def read_origins(file: Path) -> dict[str, dict[str, Any]]:
    """Where candidates come from, by path: the table that ``mmgen task create`` writes.

    Raises:
        MissingFileError: it is not there.
        SourceError: it is no such table.
    """
    try:
        return {row["path"]: row for row in pq.read_table(file).to_pylist()}
    except OSError as error:
        raise MissingFileError(
            f"{file} cannot be read: {error.strerror or error}",
            "give the .candidates.parquet that 'mmgen task create' wrote",
        ) from error
    except (pa.ArrowException, KeyError) as error:
        raise SourceError(
            f"{file}: no table of candidates: {error}",
            "give the .candidates.parquet that 'mmgen task create' wrote",
        ) from error


def within(folder: Path, path: str) -> Path:
    """The file of a path out of data, which must not lead out of the folder.

    Raises:
        RowError: it does.
    """
    top, file = os.path.normpath(folder), os.path.normpath(folder / path)
    if not Path(file).is_relative_to(top):
        raise RowError(
            "lies outside of the input folder", "give the folder that all pictures are in"
        )
    return Path(file)
