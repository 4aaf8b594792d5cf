"""Find turns of phrase in what is said, leaving out what is only quoted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from mmgen_datasets.quality.case import Fault, Said
from mmgen_datasets.quality.reading.sentences import unquoted


def any_of(*patterns: str) -> re.Pattern[str]:
    r"""One pattern for several, upper or lower case; a space stands for any white space.

    Example:
        >>> any_of("as an? AI", "chat ?bot").findall("As\nan AI, a chatbot")
        ['As\nan AI', 'chatbot']
    """
    joined = "|".join(f"(?:{pattern})" for pattern in patterns)
    spaced = joined.replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(spaced, re.IGNORECASE)


def find_phrases(
    said: Said,
    table: Mapping[str, re.Pattern[str]],
    *,
    besides: re.Pattern[str] | None = None,
    may_hold: Callable[[str], object] = bool,
) -> Iterator[Fault]:
    """Find the phrases of a table that maps what is wrong to how it is worded.

    Args:
        said: where to look; quotations in it are left out.
        table: problem to pattern; of those that overlap, the first counts.
        besides: what makes a phrase harmless where both overlap.
        may_hold: tells quickly of a text whether it may hold any; most hold none.

    Returns:
        A fault each, in the order of the text.
    """
    text = plain_text(said.text)
    if not may_hold(text):
        return
    harmless = [found.span() for found in besides.finditer(text)] if besides else []
    taken: list[tuple[int, int, str]] = []
    for problem, pattern in table.items():
        for found in pattern.finditer(text):
            start, end = found.span()
            if not _meets(start, end, [*harmless, *((a, b) for a, b, _ in taken)]):
                taken.append((start, end, problem))
    for start, end, problem in sorted(taken):
        yield Fault(said.turn, said.text[start:end].strip(), problem)


def plain_text(text: str) -> str:
    """A text without its quotations and with straight apostrophes, all else in its place."""
    return unquoted(text).replace("’", "'")


def _meets(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(start < other_end and other_start < end for other_start, other_end in spans)
