"""Sentences, words and quotations of a text, by where they stand in it.

Places are kept throughout, since a fault quotes words as they stand in the message.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
"""A word: ``"isn't"`` and ``"double-decker"`` are one each."""

HIDDEN = "\N{CURRENCY SIGN}"
"""Stands in `unquoted` for each character of a quotation: no letter, no space, no mark."""

_ABBREVIATIONS = frozenset(
    "approx ca cf co corp dept dr e.g eg est fig figs i.e ie inc jr ltd mr mrs ms mt no nos nr op "
    "p pp prof rd rev sr st vol vs viz".split()
)
"""What a full stop follows in the midst of a sentence. "etc." and "p.m." often end one, and are
told by the letter that comes next."""

_END = re.compile(
    r"""(?P<mark>[.!?…]+|[。！？])(?P<close>["'”’»)\]*_]*)(?=\s|$|(?<=[。！？]))"""
    r"|(?P<line>\n\s*\n|\n(?=\s*(?:[-*+•#>]|\d{1,2}[.)]\s|[^\W\d_a-z]|\W*[\"“«(\[*]))|\n\s*$)"
)
_ITEM = re.compile(r"(?:^|\n)[ \t*_>-]*(?:\d{1,3}|[A-Za-z])$")
_LAST_WORD = re.compile(r"[\w.]*\w$")
_QUOTATIONS = re.compile(
    r'(?<![\w"])"(?=[^\s"])(?:(?!\n\s*\n)[^"])*"'
    r"|“(?:(?!\n\s*\n)[^“”])*”"
    r"|«(?:(?!\n\s*\n)[^«»])*»"
    r"|„(?:(?!\n\s*\n)[^„“”])*[“”]"
    r"|‘(?:(?!\n\s*\n)[^‘])*?’(?!\w)"
    r"|(?<![\w'])'(?=[^\W_])(?:(?!\n\s*\n)[^\"“”])*?(?<![\s'])'(?!\w)"
    r"|`[^`\n]+`"
    # codes of motion and speech, which are no words
    r"|(?i:<\|?/?(?:speech|motion|skel|frame)\w*\|?>\s*)+|\b\d+(?:,\d+){7,}\b"
    # without marks: the sign reads: Open; she points as if to say I will not go
    r"|\b(?:reads?|says?|spells?|states|letters|words):\s+(?P<told>[^\s\"'“‘«„][^.!?\n]*)"
    r"|\bif (?:to say|saying),?\s+(?P<meant>[^\s\"'“‘«„][^.!?\n]*)"
)
_MAY_QUOTE = re.compile(r"[\"“«„‘'`<:]|if (?:to )?say|\d,\d")
_IRREGULAR = dict(
    pair.split(":")
    for pair in "people:person men:man women:woman children:child mice:mouse feet:foot teeth:tooth "
    "geese:goose knives:knife leaves:leaf loaves:loaf shelves:shelf wolves:wolf calves:calf".split()
)


class Sentence(NamedTuple):
    """A sentence, a heading or an item of a list."""

    start: int
    """Where it begins in the text it was cut from."""
    text: str
    """Without white space around it."""

    @property
    def end(self) -> int:
        """Where it ends in the text it was cut from."""
        return self.start + len(self.text)

    @property
    def is_question(self) -> bool:
        """Whether a question mark ends it."""
        return self.text.rstrip("\"'”’»)*_! ").endswith(("?", "？"))


@lru_cache(4096)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Cut a text into sentences; lines of a list and headings count as such.

    Example:
        >>> [one.text for one in sentences('Mr. Fox has 2.5 km to go. "Run!" he cries. Why?')]
        ['Mr. Fox has 2.5 km to go.', '"Run!" he cries.', 'Why?']
    """
    cuts = [found.end() for found in _END.finditer(text) if _ends(text, found)]
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        part = text[start:end]
        if part.strip():
            found.append(Sentence(start + len(part) - len(part.lstrip()), part.strip()))
    return tuple(found)


@lru_cache(4096)
def quotations(text: str) -> tuple[tuple[int, int], ...]:
    """Where quotations begin and end, with their marks; an apostrophe is none.

    Example:
        >>> [text[a:b] for text in ["The dogs' bowl says 'Rex'."] for a, b in quotations(text)]
        ["'Rex'"]
    """
    return tuple(found.span(found.lastgroup or 0) for found in _QUOTATIONS.finditer(text))


@lru_cache(4096)
def unquoted(text: str) -> str:
    """Blank out what is quoted, such as the text of a sign; all else stays in its place.

    Example:
        >>> unquoted('The sign says "As an AI".')
        'The sign says ¤¤¤¤¤¤¤¤¤¤.'
    """
    for start, end in quotations(text) if _MAY_QUOTE.search(text) else ():
        text = text[:start] + HIDDEN * (end - start) + text[end:]
    return text


def words(text: str) -> list[str]:
    """The words of a text, lower case, apostrophes straight.

    Example:
        >>> words("It isn’t a double-decker, is it?")
        ['it', "isn't", 'a', 'double-decker', 'is', 'it']
    """
    return WORD.findall(text.lower().replace("’", "'"))


def singular(word: str) -> str:
    """The singular of a plural that no ending tells; any other word as it is.

    Example:
        >>> singular("people"), singular("dogs")
        ('person', 'dogs')
    """
    return _IRREGULAR.get(word, word)


def _ends(text: str, found: re.Match[str]) -> bool:
    """Whether a mark ends a sentence, and not a title, a number of a list or an initial."""
    if found["line"] is not None:
        return True
    after = text[found.end() :].lstrip()
    if found["mark"] == ".":
        before = text[: found.start()]
        last = _LAST_WORD.search(before[-24:])
        word = last[0] if last else ""
        is_initial = len(word) == 1 and word.isupper() and word != "I"
        if word.lower() in _ABBREVIATIONS or is_initial or _ITEM.search(before[-12:]):
            return not after
        if "." in word and after[:1].islower():  # p.m., a.k.a.
            return False
        if word == "etc" and after[:1].islower():
            return False
    may_be_within = found["close"] or found["mark"] in ("...", "…")  # "Go!" he says; wait ... no
    return not (may_be_within and after[:1].islower())
