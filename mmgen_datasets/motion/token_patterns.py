"""How several projects write the codes of a motion.

=========== ============================== =========================== =========================
name        a code                         around them                 whose
=========== ============================== =========================== =========================
motion_id   ``<motion_id_7>``              the next two numbers        MotionGPT (mask: the third)
motion      ``<Motion_7>``                 ``<Motion>…</Motion>``      MotionLLM
plain       ``7``, with commas between     nothing                     MotionGPT of qiqiApink
skel        ``<skel_7>``                   ``<|skel_start|>…``         llamafactory-multimodal
=========== ============================== =========================== =========================
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mmgen_datasets.errors import UnknownNameError, UsageError


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
