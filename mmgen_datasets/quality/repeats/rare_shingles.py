"""Find texts that are alike among very many of one template.

Their keys say little: they come from the words that all of them have. What tells one from another
is what few of them have. So the shingles of each are put in the order of how many texts have them,
the rarest first; of two texts that are alike, the first shingle that they share stands so early
that all that they must share still follows. Only texts that share one of these are compared, and
of those only such as are small enough for what follows. None that are alike are lost.

That is the prefix filter of Chaudhuri, Ganti and Kaushik (2006), with the filter by position of
Xiao, Wang, Lin and Yu (2008).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mmgen_datasets.quality.repeats.banding import Band, Closely, Places
from mmgen_datasets.quality.repeats.similar_text import Shingles

_SLACK = 1e-9  # for what is exactly as similar as it must be


def by_rare_shingles(sets: Sequence[Shingles], similarity: float) -> Closely:
    """How texts are put side by side that may be at least so similar.

    Args:
        sets: the shingles of each.
        similarity: their least Jaccard index, 0..1.
    """

    def closely(items: Places) -> Band:
        chosen = [sets[item] for item in items.tolist()]
        sizes = np.array([len(one) for one in chosen])
        owner, rank = _shared(np.concatenate(chosen), np.repeat(np.arange(len(chosen)), sizes))
        following = _following(owner, len(chosen))
        size = sizes[owner]
        is_early = following >= similarity * size - _SLACK
        owner, rank, following, size = (one[is_early] for one in (owner, rank, following, size))
        order = np.lexsort((size, rank))
        owner, rank, following, size = (one[order] for one in (owner, rank, following, size))
        # Of texts with m and n shingles, s * (m + n) / (1 + s) are shared where s of them are.
        largest = np.floor(following * (1 + similarity) / similarity - size + _SLACK)
        widest = size.max(initial=0) + 1
        limits = rank * widest + np.minimum(largest, widest - 1).astype(np.int64)
        ends = np.searchsorted(rank * widest + size, limits, side="right")
        return Band(items[owner], ends)

    return closely


def _shared(flat: Shingles, owner: Places) -> tuple[Places, Places]:
    """The shingles that several texts have, of each text the rarest first.

    Args:
        flat: those of all texts, one text after the other.
        owner: the text that each is of.

    Returns:
        The text that each is of, rising; how rare it is, 0 for the rarest.
    """
    _, first, which, counts = np.unique(
        flat, return_index=True, return_inverse=True, return_counts=True
    )
    rank = np.empty(len(counts), np.int64)
    rank[np.lexsort((first, counts))] = np.arange(len(counts))
    is_shared = counts[which] > 1
    owner, rank = owner[is_shared], rank[which[is_shared]]
    order = np.lexsort((rank, owner))
    return owner[order], rank[order]


def _following(owner: Places, num_texts: int) -> Places:
    """How many shingles of its text follow each, itself included."""
    ends = np.cumsum(np.bincount(owner, minlength=num_texts))
    return ends[owner] - np.arange(len(owner))
