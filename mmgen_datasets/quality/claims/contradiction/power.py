"""What is switched on or off."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.claims.contradiction.statement import COPULAS, Form, Traits, is_doubted
from mmgen_datasets.quality.claims.contradiction.subjects import (
    Subject,
    Words,
    phrase_head,
    singular,
)
from mmgen_datasets.quality.reading.traits import DEGREES


def joined(words: Words) -> Words:
    """Words with "switched on" as one, and "is on" or "off" where nothing follows: "is on."."""
    found = list(words)
    for n, word in enumerate(words):
        after = words[n + 1] if n + 1 < len(words) else ","
        is_end = after in (",", "and", "but", "as", "because", "before", "while", "so")
        if word in ("on", "off") and n:
            lead = next((w for w in reversed(words[:n]) if w not in DEGREES), "")
            if lead in ("switched", "turned") or (is_end and lead in COPULAS):
                found[n] = f"switched-{word}"
            if lead in ("switched", "turned"):
                found[n - 1] = "just"
    return tuple(found)


def switched(words: Words) -> Iterator[tuple[Subject, Form, Traits]]:
    """Read "he switched the television off"."""
    for n, word in enumerate(words):
        if word in ("switched-on", "switched-off") and words[n - 1] == "just":
            after = words[n + 1 : n + 4]
            if after[:1] in (("the",), ("his",), ("her",)) and not is_doubted(words, n - 5, n):
                noun = phrase_head(after[1:])
                if noun:
                    yield Subject(singular(noun)), "said", _trait_at(words, n)
        if word == "switched" or word == "turned":
            ends = [k for k in range(n + 2, min(n + 5, len(words))) if words[k] in ("on", "off")]
            noun = phrase_head(words[n + 2 : ends[0]]) if ends else None
            if noun and words[n + 1] in ("the", "his", "her") and not is_doubted(words, n - 5, n):
                value = frozenset({words[ends[0]]})
                yield Subject(singular(noun)), "said", Traits("power", value, n, ends[0] + 1)


def _trait_at(words: Words, at: int) -> Traits:
    return Traits("power", frozenset({words[at].removeprefix("switched-")}), at, at + 1)
