r"""The turns of a conversation as LLaVA has them: ``{"from": "human", "value": "<image>\n..."}``.

They come as ``from`` and ``value`` (LLaVA, ShareGPT), as ``role`` and ``content`` (OpenAI, TRL;
the content a text or a list of parts), as pairs of ``user`` and ``assistant`` (The Cauldron), or
as the JSON of one of these.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from typing import Any

from mmgen_datasets.errors import RowError

HUMAN, GPT, SYSTEM = "human", "gpt", "system"
ROLES = {HUMAN: "user", GPT: "assistant", SYSTEM: "system"}
"""What LLaVA's speakers are called elsewhere."""
_SPEAKERS = {
    **{HUMAN: HUMAN, "user": HUMAN},
    **{GPT: GPT, "assistant": GPT, "model": GPT, "chatgpt": GPT},
    SYSTEM: SYSTEM,
}
_PAIR = {"user": HUMAN, "assistant": GPT}
_PART_KINDS = {"image": "image", "image_url": "image", "audio": "audio", "video": "video"}

Turn = dict[str, Any]


def read_turns(value: Any) -> tuple[list[Turn], list[tuple[str, Any]]]:
    """The turns that a cell holds, and the media that stand among their words.

    Keys of a turn that are not those of its speaker and words are kept, unless they are null.

    Args:
        value: what the column of conversations holds, in plain Python.

    Returns:
        Turns, and kind and value of the media in their parts, where they stand there and not in
        a column of their own.

    Raises:
        RowError: it is no conversation, or human and gpt do not alternate after what the system
            may say first.
    """
    media: list[tuple[str, Any]] = []
    turns = [turn for item in _items(value) for turn in _turns(item, media)]
    if not turns:
        raise RowError("the conversation is empty")
    spoken = turns[1:] if turns[0]["from"] == SYSTEM else turns
    for turn, due in zip(spoken, cycle((HUMAN, GPT))):
        if turn["from"] != due:
            raise RowError(f"a turn of {turn['from']!r} where one of {due!r} is due")
    return turns, media


def count_media(turns: list[Turn], counts: Mapping[str, int]) -> None:
    """See that each file has its placeholder; where no turn has one, put them in front.

    Args:
        turns: changed in place.
        counts: number of files by kind.

    Raises:
        RowError: there are placeholders, but not as many as files, or one is in an answer.
    """
    missing = ""
    for kind, count in counts.items():
        tag = f"<{kind}>"
        if any(tag in turn["value"] for turn in turns if turn["from"] == GPT):
            raise RowError(f"an answer holds {tag}")
        found = sum(turn["value"].count(tag) for turn in turns)
        if not found:
            missing += f"{tag}\n" * count
        elif found != count:
            raise RowError(f"{found} {tag} for {count} files")
    if missing:
        first = next((turn for turn in turns if turn["from"] == HUMAN), None)
        if first is None:
            raise RowError("no turn of 'human' to put the media in")
        first["value"] = missing + first["value"]


def _items(value: Any) -> Sequence[Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as error:
            raise RowError("the conversation is a text, and not JSON") from error
    if isinstance(value, Mapping):
        value = [value]
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise RowError("the conversation is missing" if value is None else "no conversation")
    return value


def _turns(item: Any, media: list[tuple[str, Any]]) -> Iterator[Turn]:
    if not isinstance(item, Mapping):
        raise RowError("a turn is no object with a speaker and words")
    for speaker_key, words_key in (("from", "value"), ("role", "content")):
        if speaker_key in item and words_key in item:
            speaker = _speaker(item[speaker_key])
            others = {
                key: value
                for key, value in item.items()
                if key not in (speaker_key, words_key) and value is not None
            }
            yield {"from": speaker, "value": _words(item[words_key], media), **others}
            return
    if not _PAIR.keys() <= item.keys():
        raise RowError("a turn is no object with a speaker and words")
    for key, speaker in _PAIR.items():
        yield {"from": speaker, "value": _words(item[key], media)}


def _speaker(name: Any) -> str:
    speaker = _SPEAKERS.get(name.lower()) if isinstance(name, str) else None
    if speaker is None:
        raise RowError(f"a turn of {name!r:.40}, whom LLaVA's format does not know")
    return speaker


def _words(content: Any, media: list[tuple[str, Any]]) -> str:
    if isinstance(content, str):
        return content
    if not isinstance(content, Sequence) or isinstance(content, bytes):
        raise RowError("a turn has no words")
    return "\n".join(_part(part, media) for part in content)


def _part(part: Any, media: list[tuple[str, Any]]) -> str:
    if isinstance(part, str):
        return part
    kind = part.get("type") if isinstance(part, Mapping) else None
    if kind == "text" and isinstance(part.get("text"), str):
        return str(part["text"])
    if kind not in _PART_KINDS:
        raise RowError(f"a part of a turn is of type {kind!r:.40}")
    value = part.get(kind)
    if value is not None:
        media.append((_PART_KINDS[kind], value))
    return f"<{_PART_KINDS[kind]}>"
