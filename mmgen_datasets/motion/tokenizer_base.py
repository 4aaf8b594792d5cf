"""What a network is that turns motion into codes: the one thing a new tokenizer has to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor

    from mmgen_datasets.motion.quantize import Quantized, Quantizer

Motion: TypeAlias = NDArray[np.float32]
"""A clip: ``(T, D)`` features or ``(T, J, 3)`` joints, as the tokenizer was trained on."""

Codes: TypeAlias = NDArray[np.int64]
"""``(T',)``, or ``(T', J)`` where each joint has codes of its own; from 0."""


class Network(Protocol):
    """A ``torch.nn.Module`` that is made from a frozen dataclass of settings.

    Settings have at least ``frame``, the shape of a frame, ``num_codes`` and ``quantizer``. Clips
    are normalised here, float32, and what becomes of one may not depend on those beside it.
    """

    settings: Any
    shortest: int
    """The least frames that a clip may have."""
    whole: int
    """What comes out has a multiple of so many frames; what is beyond has no code."""
    least_steps: int
    """The least steps that can be decoded."""

    @property
    def quantizer(self) -> Quantizer:
        """The codebook."""

    def num_steps(self, num_frames: int) -> int:
        """How many codes, or codes of a joint, a clip has."""

    def latents(self, motions: Sequence[Tensor]) -> list[Tensor]:
        """What is quantized: of a clip (T, ...) the vectors (T', ..., C)."""

    def motions(self, vectors: Sequence[Tensor]) -> list[Tensor]:
        """Clips of the vectors of their codes."""

    def __call__(self, motions: Tensor) -> tuple[Tensor, Quantized]:
        """Reconstruct a batch of clips of one length, for training: (B, T, ...)."""


@dataclass(frozen=True)
class About:
    """What a tokenizer is for, besides its network."""

    skeleton: str = "humanml3d"
    """A name of `mmgen_datasets.motion.skeleton.SKELETONS`."""
    fps: float | None = 20.0
    """Frames a second of its clips; null where they vary."""
    licence: str = ""
    """What may be done with the weights, and whose motion they were trained on."""
