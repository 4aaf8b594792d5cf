"""How questions begin: a tree of their first words."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any, TypeAlias

WORDS = 3
"""The depth of the tree."""
_SHOWN = (10, 6, 4)
"""Branches of a node at each depth; the others are one branch."""
_WORD = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_LONGEST = 24  # letters of a word

Opening: TypeAlias = tuple[str, ...]


def opening_of(question: str) -> Opening:
    """The first words of a question, in small letters.

    Example:
        >>> opening_of("What's the man, on the left, holding?")
        ("what's", 'the', 'man')
    """
    words: list[str] = []
    for match in _WORD.finditer(question):
        words.append(match[0][:_LONGEST].lower())
        if len(words) == WORDS:
            break
    return tuple(words)


def opening_tree(openings: Counter[Opening]) -> list[dict[str, Any]]:
    """The commonest openings as branches, the greatest first.

    Returns:
        Rows of ``word``, ``count`` and ``branches``; ``word`` is null where others are summed up.

    Example:
        >>> opening_tree(Counter({("is", "it"): 2, ("why",): 1}))[1]
        {'word': 'why', 'count': 1, 'branches': []}
    """
    return _branches(openings, 0)


def _branches(openings: Counter[Opening], depth: int) -> list[dict[str, Any]]:
    below: dict[str, Counter[Opening]] = {}
    for opening, count in openings.items():
        if len(opening) > depth:
            below.setdefault(opening[depth], Counter())[opening] += count
    ranked = sorted(below.items(), key=lambda row: (-row[1].total(), row[0]))
    shown, others = ranked[: _SHOWN[depth]], ranked[_SHOWN[depth] :]
    tree: list[dict[str, Any]] = [
        {
            "word": word,
            "count": rest.total(),
            "branches": _branches(rest, depth + 1) if depth + 1 < WORDS else [],
        }
        for word, rest in shown
    ]
    if others:
        count = sum(rest.total() for _, rest in others)
        tree.append({"word": None, "count": count, "branches": []})
    return tree
