"""A chat that is being answered, and a sequence of the memory that may be given to one."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from mmgen_datasets.backends.llama.model import Tokens
from mmgen_datasets.backends.llama.prompts import Picture, Prompt
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.backends.local.writing import Writing

NOTHING = np.empty(0, np.int32)


@dataclass(eq=False)
class Talk:
    """A chat and as much of its reply as is written."""

    ask: Ask
    prompt: Prompt
    writing: Writing
    reused: int = 0
    """How many tokens of the prompt did not have to be evaluated for it."""

    @property
    def tokens(self) -> Tokens:
        """All that has to be evaluated before the next token can be drawn."""
        return np.concatenate([self.prompt.tokens, np.array(self.writing.tokens, np.int32)])


@dataclass(eq=False)
class Slot:
    """A sequence."""

    sequence: int
    talk: Talk | None = None
    tokens: Tokens = field(default_factory=lambda: NOTHING)
    """Of the chat that it has, or of the prompt that it remembers."""
    done: int = 0
    """How many of them are evaluated."""
    turn: int = 0
    """When it was given to its chat, or that one finished."""

    @property
    def held(self) -> Tokens:
        return self.tokens[: self.done]

    @property
    def picture(self) -> Picture | None:
        """What it is to be shown before anything else."""
        return self.talk.prompt.pictures.get(self.done) if self.talk else None

    def upcoming(self, room: int) -> Tokens:
        """The next tokens to evaluate, at most so many, up to the next picture."""
        picture = self.talk.prompt.next_picture(self.done) if self.talk else self.done
        return self.tokens[self.done : min(self.done + room, picture)]
