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

_LISTS = ("captions", "objects", "labels", "relations", "narratives", "messages")


@dataclass
class Reading:
    """Rows of a file, and what is wrong with those that are no conversations."""

    source: str
    pictures: PictureFinder
    faults: Counter[str] = field(default_factory=Counter)
    """Number of records that are no conversation, by the reason."""
    num_conversations: int = 0
    num_missing: int = 0
    """Pictures that are not there."""
    _ids: set[str] = field(default_factory=set)

    def rows(self, records: Iterable[msgspec.Raw]) -> Iterator[dict[str, Any]]:
        """A row of each record; one that is no conversation says why, in place of messages."""
        for number, raw in enumerate(records):
            record: Mapping[str, Any] = {}
            try:
                record = _decode(raw)
                told = self._told(record)
                self.num_conversations += 1
            except RowError as error:
                told = {"error": error.problem}
                self.faults[error.problem] += 1
            yield {
                "id": self._unique_id(number, record.get("id")),
                "source": self.source,
                "split": "train",
                **{name: [] for name in _LISTS},
                "record": _others(record),
                **told,
            }

    def _told(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """What is said in a record, and the pictures that it is about."""
        turns, _ = read_turns(record.get("conversations"))
        names = place_pictures(turns, picture_names(record))
        images = [self._image(name) for name in names]
        return {
            "file_name": names[0] if names else None,
            "image": images[0] if images else None,
            "images": images if len(images) > 1 else None,
            "messages": [{"role": ROLES[t["from"]], "content": t["value"]} for t in turns],
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


def _decode(raw: msgspec.Raw) -> Mapping[str, Any]:
    try:
        record = msgspec.json.decode(raw)
    except NO_JSON as error:
        raise RowError(f"it is no JSON: {error}") from error
    if not isinstance(record, Mapping):
        raise RowError("the record is no object of JSON")
    return record


def _others(record: Mapping[str, Any]) -> str | None:
    """What else a record has, as JSON."""
    others = {
        key: value
        for key, value in record.items()
        if key not in ("id", "conversations") and not is_picture_key(key)
    }
    return json.dumps(others, ensure_ascii=False) if others else None
