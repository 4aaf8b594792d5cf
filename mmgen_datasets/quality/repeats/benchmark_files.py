"""Find the pictures that a benchmark names."""

from __future__ import annotations

import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path, PurePosixPath

from mmgen_datasets.errors import RowError
from mmgen_datasets.files import safe_name

PICTURES = {".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff"}
_NUMBER = re.compile(r"\d+$")


@dataclass(frozen=True)
class PictureFiles:
    """The pictures in a folder, and in those that lie in it."""

    home: Path

    def find(self, name: str) -> Path | None:
        """The file that a name or an id means; None where there is none, or there are several.

        Args:
            name: a relative path, with or without its ending, or a number at the end of one.
        """
        try:
            return self._find(safe_name(name))
        except (RowError, OSError):  # what no file can be called
            return None

    def _find(self, relative: PurePosixPath) -> Path | None:
        for place in (self.home / relative, self.home / "images" / relative):
            if place.is_file():
                return place
        first, *rest = relative.parts
        below = [Path(place, *rest) for place in self._below.get(first, ())]
        found = [place for place in below if place.is_file()]
        if not rest and not found:
            found = [Path(place) for place in self._by_stem.get(_plain(first), ())]
        return found[0] if len(found) == 1 else None

    @cached_property
    def _below(self) -> Mapping[str, Sequence[str]]:
        """Whatever lies in folders of the folder, by its name."""
        found = defaultdict(list)
        for folder in _entries(self.home):
            if folder.is_dir():
                for entry in _entries(folder.path):
                    found[entry.name].append(entry.path)
        return found

    @cached_property
    def _by_stem(self) -> Mapping[str, Sequence[str]]:
        """Pictures by their names without the ending, and by the numbers at the end of these."""
        found = defaultdict(list)
        here = (entry.path for entry in _entries(self.home))
        for place in (*here, *(place for places in self._below.values() for place in places)):
            stem, ending = Path(place).stem, Path(place).suffix
            if ending.lower() in PICTURES:
                number = _NUMBER.search(stem)
                for key in {stem, _plain(number[0]) if number else stem}:
                    found[key].append(place)
        return found


def _entries(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from sorted(entries, key=lambda entry: entry.name)
    except PermissionError:  # of a folder beside the benchmark
        return


def _plain(name: str) -> str:
    """A number without leading noughts; any other name as it is."""
    return name.lstrip("0") or "0" if name.isdecimal() else name
