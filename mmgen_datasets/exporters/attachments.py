"""The media files that the messages of a conversation refer to."""

from __future__ import annotations

import io
import mimetypes
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, TypeAlias, get_args

import numpy as np
from datasets import Features

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import RowError
from mmgen_datasets.files import safe_name
from mmgen_datasets.media import read_media
from mmgen_datasets.picture import picture_type

Row: TypeAlias = Mapping[str, Any]
"""A conversation with its media undecoded."""

_ANOTHER_FORMAT = "choose one that takes all media: sharegpt, webdataset or parquet"
_NAMES_ONLY = (
    "generate once more with --data-dir where the pictures are now, which asks no model anew, or"
    " give '--images none' to write their names only"
)
_OTHER_MESSAGES = "put each placeholder once into a question; see: mmgen check RUN"


@dataclass(frozen=True)
class Attachment:
    """A media file of a conversation."""

    kind: MediaKind
    path: PurePosixPath
    """Its name, relative, safe to write to."""
    value: Any
    """``{"bytes", "path"}``; of a motion its frames; None where there is no file."""

    def read(self) -> bytes:
        """The bytes of its file as they are; of a motion, those of a NumPy file.

        Raises:
            RowError: the file is not there, or is a picture that cannot be opened.
        """
        what = {"image": "picture"}.get(self.kind, self.kind)
        if self.value is None:
            raise RowError(f"the {what} is not on disk", _NAMES_ONLY)
        if self.kind == "motion":
            return _npy(self.value)
        try:
            data = read_media(self.value)
        except RowError as error:
            if not isinstance(error.__cause__, FileNotFoundError):
                raise
            # One reason for all that were there.
            folder = self.value["path"].rpartition("/")[0] or "."
            raise RowError(f"the {what} is no longer in {folder}", _NAMES_ONLY) from error
        if self.kind == "image":
            picture_type(data)
        return data


Attached: TypeAlias = dict[MediaKind, list[Attachment]]
"""The media of a conversation in the order in which it refers to them; no kind without any."""


def kinds_in(features: Features) -> list[MediaKind]:
    """Which media a table may hold: ``image`` for a column ``image`` or ``images``."""
    return [kind for kind in get_args(MediaKind) if {kind, f"{kind}s"} & set(features)]


def attached(row: Row, takes: Sequence[MediaKind]) -> Attached:
    """The media of a conversation, one for each placeholder in its messages.

    A column ``image`` holds one of them, a column ``images`` a list; so for the other kinds. A
    conversation's only file keeps its `file_name`; several files are named after the conversation,
    by number, and so are motions.

    Args:
        row: the conversation.
        takes: the kinds that the format has a place for.

    Raises:
        RowError: the placeholders are not as many as the media, or stand in an answer, where a
            trainer would stop or go wrong; or the format does not take a kind.
    """
    values = {kind: _values(row, kind) for kind in get_args(MediaKind)}
    for kind, have in values.items():
        _check_placeholders(row, kind, have)
        if have and kind not in takes:
            raise RowError(f"the format has no place for {kind}", _ANOTHER_FORMAT)
    paths = _paths(row, [(kind, value) for kind, have in values.items() for value in have])
    return {
        kind: [Attachment(kind, next(paths), value) for value in have]
        for kind, have in values.items()
        if have
    }


def _values(row: Row, kind: MediaKind) -> list[Any]:
    """What the columns of a kind hold; a picture that is referred to may be missing."""
    if (several := row.get(f"{kind}s")) is not None:
        return [_file(value) for value in several]
    if kind not in row:
        return []
    value = _file(row[kind])
    return [] if value is None and not _count(row["messages"], kind) else [value]


def _file(value: Any) -> Any:
    """A value of a media column; None where it holds neither a file nor the path of one."""
    is_nothing = isinstance(value, Mapping) and value["bytes"] is None and value["path"] is None
    return None if is_nothing else value


def _check_placeholders(row: Row, kind: MediaKind, have: Sequence[Any]) -> None:
    messages: list[dict[str, str]] = row["messages"]
    if (count := _count(messages, kind)) != len(have):
        raise RowError(
            f"its messages have <{kind}> {count} times for {len(have)} of them", _OTHER_MESSAGES
        )
    # A motion may be the answer; of the others a model is only ever shown one.
    answers = [message for message in messages if message["role"] == "assistant"]
    if kind != "motion" and _count(answers, kind):
        raise RowError(f"an answer has <{kind}> in it", _OTHER_MESSAGES)


def _count(messages: Sequence[Mapping[str, str]], kind: MediaKind) -> int:
    return sum(message["content"].count(f"<{kind}>") for message in messages)


def _paths(row: Row, media: list[tuple[MediaKind, Any]]) -> Iterator[PurePosixPath]:
    if len(media) == 1 and media[0][0] != "motion":
        yield safe_name(row["file_name"])
        return
    for number, (kind, value) in enumerate(media):
        yield safe_name(f"{row['id']}-{number}{_suffix(kind, value)}")


def _suffix(kind: MediaKind, value: Any) -> str:
    if kind == "motion":
        return ".npy"
    if value is None:
        return ""
    if value["path"]:
        return PurePosixPath(value["path"]).suffix
    return mimetypes.guess_extension(picture_type(value["bytes"])) or "" if kind == "image" else ""


def _npy(frames: Any) -> bytes:
    file = io.BytesIO()
    np.save(file, np.asarray(frames, dtype=np.float32))
    return file.getvalue()
