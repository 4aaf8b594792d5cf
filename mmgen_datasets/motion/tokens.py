"""Codes of a motion as text: one after another, as one of several projects writes them.

=========== ============================== =========================== =========================
name        a code                         around them                 whose
=========== ============================== =========================== =========================
motion_id   ``<motion_id_7>``              the next two numbers        MotionGPT (mask: the third)
motion      ``<Motion_7>``                 ``<Motion>…</Motion>``      MotionLLM
plain       ``7``, with commas between     nothing                     MotionGPT of qiqiApink
skel        ``<skel_7>``                   ``<|skel_start|>…``         llamafactory-multimodal
=========== ============================== =========================== =========================

Codes that stand in frames of joints are written by `mmgen_datasets.motion.tokens_grid`. Reading is
strict: a text is read only if writing what was read gives the same text again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mmgen_datasets.errors import RowError, UnknownNameError, UsageError

Codes = npt.NDArray[np.int64]
"""Codes of a motion: (T',), or (T', J) where each joint has its own."""

_SHOWN = 24  # characters of a text that an error quotes


@dataclass(frozen=True)
class TokenPattern:
    """How codes are written.

    Raises:
        UsageError: no codes, or nothing that would keep two numbers apart.
    """

    num_codes: int
    """How many the codebook has."""
    prefix: str
    suffix: str
    separator: str = ""
    """What stands between two codes."""
    begin: str = ""
    end: str = ""
    mask: str = ""
    """What stands for a code that is not told."""
    frame_break: str = ""
    """What stands between two frames of joints."""
    query: str = ""
    """Before the number of a query token, for models that give all codes at once."""
    offset: int = 0
    """What is added to a code before it is written."""

    def __post_init__(self) -> None:
        if self.num_codes < 1:
            raise UsageError(f"num_codes is {self.num_codes}", "give the size of the codebook")
        if not (self.prefix or self.suffix or self.separator):
            raise UsageError("codes are written without anything between", "give a separator")

    def token(self, code: int) -> str:
        """One code as text."""
        return f"{self.prefix}{code + self.offset}{self.suffix}"

    def numbers(self, text: str) -> list[int]:
        """Every code in a text, in order; what stands around them is not looked at."""
        found = re.findall(f"{re.escape(self.prefix)}([0-9]{{1,9}}){re.escape(self.suffix)}", text)
        return [int(number) - self.offset for number in found]

    def wrap(self, body: str) -> str:
        """Put begin and end around a text."""
        return f"{self.begin}{body}{self.end}"


def _motion_id(num_codes: int) -> TokenPattern:
    begin, end, mask = (f"<motion_id_{num_codes + number}>" for number in range(3))
    return TokenPattern(num_codes, "<motion_id_", ">", begin=begin, end=end, mask=mask)


def _motion(num_codes: int) -> TokenPattern:
    return TokenPattern(num_codes, "<Motion_", ">", begin="<Motion>", end="</Motion>")


def _plain(num_codes: int) -> TokenPattern:
    return TokenPattern(num_codes, "", "", separator=",")


def _skel(num_codes: int) -> TokenPattern:
    return TokenPattern(
        num_codes,
        "<skel_",
        ">",
        begin="<|skel_start|>",
        end="<|skel_end|>",
        frame_break="<|frame_break|>",
        query="<skel_query_",
    )


PATTERNS: dict[str, Callable[[int], TokenPattern]] = {
    "motion_id": _motion_id,
    "motion": _motion,
    "plain": _plain,
    "skel": _skel,
}
"""The patterns by name, each for a codebook of some size."""


def pattern(name: str, num_codes: int) -> TokenPattern:
    """The pattern of a project, for a codebook of `num_codes` codes.

    Raises:
        UnknownNameError: no such pattern.

    Example:
        >>> pattern("motion_id", 512).end
        '<motion_id_513>'
    """
    if name not in PATTERNS:
        raise UnknownNameError(
            f"no pattern of motion tokens is called {name!r}",
            f"use {', '.join(PATTERNS)}, or make a TokenPattern",
        )
    return PATTERNS[name](num_codes)


def write_codes(codes: Iterable[int], how: TokenPattern) -> str:
    """Write codes one after another, with begin and end.

    Raises:
        RowError: there are none, or the codebook has no such code.

    Example:
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
