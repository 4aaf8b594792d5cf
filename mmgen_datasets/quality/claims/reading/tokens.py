"""Texts as sentences of words and marks."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

_TOKEN = re.compile(
    r"(?i:can(?=not\b))|[^\W\d_]+(?=n['’]t\b)|n['’]t\b"  # can|not, is|n't
    r"|['’](?:s|re|ve|ll|d|m)\b|[^\W\d_][^\W_]*"  # dog|'s
    r"|\d+(?:[.,:]\d+)*|[.!?…]+|\n\s*|[,;:()\[\]—–]|-+|[\"“”«»]"
)
_QUOTES = frozenset('"“”«»')


class Token(NamedTuple):
    """A word, a number or a mark."""

    word: str
    """Lower case, with straight apostrophes."""
    start: int
    """Place of its first character in the text."""
    end: int
    is_joined: bool = False
    """Whether a hyphen ties it to the next one."""


class Sentence(NamedTuple):
    """What stands between two ends."""

    tokens: tuple[Token, ...]
    is_question: bool

    @property
    def words(self) -> tuple[str, ...]:
        """The words and marks alone."""
        return tuple(token.word for token in self.tokens)


@lru_cache(maxsize=1024)
def sentences(text: str) -> tuple[Sentence, ...]:
    r"""Take a text apart; of what stands in quotation marks the marks are left.

    Example:
        >>> [s.words for s in sentences('It isn\'t "a dog". Two horse-drawn carts?')]
        [('it', 'is', "n't", '"', '"'), ('two', 'horse', 'drawn', 'carts')]
    """
    found: list[Sentence] = []
    tokens: list[Token] = []
    is_quoted = False
    marks = list(_TOKEN.finditer(text))
    quotes = sum(m[0] in _QUOTES for m in marks)
    for n, match in enumerate(marks):
        word = match[0].lower().replace("’", "'")
        if word in _QUOTES and quotes > 1:
            is_quoted = not is_quoted
            tokens.append(Token('"', match.start(), match.end()))
        elif is_quoted:
            continue
        elif word[0] in ".!?…\n":
            if _ends(text, match):
                _close(found, tokens, word)
        elif word[0] == "-":
            _join(tokens, marks[n + 1].start() if n + 1 < len(marks) else -1, match)
        else:
            tokens.append(Token(word, match.start(), match.end()))
    _close(found, tokens, "")
    return tuple(found)


def _ends(text: str, match: re.Match[str]) -> bool:
    after = text[match.end() : match.end() + 1]
    return match[0][0] == "\n" or not after or after.isspace() or not after.isalnum()


def _close(found: list[Sentence], tokens: list[Token], end: str) -> None:
    if tokens:
        found.append(Sentence(tuple(tokens), "?" in end))
        tokens.clear()


def _join(tokens: list[Token], after: int, match: re.Match[str]) -> None:
    """A hyphen between two words ties them; with spaces around it, it is a dash."""
    if tokens and tokens[-1].end == match.start() and match.end() == after:
        tokens[-1] = tokens[-1]._replace(is_joined=True)
    else:
        tokens.append(Token("—", match.start(), match.end()))
