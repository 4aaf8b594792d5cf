"""The codes of a clip, its start and its middle, cut as MotionGPT cuts them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from mmgen_datasets.errors import RowError
from mmgen_datasets.motion.token_patterns import TokenPattern
from mmgen_datasets.motion.tokens import write_body, write_codes


def flat_codes(codes: Any) -> list[int]:
    """Codes (T',) or (1, T') as a list.

    Raises:
        RowError: there are none, or they have another shape.
    """
    if codes is None:
        raise RowError("the clip has no codes")
    found = np.asarray(codes)
    if found.ndim == 2 and len(found) == 1:
        found = found[0]
    if found.ndim != 1 or not found.size or not np.issubdtype(found.dtype, np.integer):
        raise RowError("the clip has no codes of shape (T',) or (1, T')")
    numbers: list[int] = found.tolist()
    return numbers


def cut(codes: Sequence[int], how: TokenPattern) -> tuple[str, str]:
    """The first fifth of a clip, to be continued, and the rest.

    Raises:
        RowError: it has fewer than five codes, and so no whole code in its first fifth.
    """
    head = int(0.2 * len(codes) + 1) - 1
    if head < 1:
        raise RowError(f"the clip is too short to be continued: {len(codes)} codes")
    return write_codes(codes[:head], how), write_codes(codes[head:], how)


def hide(codes: Sequence[int], how: TokenPattern) -> str:
    """A clip with masks in the place of its middle half.

    Raises:
        RowError: it has fewer than four codes, and so none to begin with.
    """
    first, last = int(0.25 * len(codes) + 1) - 1, int(0.75 * len(codes) + 1) - 1
    if first < 1:
        raise RowError(f"the clip is too short to hide a part of it: {len(codes)} codes")
    pieces = [write_body([code], how) for code in codes]
    pieces[first:last] = [how.mask] * (last - first)
    return how.wrap(how.separator.join(pieces))
