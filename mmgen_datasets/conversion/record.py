"""A row as a record of LLaVA's JSON, and the files that it names."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from mmgen_datasets.conversion.columns import MEDIA, Columns
from mmgen_datasets.conversion.media_home import Media, MediaHome, is_media
from mmgen_datasets.conversion.names import safe_stem
from mmgen_datasets.conversion.sniffing import ending
from mmgen_datasets.conversion.turns import count_media, read_turns

Names: TypeAlias = Literal["row", "data"]
"""How files are called: ``"row"`` by the number of their row, ``"data"`` as the data call them,
with a digest of their bytes, so that files alike are one and others never meet."""


@dataclass
class Record:
    """What becomes of a row."""

    fields: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    """Bytes by the name of their file in the folder of the part."""


@dataclass(frozen=True)
class Maker:
    """What makes records of rows; it opens no file but those that rows name."""

    part: str
    """The folder of the part, as records name it."""
    columns: Columns
    home: MediaHome
    names: Names

    def record(self, number: int, row: Mapping[str, Any]) -> Record:
        """Make the record of a row.

        Args:
            number: of the row in its part; the first is 0.
            row: plain Python, media as they are stored.

        Raises:
            RowError: it cannot be converted; the reason is the same for the same fault.
        """
        made = Record()
        columns = self.columns
        turns, in_words = read_turns(row[columns.conversations])
        media = [each for each in columns.media if not self._is_first_of_several(row, *each)]
        values = [(kind, row[column]) for kind, column in media] + in_words
        paths: dict[str, list[str]] = {kind: [] for kind in MEDIA}
        for kind, value in values:
            paths[kind] += [self._add(made, number, one, kind) for one in self.home.read(value)]
        count_media(turns, Counter({kind: len(found) for kind, found in paths.items()}))
        id = row[columns.id] if columns.id else None
        made.fields["id"] = f"{self.part}-{number}" if id is None else id
        for kind, found in paths.items():
            if found:
                made.fields[kind] = found[0] if len(found) == 1 else found
        made.fields["conversations"] = turns
        used = {columns.conversations, columns.id, *(column for _, column in columns.media)}
        for column, value in row.items():
            if column not in used and column not in made.fields:
                made.fields[column] = self._plain(made, number, value)
        return made

    def _is_first_of_several(self, row: Mapping[str, Any], kind: str, column: str) -> bool:
        """Whether a medium stands in the column of several, too, as in rows of this library."""
        all = f"{kind}s"
        if column != kind or (kind, all) not in self.columns.media:
            return False
        return bool(row[all]) and isinstance(row[all], list) and row[all][0] == row[column]

    def _plain(self, made: Record, number: int, value: Any) -> Any:
        """A value of another column, with paths in the place of the media in it."""
        if is_media(value):
            return next((self._add(made, number, one, None) for one in self.home.read(value)), None)
        if isinstance(value, Mapping):
            return {key: self._plain(made, number, item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._plain(made, number, item) for item in value]
        return value

    def _add(self, made: Record, number: int, media: Media, kind: str | None) -> str:
        """Take a file into a record, and say under which path a trainer finds it."""
        end = ending(media.data, kind)
        if self.names == "row":
            name = f"{number}-{len(made.files)}{end}" if made.files else f"{number}{end}"
        else:
            digest = hashlib.sha256(media.data).hexdigest()[:12]
            name = f"{_stem(media.name)}-{digest}{end}"
        made.files[name] = media.data
        return f"{self.part}/{name}"


def _stem(path: str) -> str:
    """The name of a file without its folders and its ending, made safe."""
    name = path.replace("\\", "/").rpartition("/")[2]
    stem = name.rpartition(".")[0] or name
    return safe_stem(stem) if stem else "media"
