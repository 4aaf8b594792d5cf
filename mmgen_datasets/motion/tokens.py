"""Codes of a motion as text, one after another.

Codes that stand in frames of joints are written by `mmgen_datasets.motion.tokens_grid`. Reading is
strict: a text is read only if writing what was read gives the same text again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.motion.token_patterns import TokenPattern

Codes = npt.NDArray[np.int64]
"""Codes of a motion: (T',), or (T', J) where each joint has its own."""

_SHOWN = 24  # characters of a text that an error quotes


def write_codes(codes: Iterable[int], how: TokenPattern) -> str:
    """Write codes one after another, with begin and end.

    Raises:
        RowError: there are none, or the codebook has no such code.

    Example:
        >>> from mmgen_datasets.motion.token_patterns import pattern
        >>> write_codes([3, 14], pattern("motion", 512))
        '<Motion><Motion_3><Motion_14></Motion>'
    """
    return how.wrap(write_body(codes, how))


def write_body(codes: Iterable[int], how: TokenPattern) -> str:
    """Write codes one after another, and nothing around them; see `write_codes`."""
    return how.separator.join(how.token(code) for code in check_codes(codes, how.num_codes))


def read_codes(text: str, how: TokenPattern) -> list[int]:
    """Read what `write_codes` wrote, and nothing else.

    Raises:
        RowError: at which character the text is something else.

    Example:
        >>> from mmgen_datasets.motion.token_patterns import pattern
        >>> read_codes("<Motion><Motion_3><Motion_14></Motion>", pattern("motion", 512))
        [3, 14]
    """
    codes = how.numbers(unwrap(text, how))
    insist_same(text, write_codes(codes, how))
    return codes


def find_codes(reply: str, how: TokenPattern) -> list[int]:
    """Read the first motion in what a model replied; words may stand before and after it.

    Raises:
        RowError: there is none, or it is none that `write_codes` writes.

    Example:
        >>> from mmgen_datasets.motion.token_patterns import pattern
        >>> find_codes("Like this: <Motion><Motion_3></Motion>.", pattern("motion", 512))
        [3]
    """
    return read_codes(first_motion(reply, how), how)


def first_motion(reply: str, how: TokenPattern) -> str:
    """The part of a reply from the first begin to the next end; all of it without them.

    Raises:
        RowError: one of the two is missing.
    """
    if not how.begin or not how.end:
        return reply.strip()
    start = reply.find(how.begin)
    stop = reply.find(how.end, start + len(how.begin))
    if start < 0 or stop < 0:
        missing = how.begin if start < 0 else how.end
        raise RowError(f"the reply has no {missing} in it: {reply[:_SHOWN]!r}")
    return reply[start : stop + len(how.end)]


def special_tokens(
    how: TokenPattern, *, tags: Sequence[str] = (), num_queries: int = 0
) -> list[str]:
    """The tokens to add to the tokenizer of a language model, in the order of their numbers.

    Args:
        how: the pattern; one that writes plain numbers adds none.
        tags: those of a style, of `mmgen_datasets.motion.tokens_grid.tags`.
        num_queries: of how many query tokens.

    Returns:
        All codes, the query tokens, what stands around and between, then the tags; each once.

    Example:
        >>> from mmgen_datasets.motion.token_patterns import pattern
        >>> special_tokens(pattern("motion", 2))
        ['<Motion_0>', '<Motion_1>', '<Motion>', '</Motion>']
    """
    if not how.prefix:
        return []
    codes = (how.token(code) for code in range(how.num_codes))
    if num_queries and not how.query:
        raise UsageError(f"num_queries is {num_queries}, and the pattern has no query tokens")
    queries = (f"{how.query}{number}>" for number in range(num_queries))
    around = (how.begin, how.end, how.mask, how.frame_break)
    return list(dict.fromkeys(filter(None, (*codes, *queries, *around, *tags))))


def check_codes(codes: Iterable[int], num_codes: int) -> list[int]:
    """The codes as numbers of Python.

    Raises:
        RowError: there are none, or the codebook has no such code.
    """
    found = [int(code) for code in codes]
    if not found:
        raise RowError("a motion has no codes", "leave out clips that are shorter than one code")
    for code in found:
        if not 0 <= code < num_codes:
            raise RowError(
                f"the code {code} is none of the {num_codes:,} of the codebook",
                "give num_codes as the tokenizer has it",
            )
    return found


def unwrap(text: str, how: TokenPattern) -> str:
    """Take begin and end away; where they are missing, rereading will find it out."""
    return text.removeprefix(how.begin).removesuffix(how.end)


def insist_same(text: str, again: str) -> None:
    """See that a text is what its codes are written as.

    Raises:
        RowError: at which character they part.
    """
    if text == again:
        return
    pairs = zip(text, again, strict=False)
    place = next(
        (number for number, (a, b) in enumerate(pairs) if a != b), min(len(text), len(again))
    )
    wanted = repr(again[place : place + _SHOWN]) if again[place:] else "the end"
    have = repr(text[place : place + _SHOWN]) if text[place:] else "its end"
    raise RowError(
        f"the motion has {have} at character {place}, where {wanted} is due",
        "read it with the pattern, and the style, that it was written with",
    )
