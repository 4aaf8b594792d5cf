"""Whether a reply breaks off.

Without a full stop at its end an answer may still be whole: "Two dogs", "The man it belongs to".
What counts is where it stops, whether its other sentences have their full stops, and whether the
other answers of the conversation have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.form.last_words import stops_within
from mmgen_datasets.quality.reading.sentences import HIDDEN, WORD, quotations, sentences

_WHOLE = re.compile(r"""[.!?…。！？][\"'”’»)\]}*_`]*$|[\"”’»)\]}`]$""")
_DECORATION = re.compile(
    r"(?:(?:^|\s)(?:[:;=8xX]['’]?[-^o]?[()\[\]{}<>|/\\DPpOoSs3*]+|<3+|\^_*\^|#\w+|https?://\S+"
    r"|www\.\S+|\S+@\S+\.\w+)|\s*[^\w\s!-/:-@\[-`{-~‐-⁞。-】¤]+)+$"
)
"""Faces, emoji, tags and addresses: whoever sets one at the end has come to it."""
_FACE = re.compile(r"(?<=[\s¤])[:;=8xX]['’]?[-^o]?[(\[{]+|^[:;=]-?[(\[{]+", re.MULTILINE)
_OPEN_MARK = re.compile(r"[,;:(\[{]$|(?<!\d)[–—]$|(?:^|\s)[-&/+=–—]$|[a-z]{2}-$")
_LONE_MARKER = re.compile(r"\n[ \t]*(?:[-*+•#]+|\d{1,2}[.)])$")
_ITEM = re.compile(r"[-*+•|>#]|\d{1,2}[.)]\s|[A-Za-z][.)]\s")
_ABBREVIATION = re.compile(r"\b(?:e\.g|i\.e|Mr|Mrs|Ms|vs)\.$|\b[a-z]+ (?:Dr|Prof)\.$")

_PROSE, _LOOSE_PROSE = 14, 24
"""Words of a last paragraph with full stops, but none at its end, which show that it was cut; the
higher number where another answer of the conversation has none either."""
_LEAST_WHOLE, _SEVERAL_WHOLE = 3, 9
"""Words before the last sentence, "Yes." being no prose; the higher number in a shorter paragraph,
where they must be several sentences."""
_LONG = 16
"""Words of a single sentence that nobody leaves without a full stop who sets them elsewhere."""


class _Manner(NamedTuple):
    """How the answers of a conversation are written."""

    is_english: bool
    is_loose: bool
    """Whether one of the others ends without a mark."""


def find(case: Case) -> Iterator[Fault]:
    """Find answers that end before they are at their end."""
    answers = [said for said in case.answers if said.text]
    open_ended = {said.turn for said in answers if not _is_marked(said.text)}
    for said in answers:
        manner = _Manner(case.language == "en", bool(open_ended - {said.turn}))
        words = _where_it_breaks(said.text, manner)
        if words is not None:
            yield Fault(said.turn, words, "breaks off")
    if case.finish_reason == "length" and answers:
        last = answers[-1]
        yield Fault(last.turn, _last_sentence(last.text), "was stopped at the limit of its length")


def _is_marked(text: str) -> bool:
    return bool(_WHOLE.search(text) or _DECORATION.search(text))


def _where_it_breaks(text: str, manner: _Manner) -> str | None:
    """The last words of a text that breaks off, None of one that is whole."""
    opened = _open_at(text)
    if opened is not None:
        return text[opened:]
    if not WORD.search(text):
        return None
    if _LONE_MARKER.search(text) or _ABBREVIATION.search(text):
        return _last_words(text)
    if _is_marked(text):
        return None
    if _OPEN_MARK.search(text) or (manner.is_english and _stops(text, manner)):
        return _last_words(text)
    return None


def _open_at(text: str) -> int | None:
    """Where a fence, bracket or quotation begins that is never closed."""
    if text.count("```") % 2:
        return text.rindex("```")
    text = _FACE.sub(lambda face: HIDDEN * len(face[0]), text)
    tail = _last_sentence(text)
    start = text.rindex(tail) if tail else 0
    for opening, closing in ("()", "[]", "{}", "“”"):
        at = tail.rfind(opening)
        if at >= 0 and tail.count(opening) > tail.count(closing):
            return start + at
    return _open_quote(text)


def _open_quote(text: str) -> int | None:
    closed = {place for start, end in quotations(text) for place in range(start, end)}
    paragraph = text.rfind("\n\n") + 1
    for found in re.finditer(r'(?<![\w"\'”])"(?=\w)', text[paragraph:]):
        at = paragraph + found.start()
        if at not in closed and '"' not in text[at + 1 :]:
            return at
    return None


def _stops(text: str, manner: _Manner) -> bool:
    """Whether English text that has no mark at its end stops within a sentence."""
    if not text[-1].isalnum():
        return text[-1] in "'’" and _is_long(text, manner)
    last = _last_sentence(text)
    return (
        _is_after_prose(text, manner)
        or _breaks_a_row(text)
        or _is_long(last, manner)
        or stops_within(last)
    )


def _is_after_prose(text: str, manner: _Manner) -> bool:
    """Whether a last paragraph is prose with full stops elsewhere."""
    paragraph = text.rstrip().rpartition("\n")[2]
    whole = [one.text for one in sentences(paragraph)[:-1] if one.text[-1:] in ".!?"]
    num_words = len(WORD.findall(paragraph))
    num_whole = len(WORD.findall(" ".join(whole)))
    if manner.is_loose:
        return num_words >= _LOOSE_PROSE and num_whole >= _LEAST_WHOLE
    return num_whole >= (_SEVERAL_WHOLE if num_words < _PROSE else _LEAST_WHOLE) and (
        num_words >= _PROSE or len(whole) > 1
    )


def _is_long(last: str, manner: _Manner) -> bool:
    return len(WORD.findall(last)) >= _LONG and not (manner.is_loose or _ITEM.match(last))


def _breaks_a_row(text: str) -> bool:
    """Whether a last line lacks the full stop that all lines before it have, alike in form."""
    *before, last = [line for line in text.split("\n") if line.strip()]
    alike = [line for line in before if _ITEM.match(line) and _mark(line) == _mark(last)]
    return bool(alike) and alike == before and all(line.rstrip().endswith(".") for line in alike)


def _mark(line: str) -> str:
    return "1" if line[:1].isdigit() else line[:1]


def _last_sentence(text: str) -> str:
    found = sentences(text)
    return found[-1].text if found else text


def _last_words(text: str) -> str:
    """The last two words, or what there is."""
    found = list(WORD.finditer(text))
    return text[found[-2].start() :] if len(found) > 1 else text
