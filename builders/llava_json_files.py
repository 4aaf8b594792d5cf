"""Find files of records and the pictures that they name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mmgen_datasets.errors import MissingFileError, RowError

_SUFFIXES = (".json", ".jsonl")


def folder(data_dir: str | None) -> Path:
    """The user's folder.

    Raises:
        MissingFileError: none was given, or it is not there.
    """
    root = Path(data_dir or "").expanduser().absolute()
    if data_dir is None or not root.is_dir():
        raise MissingFileError(
            f"llava_json: no folder {data_dir}",
            "give data_dir the folder that has the JSON file and its pictures in it",
        )
    return root


def records_files(root: Path) -> list[Path]:
    """The files that may hold records."""
    return [
        path
        for place in (root, root / "annotations")
        for path in sorted(place.glob("*.json*"))
        if path.suffix in _SUFFIXES
    ]


def source_files(data_dir: str) -> list[Path]:
    """The files and folders that rows depend on; a folder stands for the names in it."""
    root = folder(data_dir)
    return [*records_files(root), *(path for path in (root, root / "images") if path.is_dir())]


def picture_places(root: Path, chosen: str | None, own: str) -> list[Path]:
    """Where pictures are looked for, one place after the other.

    Args:
        root: the user's folder.
        chosen: by the user; then it is the only one.
        own: what the file says of itself; empty for nothing.

    Raises:
        MissingFileError: the chosen one is not there.
    """
    if chosen is not None:
        if not (place := root / chosen).is_dir():
            raise MissingFileError(
                f"llava_json: no folder {place}", "give image_folder a folder below data_dir"
            )
        return [place]
    return [root / own, root, root / "images"] if own else [root, root / "images"]


@dataclass(frozen=True)
class PictureFinder:
    """Finds pictures below a folder, and nothing that lies elsewhere."""

    root: Path
    places: Sequence[Path]

    def find(self, name: str) -> Path | None:
        """The file that a record names; None where there is none.

        Raises:
            RowError: the name leads out of the folder.
        """
        for place in self.places:
            path = place / name
            if ".." in path.parts or "\0" in name or not path.is_relative_to(self.root):
                raise RowError("a picture's name leads out of the folder of the source")
            if path.is_file():
                return path
        return None
