"""Codes as text: ``<|speech_12|><|speech_845|>``, EMOVA's way of writing them.

A unit is a number; with one codebook it is the code. Of several codebooks each has numbers of its
own, so that a unit tells which it comes from, and frames follow one another whole::

    unit = codebook * codebook_size + code          codes (2, 3), codebooks of 10:
                                                    [[1, 2, 3],
    frame by frame, the first codebook first         [4, 5, 6]]  ->  1 14 2 15 3 16

A text therefore needs ``num_codebooks * codebook_size`` new tokens in a vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import numpy as np

from mmgen_datasets.errors import RowError
from mmgen_datasets.speech.base import Codes

_UNIT = re.compile(r"<\|speech_(0|[1-9][0-9]*)\|>")


def special_tokens(num_units: int) -> list[str]:
    """The tokens that a vocabulary needs, in their order.

    Example:
        >>> special_tokens(3)
        ['<|speech_0|>', '<|speech_1|>', '<|speech_2|>']
    """
    return [f"<|speech_{unit}|>" for unit in range(num_units)]


def write_units(units: Iterable[int]) -> str:
    """Write units as text.

    Example:
        >>> write_units([12, 845])
        '<|speech_12|><|speech_845|>'
    """
    return "".join(f"<|speech_{unit}|>" for unit in units)


def read_units(text: str) -> list[int]:
    """Read units from text that holds nothing else.

    Raises:
        RowError: it holds something else, or nothing.

    Example:
        >>> read_units("<|speech_12|><|speech_845|>")
        [12, 845]
    """
    units, end = [], 0
    while found := _UNIT.match(text, end):
        units.append(int(found[1]))
        end = found.end()
    if end < len(text) or not units:
        raise RowError(
            f"no speech unit at character {end}: {text[end : end + 30]!r}",
            "give nothing but <|speech_N|>, without spaces or leading zeros",
        )
    return units


def flatten(codes: Codes, codebook_size: int) -> list[int]:
    """Number the codes of all codebooks, frame by frame.

    Raises:
        RowError: a code that no codebook of this size has.

    Example:
        >>> flatten(np.array([[1, 2, 3], [4, 5, 6]]), codebook_size=10)
        [1, 14, 2, 15, 3, 16]
    """
    outside = codes[(codes < 0) | (codes >= codebook_size)]
    if outside.size:
        raise RowError(f"the code {outside[0]} is none of the {codebook_size:,} of a codebook")
    first = np.arange(len(codes)) * codebook_size
    units: list[int] = (codes + first[:, None]).T.reshape(-1).tolist()
    return units


def unflatten(units: Sequence[int], codebook_size: int, num_codebooks: int) -> Codes:
    """The codes that `flatten` made units of.

    Raises:
        RowError: no such codes; a unit is of another codebook than its place says, or the last
            frame is not whole.

    Example:
        >>> unflatten([1, 14, 2, 15, 3, 16], codebook_size=10, num_codebooks=2).tolist()
        [[1, 2, 3], [4, 5, 6]]
    """
    if len(units) % num_codebooks:
        raise RowError(
            f"{len(units):,} units make no whole frames of {num_codebooks}",
            "give the number of codebooks that they were made with",
        )
    codes: Codes = np.array(units, dtype=np.int64).reshape(-1, num_codebooks).T
    codes = codes - np.arange(num_codebooks)[:, None] * codebook_size
    wrong = np.flatnonzero(((codes < 0) | (codes >= codebook_size)).T)
    if len(wrong):
        place = int(wrong[0])
        first = place % num_codebooks * codebook_size
        raise RowError(
            f"unit {place} is {units[place]}, and in its place it is"
            f" {first} to {first + codebook_size - 1}",
            "give units of this codec, and the number of codebooks that they were made with",
        )
    return codes
