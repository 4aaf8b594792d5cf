"""What every exporter is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path
from typing import Any, Literal, Protocol, TypeAlias

from datasets import Dataset

from mmgen_datasets.errors import UsageError

Pictures: TypeAlias = Literal["copy", "link", "none"]
"""What becomes of the picture files: a copy of each, a hard link (a copy where the file system
has none), or nothing but their names."""


@dataclass
class Exported:
    """What an export wrote, and what it left out."""

    file: Path
    conversations: int = 0
    pictures: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    """Reason to number of conversations."""
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
            f"none of {total:,} conversations can be exported: {reason} ({count:,} of them)",
            "put the pictures where the source looks for them and generate again, or give"
            " '--images none' to write their names only",
        )


def alternating(row: Mapping[str, Any]) -> list[dict[str, str]]:
    """The messages of a conversation, known to be user and assistant by turns.

    Raises:
        UsageError: they are not; trainers drop or misread such a conversation without a word.
    """
    messages: list[dict[str, str]] = row["messages"]
    for message, role in zip(messages, cycle(("user", "assistant"))):
        if message["role"] != role:
            raise UsageError(
                f"{row['id']}: a message of {message['role']!r} where one of {role!r} is due",
                "let user and assistant alternate, the user first",
            )
    if len(messages) % 2 or not messages:
        raise UsageError(f"{row['id']}: ends without an answer", "complete it or leave it out")
    return messages


class Exporter(Protocol):
    """A function that writes conversations in some trainer's format."""

    def __call__(self, conversations: Dataset, out: Path, *, pictures: Pictures) -> Exported:
        """Write conversations into a folder.

        Rows with an error are left out. Files are written as a stream and are whole or absent.

        Args:
            conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
            out: the folder; made where it is missing.
            pictures: what becomes of the picture files. With ``"copy"`` and ``"link"``, a
                conversation whose picture cannot be had is left out, as a trainer would stop
                at it.
        """
