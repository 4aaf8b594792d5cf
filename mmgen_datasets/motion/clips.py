"""Long recordings cut into clips."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from mmgen_datasets.errors import UsageError

Indices: TypeAlias = npt.NDArray[np.int64]

Short: TypeAlias = Literal["drop", "stretch"]
"""What becomes of a recording that is shorter than a clip: nothing, or one clip in which frames
are shown more than once."""


class Cut(NamedTuple):
    """How recordings are cut.

    As MotionBERT does, but nothing is left to chance, where it stretches short recordings by
    frames that it draws.
    """

    num_frames: int | None = None
    """How long a clip is; null for all of a recording."""
    sample_stride: int = 1
    """Take every so many frames; counted from the first of the file, not of a recording."""
    data_stride: int | None = None
    """From the start of a clip to that of the next, in frames that are taken; null for its
    length, so that clips follow on one another."""
    short: Short = "drop"

    def check(self) -> None:
        """See that it can be meant.

        Raises:
            UsageError: a number is below 1, or `short` is no word of `Short`.
        """
        for name in ("num_frames", "sample_stride", "data_stride"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError(f"{name} is {value}", "give 1 or more")
        if self.short not in ("drop", "stretch"):
            raise UsageError(f"short is {self.short!r}", "give 'drop' or 'stretch'")


def cut_clips(sources: Sequence[Any] | npt.NDArray[Any], cut: Cut) -> Iterator[Indices]:
    """Cut frames into clips that never reach from one recording into another.

    Args:
        sources: the name of the recording that each frame is of.
        cut: how.

    Yields:
        The numbers of the frames of each clip.

    Example:
        >>> sources = ["a"] * 7 + ["b"] * 2
        >>> [clip.tolist() for clip in cut_clips(sources, Cut(num_frames=4, data_stride=2))]
        [[0, 1, 2, 3], [2, 3, 4, 5]]
    """
    taken = np.arange(0, len(sources), cut.sample_stride)
    for frames in _recordings(sources, taken):
        length = cut.num_frames or len(frames)
        if len(frames) < length and cut.short == "stretch":
            yield frames[np.arange(length) * len(frames) // length]
        for start in range(0, len(frames) - length + 1, cut.data_stride or length):
            yield frames[start : start + length]


def _recordings(sources: Sequence[Any] | npt.NDArray[Any], taken: Indices) -> Iterator[Indices]:
    lengths = [len([*group]) for _, group in groupby(sources[frame] for frame in taken)]
    edges = np.cumsum([0, *lengths])
    yield from (taken[start:stop] for start, stop in pairwise(edges))
