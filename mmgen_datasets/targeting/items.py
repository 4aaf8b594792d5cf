"""The items of a reply: read strictly, with broken JSON mended where no word is lost by it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import RowError
from mmgen_datasets.prompts.reply_json import read_values
from mmgen_datasets.targeting.mode import Mode, fill

_QUOTED = 80  # characters of what does not fit
_CHOICES = "choices"


def read_items(mode: Mode, text: str) -> list[dict[str, str]]:
    """Read a reply as items with the keys of a mode.

    Accepted are a list of items, a single item, either under any one key, and items one after
    the other; keys may be in capitals or just their first letter. Numbers become text. Options
    under ``choices`` go behind the question.

    Args:
        mode: says which keys there must be; others are passed over.
        text: of the reply.

    Raises:
        RowError: there is no JSON, no item, or an item lacks a key or holds nothing there.
    """
    values = read_values(text)
    try:
        items = [_item(mode, found) for value in values for found in _found(mode, value)]
    except RecursionError as error:
        raise RowError("the JSON of the reply is nested too deeply") from error
    if not items:
        raise RowError("the reply holds no item")
    return items


def exchanges(mode: Mode, item: dict[str, str]) -> list[Exchange]:
    """The conversation that each record of a mode makes of an item: one question each."""
    return [
        Exchange(fill(record.question, item), fill(record.answer, item)) for record in mode.records
    ]


def _found(mode: Mode, value: Any) -> Iterator[dict[str, Any]]:
    match value:
        case [*inner]:
            for one in inner:
                yield from _found(mode, one)
        case dict() if _has_a_key(mode, value):
            yield value
        case dict() if [type(inner) for inner in value.values()] in ([list], [dict]):
            for inner in value.values():
                yield from _found(mode, inner)
        case _:
            shown = json.dumps(value, ensure_ascii=False)[:_QUOTED]
            raise RowError(f"{shown} in the reply is no item with {_keys(mode)}")


def _item(mode: Mode, found: dict[str, Any]) -> dict[str, str]:
    given = {key.strip().lower(): value for key, value in found.items()}
    item = {}
    for key in mode.keys:
        value = given.get(key, given.get(key[0]))
        if value is None or not (said := _text(value)):
            raise RowError(f"an item of the reply has no {key!r}")
        item[key] = said
    if given.get(_CHOICES) and "question" in item:
        item["question"] += f"\n{_text(given[_CHOICES])}"
    return item


def _has_a_key(mode: Mode, value: dict[str, Any]) -> bool:
    return any(key.strip().lower() in {*mode.keys, *(k[0] for k in mode.keys)} for key in value)


def _text(value: Any) -> str:
    """A value as text; lists and records line by line."""
    match value:
        case str():
            return value.strip()
        case [*several]:
            return "\n".join(map(_text, several))
        case dict():
            return "\n".join(f"{key}. {_text(inner)}" for key, inner in value.items())
        case None:
            return ""
        case _:
            return json.dumps(value)


def _keys(mode: Mode) -> str:
    return ", ".join(map(repr, mode.keys))
