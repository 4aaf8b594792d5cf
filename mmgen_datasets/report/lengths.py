"""How long texts are: a histogram with an honest axis."""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import Any

_BARS = 24
_STEPS = (1, 2, 5, *(n * 10**power for power in range(8) for n in (10, 20, 25, 50)))
_COVERED = 0.99


def histogram(lengths: Counter[int]) -> dict[str, Any]:
    """Count lengths in bars of equal width that start at 0.

    Args:
        lengths: a length to the number of texts that have it.

    Returns:
        ``step`` (the width of a bar), ``counts``, ``beyond`` (how many are longer than the last
        bar reaches, at most one in a hundred), ``median``, ``p95``, ``longest`` and ``total``.

    Example:
        >>> histogram(Counter([3, 3, 4]))["counts"]
        [0, 0, 0, 2, 1]
    """
    ranked = sorted(lengths.items())
    covered, longest = _quantile(ranked, _COVERED), ranked[-1][0] if ranked else 0
    step = next(s for s in _STEPS if covered < s * _BARS)
    last = longest if longest < step * _BARS else covered
    counts = [0] * (min(last // step, _BARS - 1) + 1)
    beyond = 0
    for length, count in ranked:
        if length // step < len(counts):
            counts[length // step] += count
        else:
            beyond += count
    return {
        "step": step,
        "counts": counts,
        "beyond": beyond,
        "median": _quantile(ranked, 0.5),
        "p95": _quantile(ranked, 0.95),
        "longest": longest,
        "total": lengths.total(),
    }


def _quantile(ranked: list[tuple[int, int]], share: float) -> int:
    """The least length that so large a share of texts does not pass."""
    sums = list(accumulate(count for _, count in ranked))
    return next(
        (
            length
            for (length, _), below in zip(ranked, sums, strict=True)
            if below >= share * sums[-1]
        ),
        0,
    )
