"""A chat as a model reads it: tokens, with pictures at their places.

A picture stands among the tokens as as many numbers as it takes positions, below zero as no token
is, and made of what it shows. So chats in which the same picture comes at the same place begin
alike, and share it like text.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from mmgen_datasets.backends.llama.model import Tokens


@dataclass(frozen=True, eq=False)
class Picture:
    """A picture, or a part of one that was cut up."""

    chunk: Any
    """As the encoder takes it."""
    identity: str
    """What it shows; the same for the same bytes, shrunk to the same limit."""
    num_positions: int
    """How far the text behind it is from the text before."""
    num_tokens: int
    """How many keys and values it leaves; more than positions, where these have two dimensions."""

    @property
    def numbers(self) -> Tokens:
        """What stands for it among tokens."""
        digest = hashlib.sha256(self.identity.encode()).digest()
        return np.resize(np.frombuffer(digest, np.int32) | np.int32(-(1 << 31)), self.num_positions)


@dataclass(frozen=True, eq=False)
class Prompt:
    """What has to be evaluated before a reply; a position for each element of the tokens."""

    tokens: Tokens
    pictures: Mapping[int, Picture] = field(default_factory=dict)
    """By the position at which they begin."""

    def num_tokens(self, positions: int | None = None) -> int:
        """How many tokens the first positions hold, or all; this is what memory they need."""
        end = len(self.tokens) if positions is None else positions
        before = (picture for start, picture in self.pictures.items() if start < end)
        return end + sum(picture.num_tokens - picture.num_positions for picture in before)

    def whole(self, positions: int) -> int:
        """The most of the first positions that end within no picture."""
        for start, picture in self.pictures.items():
            if start < positions < start + picture.num_positions:
                return start
        return positions

    def next_picture(self, position: int) -> int:
        """Where the next picture begins, from a position on; the end where none follows."""
        return min((start for start in self.pictures if start >= position), default=1 << 31)


def joined(stretches: list[Tokens | Picture]) -> Prompt:
    """Lay text and pictures one after the other.

    Example:
        >>> shown = Picture(None, "a cat", num_positions=2, num_tokens=4)
        >>> prompt = joined([np.arange(3, dtype=np.int32), shown, np.arange(5, dtype=np.int32)])
        >>> len(prompt.tokens), list(prompt.pictures), prompt.num_tokens(), prompt.whole(4)
        (10, [3], 12, 3)
    """
    parts = [each.numbers if isinstance(each, Picture) else each for each in stretches]
    starts = itertools.accumulate(map(len, parts), initial=0)
    pictures = {
        start: each
        for start, each in zip(starts, stretches, strict=False)
        if isinstance(each, Picture)
    }
    return Prompt(np.concatenate([np.empty(0, np.int32), *parts]), pictures)


def text_length(tokens: Tokens) -> int:
    """How many tokens come before the first picture."""
    shown = np.flatnonzero(tokens < 0)
    return int(shown[0]) if len(shown) else len(tokens)


def common(a: Tokens, b: Tokens) -> int:
    """How many tokens two prompts begin with alike."""
    length = min(len(a), len(b))
    differing = a[:length] != b[:length]
    return int(differing.argmax()) if differing.any() else length
