"""What a codec is: the one thing that a new speech tokenizer has to be.

A codec turns mono recordings into *codes*, whole numbers, a few for each short stretch of sound (a
*frame*), and mostly back. `mmgen_datasets.speech.units` writes codes as text.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple, Protocol, TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from mmgen_datasets.errors import RowError, UsageError

Wave: TypeAlias = "NDArray[np.float32]"
"""``(S,)``: the samples of a mono recording, -1..1."""

Codes: TypeAlias = "NDArray[np.integer[Any]]"
"""``(K, T)``: the code of each of K codebooks in each of T frames, from 0."""

Emotion = Literal["neutral", "happy", "sad", "angry", "surprised", "disgusted", "fearful"]
Pitch = Literal["low", "normal", "high"]


class Clip(NamedTuple):
    """A mono recording."""

    wave: Wave
    rate: int
    """Samples per second."""

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.wave) / self.rate


@dataclass(frozen=True)
class Voice:
    """How units are to be spoken, by a codec that leaves the voice out of them.

    Raises:
        UsageError: a word that is none of those.
    """

    gender: Literal["female", "male"] = "female"
    emotion: Emotion = "neutral"
    speed: Literal["slow", "normal", "fast"] = "normal"
    pitch: Pitch = "normal"

    def __post_init__(self) -> None:
        choices = {
            "gender": ("female", "male"),
            "emotion": get_args(Emotion),
            "speed": ("slow", "normal", "fast"),
            "pitch": get_args(Pitch),
        }
        for name, words in choices.items():
            if (word := getattr(self, name)) not in words:
                raise UsageError(
                    f"the {name} of a voice is {word!r}", f"choose from {', '.join(words)}"
                )


class Codec(Protocol):
    """A codec that is ready for use.

    Codes are numbered from 0 in each codebook. What a clip comes out as may not depend on the
    others that it is given with.
    """

    @property
    def rate(self) -> int:
        """Of the recordings that it takes, in samples per second."""

    @property
    def frame_s(self) -> float:
        """How long a frame is, in seconds; nothing shorter can be encoded."""

    @property
    def codebook_size(self) -> int:
        """How many codes a codebook has."""

    @property
    def num_codebooks(self) -> int:
        """How many codes stand for a frame."""

    def encode(self, waves: Sequence[Wave]) -> list[Codes | RowError]:
        """The codes of recordings, each at least a frame long, in their order.

        One that cannot be encoded has an error in its place.
        """

    def decode(self, codes: Codes, voice: Voice | None) -> Clip:
        """The sound of codes.

        Args:
            codes: of at least one frame.
            voice: to speak in; None for the codec's own choice.

        Raises:
            UsageError: a voice is given, and the codes hold one already.
        """
