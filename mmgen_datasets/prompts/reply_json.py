"""A reply in JSON, read as turns.

Accepted shapes: a list of ``{"question": ..., "answer": ...}``, or of messages
``{"role": ..., "content": ...}``; one such object; either list as the only value of an object
(``{"conversation": [...]}``); and several of these one after the other, as in JSON lines.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import json_repair

from mmgen_datasets.errors import RowError

_FENCE = re.compile(r"\A\s*```\w*[ \t]*\r?\n(.*?)\r?\n?[ \t]*```\s*\Z", re.DOTALL)
_DECODER = json.JSONDecoder(strict=False)
_TOO_DEEP = "the JSON of the reply is nested too deeply"
_ROLES = {"user": 0, "human": 0, "assistant": 1, "gpt": 1}


def read_json(text: str) -> list[str]:
    """Read a reply as questions and answers in turn.

    Raises:
        RowError: there is no JSON, it breaks off, or it has none of the known shapes.
    """
    values = read_values(text)
    try:
        turns = list(_turns(values))
    except RecursionError as error:
        raise RowError(_TOO_DEEP) from error
    for number, (side, _) in enumerate(turns):
        if side != number % 2:
            raise RowError(f"turn {number + 1} of {len(turns)} is not by the one whose turn it is")
    return [turn.strip() for _, turn in turns]


def read_values(text: str) -> list[Any]:
    """Read all JSON values of a reply; what is broken is mended if no word changes by that.

    Raises:
        RowError: there is no JSON, or it breaks off.
    """
    body = unfenced(text)
    start = re.search(r"[\[{]", body)
    if not start:
        raise RowError("there is no JSON in the reply")
    try:
        return _values(body[start.start() :])
    except RecursionError as error:
        raise RowError(_TOO_DEEP) from error


def unfenced(text: str) -> str:
    """Take off a code fence that is around all of a reply."""
    fenced = _FENCE.match(text)
    return fenced[1] if fenced else text


def _values(body: str) -> list[Any]:
    """All JSON values from here on; words before and after them are none of the reply."""
    values: list[Any] = []
    rest = body
    while rest[:1] in ("{", "["):
        try:
            value, end = _DECODER.raw_decode(rest)
        except json.JSONDecodeError:
            return [*values, _repaired(rest)]
        values.append(value)
        rest = rest[end:].lstrip(", \t\r\n")
    if re.search(r"[\[{]", rest):
        raise RowError("the reply has JSON, words, and JSON again")
    return values


def _repaired(body: str) -> Any:
    """Mend broken JSON, if that changes punctuation only."""
    end = max(body.rfind("]"), body.rfind("}")) + 1
    if re.search(r"[\w\"]", body[end:]):
        raise RowError("the JSON of the reply breaks off or is followed by words")
    value = json_repair.loads(body[:end], skip_json_loads=True)
    if _letters(json.dumps(value, ensure_ascii=False)) != _letters(body[:end]):
        raise RowError("the JSON of the reply is broken, and mending it would lose some of it")
    return value


def _letters(text: str) -> str:
    return re.sub(r"\W|_", "", text)


def _turns(value: Any) -> Iterator[tuple[int, str]]:
    match value:
        case [*items]:
            for item in items:
                yield from _turns(item)
        case {"question": str(question), "answer": str(answer), **others} if not others:
            yield from ((0, question), (1, answer))
        case {"role": str(role), "content": str(content), **others} if not others:
            if role.lower() not in _ROLES:
                raise RowError(f"a message of the reply has the role {role!r}")
            yield _ROLES[role.lower()], content
        case dict() if [list] == [type(inner) for inner in value.values()]:
            for inner in value.values():
                yield from _turns(inner)
        case _:
            raise RowError(f"{json.dumps(value)[:80]} in the reply is no question and answer")
