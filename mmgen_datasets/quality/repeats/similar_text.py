"""How similar two texts are: the share of their runs of three words that they have in common.

That is the Jaccard similarity of the sets of their shingles. Which texts to compare is foretold
by MinHash (`rensa`: MIT, half a megabyte, no dependencies): 256 values, in bands whose number
follows from the similarity that is looked for. Two texts of similarity s share a band of r values
with probability ``s ** r``, and one of b such bands with ``1 - (1 - s ** r) ** b``.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence, Set
from functools import lru_cache
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import rensa

from mmgen_datasets.quality.repeats.banding import Compare, Keys, Places

Shingles: TypeAlias = npt.NDArray[np.int64]
"""The shingles of a text as numbers, in its order, each once; a tenth as large as a set of them.

The numbers hold in this process only."""

SIMILAR = 0.8
"""Of texts that say the same, but for a few words."""

_WORDS_A_SHINGLE = 3
_NUM_VALUES = 256
_SEED = 1
_LEAST_RECALL = 0.99
_MARK_WORDS = 4  # of 64 bits
_SLACK = 1e-9  # for what is exactly as similar as it must be
_SETS_AT_ONCE = 8_000
_TEXTS_AT_ONCE = 4_000  # whose values are Python's numbers for a moment, 10 kB a text
# Where a script has no spaces, each character counts as a word.
_WORD = re.compile(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|[^\W\u0e00-\u0eff\u3040-\u9fff]+")
_SPREAD = np.uint64(0x9E3779B97F4A7C15)


def fold(text: str) -> str:
    r"""A text without differences of case, white space and width.

    Example:
        >>> fold(" The  Dog\nbarks. ")
        'the dog barks.'
    """
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def words(text: str) -> list[str]:
    """The words of a text, folded, without punctuation.

    Example:
        >>> words("A dog's life,  INDEED!")
        ['a', 'dog', 's', 'life', 'indeed']
    """
    return _WORD.findall(fold(text))


def shingles(text: str) -> list[str]:
    """All runs of three words of a text; of a shorter one all its words.

    Example:
        >>> shingles("The dog sees the cat.")
        ['the dog sees', 'dog sees the', 'sees the cat']
    """
    found = words(text)
    last = max(1, len(found) - _WORDS_A_SHINGLE + 1)
    return [" ".join(found[n : n + _WORDS_A_SHINGLE]) for n in range(last)]


def shingle_set(text: str, scope: int = 0) -> Shingles:
    """The shingles of a text, each once; only texts of one scope have any in common."""
    found = dict.fromkeys(hash((scope, shingle)) for shingle in shingles(text))
    return np.fromiter(found, np.int64, len(found))


def jaccard(one: Set[object], other: Set[object]) -> float:
    """What two sets share, of what they have together, 0..1; neither is empty.

    Example:
        >>> jaccard({*shingles("the dog sees the cat")}, {*shingles("the dog sees the cow")})
        0.5
    """
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)


def comparing(sets: Sequence[Shingles], at_least: float) -> Compare:
    """The similarity of texts, by their places in `sets`; 0 where it is less than `at_least`.

    Most pairs are told to be less alike by 256 bits of each text, of which each shingle turns one
    over: where D bits differ, so do at least as many shingles.
    """
    sizes = np.array([len(one) for one in sets], np.int64)
    marks = np.zeros((len(sets), _MARK_WORDS), np.uint64)
    for start in range(0, len(sets), _TEXTS_AT_ONCE):
        some = slice(start, start + _TEXTS_AT_ONCE)
        marks[some] = _marks(sets[some])

    @lru_cache(_SETS_AT_ONCE)
    def of(place: int) -> frozenset[int]:
        return frozenset(sets[place].tolist())

    def compare(left: Places, right: Places) -> npt.NDArray[np.float64]:
        total = sizes[left] + sizes[right]
        differing = np.bitwise_count(marks[left] ^ marks[right]).sum(axis=1, dtype=np.int64)
        found = np.zeros(len(left))
        for place in np.flatnonzero(total - differing >= at_least * (total + differing) - _SLACK):
            found[place] = jaccard(of(int(left[place])), of(int(right[place])))
        return found

    return compare


def _marks(sets: Sequence[Shingles]) -> npt.NDArray[np.uint64]:
    """256 bits of each text, ``(N, 4)``."""
    flat = np.concatenate(sets).view(np.uint64)
    begins = np.cumsum([0, *map(len, sets)])[:-1]
    bits = np.uint64(1) << (flat & np.uint64(63))
    words = (flat >> np.uint64(6)) % np.uint64(_MARK_WORDS)
    return np.stack(
        [
            np.bitwise_xor.reduceat(np.where(words == word, bits, np.uint64(0)), begins)
            for word in range(_MARK_WORDS)
        ],
        axis=1,
    )


def bands(similarity: float) -> tuple[int, int]:
    """How MinHash's values are banded so that 99 % of such pairs are found, with least false ones.

    Returns:
        The number of bands, and of values in each.

    Example:
        >>> bands(0.8)
        (32, 8)
    """
    fitting = [
        (_NUM_VALUES // rows, rows)
        for rows in range(1, _NUM_VALUES + 1)
        if recall(similarity, _NUM_VALUES // rows, rows) >= _LEAST_RECALL
    ]
    return fitting[-1] if fitting else (_NUM_VALUES, 1)


def recall(similarity: float, num_bands: int, rows: int) -> float:
    """The probability that two texts of a similarity share a band.

    Example:
        >>> round(recall(0.8, 32, 8), 4), round(recall(0.9, 32, 8), 7)
        (0.9972, 1.0)
    """
    return float(1 - (1 - similarity**rows) ** num_bands)


def text_keys(texts: Sequence[str], similarity: float = SIMILAR) -> Keys:
    """Keys of texts, by which those of at least a similarity find one another: ``(N, B)``."""
    num_bands, rows = bands(similarity)
    keys = np.zeros((len(texts), num_bands), np.uint64)
    for start in range(0, len(texts), _TEXTS_AT_ONCE):
        some = slice(start, start + _TEXTS_AT_ONCE)
        found = rensa.RMinHash.digests_from_token_sets(
            [shingles(text) for text in texts[some]], num_bands * rows, _SEED
        )
        values = np.array(found, np.uint64).reshape(-1, num_bands, rows)
        for place in range(rows):
            keys[some] = _mix(keys[some] ^ values[:, :, place])
    return keys


def within(keys: Keys, scopes: npt.NDArray[np.int64]) -> Keys:
    """Keys of 32 bits that only those of one scope share, but for one in four thousand million."""
    return (_mix(keys + _mix(scopes.astype(np.uint64))[:, None]) >> np.uint64(32)).astype(np.uint32)


def _mix(keys: Keys) -> Keys:
    mixed = (keys ^ (keys >> np.uint64(31))) * _SPREAD
    return mixed ^ (mixed >> np.uint64(29))
