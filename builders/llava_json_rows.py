"""Records of LLaVA's JSON to rows of the sample schema."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from mmgen_datasets.conversion.data_file import is_picture_key, picture_names, place_pictures
from mmgen_datasets.conversion.turns import ROLES, read_turns
from mmgen_datasets.errors import RowError
from mmgen_datasets.json_errors import NO_JSON

from .llava_json_files import PictureFinder

_LISTS = ("captions", "objects", "labels", "relations", "narratives")


@dataclass
class Reading:
    """Rows of a file, and what became of those that are none."""

    source: str
    pictures: PictureFinder
    left_out: Counter[str] = field(default_factory=Counter)
    """Number of records by the reason."""
    num_rows: int = 0
    num_missing: int = 0
    """Pictures that are not there."""
    _ids: set[str] = field(default_factory=set)

    def rows(self, records: Iterable[msgspec.Raw]) -> Iterator[dict[str, Any]]:
        """The rows of the records that are conversations."""
        for number, raw in enumerate(records):
            try:
                row = self._row(number, _decode(raw))
            except RowError as error:
                self.left_out[error.problem] += 1
                continue
            self.num_rows += 1
            yield row

    def _row(self, number: int, record: Any) -> dict[str, Any]:
        if not isinstance(record, Mapping):
            raise RowError("it is no object")
        turns, _ = read_turns(record.get("conversations"))
        names = place_pictures(turns, picture_names(record))
        images = [self._image(name) for name in names]
        return {
            "id": self._unique_id(number, record.get("id")),
            "source": self.source,
            "split": "train",
            "file_name": names[0] if names else None,
            **{name: [] for name in _LISTS},
            "image": images[0] if images else None,
            "images": images if len(images) > 1 else None,
            "messages": [{"role": ROLES[t["from"]], "content": t["value"]} for t in turns],
            "record": _others(record),
        }

    def _image(self, name: str) -> dict[str, Any] | None:
        path = self.pictures.find(name)
        self.num_missing += path is None
        return None if path is None else {"bytes": None, "path": str(path)}

    def _unique_id(self, number: int, given: Any) -> str:
        """The record's id as text; with a number behind it where an earlier record has the same."""
        base = id = f"record-{number}" if given is None else str(given)
        again = 2
        while id in self._ids:
            id, again = f"{base}-{again}", again + 1
        self._ids.add(id)
        return id


def _decode(raw: msgspec.Raw) -> Any:
    try:
        return msgspec.json.decode(raw)
    except NO_JSON as error:
        raise RowError(f"it is no JSON: {error}") from error


def _others(record: Mapping[str, Any]) -> str | None:
    """What else a record has, as JSON."""
    others = {
        key: value
        for key, value in record.items()
        if key not in ("id", "conversations") and not is_picture_key(key)
    }
    return json.dumps(others, ensure_ascii=False) if others else None
