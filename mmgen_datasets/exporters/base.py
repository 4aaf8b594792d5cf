"""What every exporter is."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias, TypeVar

from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.exporters.attachments import Attached, Row, attached
from mmgen_datasets.files import whole_file
from mmgen_datasets.media import undecoded
from mmgen_datasets.quantity import quantity

T = TypeVar("T")

_TAKE_SYSTEMS = "choose one that takes it: sharegpt, messages, openai, webdataset or parquet"

Pictures: TypeAlias = Literal["copy", "link", "none"]
"""What becomes of the picture files: a copy of each, a hard link (a copy where the file system
has none), or nothing but their names. A format that has pictures inside its own files holds them
there with the first two."""


@dataclass
class Exported:
    """What an export wrote, and what it left out."""

    file: Path
    """What a trainer is given: a file, or a folder of shards."""
    conversations: int = 0
    pictures: int = 0
    """How many picture and other media files were written."""
    pictures_in: Path | None = None
    """The folder of those that stand beside the file."""
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason to number of conversations."""
    hints: dict[str, str] = field(default_factory=dict)
    """Reason to what can be done about it."""
    not_allowed: Counter[str] = field(default_factory=Counter)
    """Licence to number of conversations that it keeps out."""

    def refuse_nothing(self) -> None:
        """Raise where nothing could be written.

        Raises:
            UsageError: naming the commonest reason.
        """
        if self.conversations:
            return
        if not self.left_out:
            raise UsageError("there is no conversation to export", "see why with: mmgen status RUN")
        [(reason, count)] = self.left_out.most_common(1)
        total = self.left_out.total()
        raise UsageError(
            f"none of {quantity(total, 'conversation')} can be exported: {reason}"
            f" ({count:,} of them)",
            self.hints[reason],
        )


def each(
    conversations: Dataset,
    exported: Exported,
    make: Callable[[Row, Attached], T],
    *,
    takes: Sequence[MediaKind],
) -> Iterator[T]:
    """Make something of every conversation that can be exported, and count.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        exported: where they are counted.
        make: called with a row and its media; one that it raises `RowError` for is left out.
        takes: the media that the format has a place for.

    Raises:
        UsageError: at the end, where it was none.
    """
    for row in undecoded(conversations):
        if row["error"] is not None:
            continue
        try:
            made = make(row, attached(row, takes))
        except RowError as error:
            exported.left_out[error.problem] += 1
            exported.hints[error.problem] = error.hint
            continue
        exported.conversations += 1
        yield made
    exported.refuse_nothing()


def write_lines(file: Path, records: Iterable[object]) -> None:
    """Write one line of JSON for each record, or no file."""
    with whole_file(file) as lines:
        for record in records:
            lines.write(json.dumps(record, ensure_ascii=False) + "\n")


def alternating(row: Mapping[str, Any], *, with_system: bool = False) -> list[dict[str, str]]:
    """The messages of a conversation, known to be user and assistant by turns.

    Args:
        row: the conversation.
        with_system: whether the format has a place for what a system says before them.

    Raises:
        RowError: a system speaks first, and has no place; or there is no last answer.
        UsageError: another is out of turn; trainers drop or misread such a conversation without a
            word.
    """
    messages: list[dict[str, str]] = row["messages"]
    begins = [message["role"] for message in messages[:1]] == ["system"]
    if begins and not with_system:
        raise RowError("the format has no place for a system's message", _TAKE_SYSTEMS)
    spoken = messages[begins:]
    for message, role in zip(spoken, cycle(("user", "assistant"))):
        if message["role"] != role:
            raise UsageError(
                f"{row['id']}: a message of {message['role']!r} where one of {role!r} is due",
                "let user and assistant alternate, the user first",
            )
    if len(spoken) % 2 or not spoken:
        raise RowError("it ends without an answer", "complete it or leave it out")
    return messages


class Exporter(Protocol):
    """A function that writes conversations in some trainer's format."""

    def __call__(self, conversations: Dataset, out: Path, *, pictures: Pictures) -> Exported:
        """Write conversations into a folder.

        Rows with an error are left out. Files are written as a stream and are whole or absent.

        Args:
            conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
            out: the folder; made where it is missing.
            pictures: what becomes of the media files. With ``"copy"`` and ``"link"``, a
                conversation whose picture cannot be had is left out, as a trainer would stop
                at it.
        """
