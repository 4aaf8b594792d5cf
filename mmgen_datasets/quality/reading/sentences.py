"""Sentences, words and quotations of a text, by where they stand in it.

Places are kept throughout, since a fault quotes words as they stand in the message.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

WORD = re.compile(r"[^\W_]+(?:['’\-][^\W_]+)*")
"""A word: ``"isn't"`` and ``"double-decker"`` are one each."""

HIDDEN = "\N{CURRENCY SIGN}"
"""Stands in `unquoted` for each character of a quotation: no letter, no space, no mark."""

_TOKEN = re.compile(
    r"(?i:can(?=not\b))|[^\W\d_]+(?=n['’]t\b)|n['’]t\b"  # can|not, is|n't
    r"|['’](?:s|re|ve|ll|d|m)\b|[^\W\d_][^\W_]*"  # dog|'s
    rf"|\d+(?:[.,:]\d+)*|[,;:()\[\]—–]|-+|{HIDDEN}+"
)

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
    r"|“(?:(?!\n\s*\n)[^“”])*”|«(?:(?!\n\s*\n)[^«»])*»|„(?:(?!\n\s*\n)[^„“”])*[“”]"
    r"|‘(?:(?!\n\s*\n)[^‘])*?’(?!\w)|(?<![\w'])'(?=[^\W_])(?:(?!\n\s*\n)[^\"“”])*?(?<![\s'])'(?!\w)"
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


class Token(NamedTuple):
    """A word, a number or a mark."""

    word: str
    """Lower case, with straight apostrophes."""
    start: int
    """Place of its first character in the text."""
    end: int
    is_joined: bool = False
    """Whether a hyphen ties it to the next one."""


@dataclass(frozen=True, eq=False)
class Sentence:
    """A sentence, a heading or an item of a list; each is equal to itself alone."""

    start: int
    """Where it begins in the text it was cut from."""
    text: str
    """Without white space around it."""
    plain: str
    """The same with quotations blanked out: `unquoted`."""

    @property
    def end(self) -> int:
        """Where it ends in the text it was cut from."""
        return self.start + len(self.text)

    @cached_property
    def is_question(self) -> bool:
        """Whether a question mark ends it."""
        return self.text.rstrip("\"'”’»)*_! ").endswith(("?", "？"))

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        r"""Its words and the marks within, by their places in the text; one for a quotation.

        Example:
            >>> [s.words for s in sentences('It isn\'t "a dog". Two horse-drawn carts?')]
            [('it', 'is', "n't", '"'), ('two', 'horse', 'drawn', 'carts')]
        """
        found: list[Token] = []
        dash = None
        for match in _TOKEN.finditer(self.plain):
            word = match[0].lower().replace("’", "'")
            start, end = self.start + match.start(), self.start + match.end()
            if word[0] == "-":
                dash = Token("—", start, end)
                continue
            if dash and found and found[-1].end == dash.start and dash.end == start:
                found[-1] = found[-1]._replace(is_joined=True)
            elif dash:
                found.append(dash)
            dash = None
            found.append(Token('"' if word[0] == HIDDEN else word, start, end))
        return (*found, dash) if dash else tuple(found)

    @cached_property
    def words(self) -> tuple[str, ...]:
        """The words and marks alone."""
        return tuple(token.word for token in self.tokens)


@lru_cache(4096)
def sentences(text: str) -> tuple[Sentence, ...]:
    """Cut a text into sentences; lines of a list and headings count as such.

    Example:
        >>> [one.text for one in sentences('Mr. Fox has 2.5 km to go. "Run!" he cries. Why?')]
        ['Mr. Fox has 2.5 km to go.', '"Run!" he cries.', 'Why?']
    """
    cuts = [found.end() for found in _END.finditer(text) if _ends(text, found)]
    plain = unquoted(text)
    found = []
    for start, end in zip([0, *cuts], [*cuts, len(text)], strict=True):
        part = text[start:end].strip()
        if part:
            start = text.index(part, start)
            found.append(Sentence(start, part, plain[start : start + len(part)]))
    return tuple(found)


@lru_cache(4096)
def worded(text: str) -> tuple[Sentence, ...]:
    """The sentences of a text that have words, and more than marks and quotations."""
    return tuple(one for one in sentences(text) if one.words)


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
