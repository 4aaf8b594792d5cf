"""What a check is given, and what it gives back."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias, get_args

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.grounded.scene import Scene, read_scene

PLACEHOLDER = re.compile(f"<(?:{'|'.join(get_args(MediaKind))})>")
_AT_ENDS = re.compile(rf"^(?:\s|{PLACEHOLDER.pattern})+|(?:\s|{PLACEHOLDER.pattern})+$")


class Fault(NamedTuple):
    """Something wrong with a conversation."""

    turn: int
    """Index of the message, from 0."""
    words: str
    """The words at fault, as they stand in that message; empty where what is wrong is that there
    are none."""
    problem: str
    """What is wrong with them, without a full stop: ``"speaks of captions"``."""


class Said(NamedTuple):
    """A message of one side."""

    turn: int
    """Index of the message, from 0."""
    text: str
    """What is said, without placeholders of media and white space at its ends; a part of the
    message as it stands there."""


class Exchanged(NamedTuple):
    """A question and the answer to it."""

    question: Said
    answer: Said


@dataclass(frozen=True)
class Case:
    """A conversation, and what is known of what it is about."""

    messages: Sequence[Mapping[str, str]]
    """Rows of `mmgen_datasets.schema.MESSAGE`."""
    kind: str = "conversation"
    media: Sequence[MediaKind] = ("image",)
    """The media that its row has; a kind as often as there are files of it."""
    finish_reason: str | None = None
    """Why the reply ended that it was made of; None where no model was asked."""
    sample: Mapping[str, Any] | None = None
    """A row of `mmgen_datasets.schema.SAMPLE`, without media; None where it is not at hand."""
    language: str = "en"
    """The language that is expected, ISO 639-1."""

    @cached_property
    def exchanges(self) -> tuple[Exchanged, ...]:
        """Each question with the answer that follows it; what is out of order is left out."""
        said, roles = self._said, [message["role"] for message in self.messages]
        return tuple(
            Exchanged(said[n], said[n + 1])
            for n in range(len(said) - 1)
            if (roles[n], roles[n + 1]) == ("user", "assistant")
        )

    @cached_property
    def answers(self) -> list[Said]:
        """What the assistant says."""
        return self._said_by("assistant")

    @cached_property
    def questions(self) -> list[Said]:
        """What the user says."""
        return self._said_by("user")

    @cached_property
    def scene(self) -> Scene:
        """What the annotations say for certain.

        Only for checks whose row in the table says that they read annotations.
        """
        assert self.sample is not None
        return read_scene(self.sample)

    @property
    def is_annotated(self) -> bool:
        """Whether the sample says what is in a picture; a caption alone does not tell what else."""
        sample = self.sample
        return sample is not None and any(
            (sample["objects"], sample["labels"], sample["vocabulary"])
        )

    def _said_by(self, role: str) -> list[Said]:
        return [said for said in self._said if self.messages[said.turn]["role"] == role]

    @cached_property
    def _said(self) -> list[Said]:
        return [Said(n, _bare(message["content"])) for n, message in enumerate(self.messages)]


Check: TypeAlias = Callable[[Case], Iterable[Fault]]
"""Finds the faults of one kind, in the order of the turns; none where all is well."""


def _bare(content: str) -> str:
    return _AT_ENDS.sub("", content)
