"""How far the words around a name bear on it.

A cue such as "might" or "without" reaches up to a strong break ("but", a semicolon), or to a comma
or an "and" that a clause of its own follows.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from mmgen_datasets.quality.reading.cues import AUXILIARIES, FINITE, HARD_BREAKS, SOFT_BREAKS
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase

Words: TypeAlias = tuple[str, ...]

_LEADS = frozenset("and or but also then so well yes no , sure indeed certainly".split())
_MODALS = frozenset("may might could would".split())
_RELATIVES = frozenset({"where", "which", "who", "when"})
_NEW_CLAUSE = FINITE | {"there", "just", "only", "rather"}


class Clause(NamedTuple):
    """The stretch of words around a phrase in which cues reach it."""

    words: Words
    """Of the whole sentence."""
    first: int
    last: int
    """Past its last word."""
    before: Words
    """What stands in it before the phrase."""
    after: Words

    @property
    def span(self) -> Words:
        """All its words."""
        return self.words[self.first : self.last]


def clause(words: Words, phrase: Phrase) -> Clause:
    """Find the clause that a phrase stands in."""
    first = phrase.start
    while first and not _breaks(words, first - 1, phrase.start):
        first -= 1
    last = phrase.end
    while last < len(words) and not _breaks(words, last, len(words)):
        last += 1
    return Clause(words, first, last, words[first : phrase.start], words[phrase.end : last])


def is_subject(around: Clause) -> bool:
    """Whether no verb stands before the phrase, but for names that are subjects with it."""
    before = around.before
    others = [w for n, w in enumerate(before) if w not in _LEADS and not look_up(before, n)]
    return not any(w in AUXILIARIES or w.endswith(("ing", "s", "ed")) for w in others)


def _breaks(words: Words, at: int, until: int) -> bool:
    if words[at] in HARD_BREAKS or words[at] == '"':
        return not (words[at] in ("as", "since") and at == 0)
    if words[at] not in SOFT_BREAKS:
        return False
    if words[at] == "," and words[at + 1 : at + 2] and words[at + 1].endswith("ing"):
        return _MODALS.isdisjoint(words[:at])
    if words[at] == ",":
        if _is_aside(words, at) or words[at + 1 : at + 2] == ("which",):
            return True
        until = len(words)
    elif words[at] == "or":
        return "there" in words[at + 1 : at + 2]
    if words[at] == "and" and _joins_subjects(words, at):
        return False
    return not _NEW_CLAUSE.isdisjoint(_until_break(words, at + 1, until))


def _is_aside(words: Words, at: int) -> bool:
    """Whether a comma ends a clause between two commas: "..., which one may miss, ..."."""
    first = max((n for n in range(at) if words[n] == ","), default=-1)
    return first >= 0 and words[first + 1] in _RELATIVES


def _joins_subjects(words: Words, at: int) -> bool:
    """Whether an "and" stands between two names of which one verb tells: "cars and taxis are"."""
    for n in range(at + 1, min(at + 4, len(words))):
        if match := look_up(words, n):
            after = words[n + match[0] : n + match[0] + 1]
            return after in (("are",), ("were",), ("have",)) and look_up(words, at - 1) is not None
    return False


def _until_break(words: Words, at: int, until: int) -> Words:
    end = at
    while end < min(until + 1, len(words)) and words[end] not in SOFT_BREAKS | HARD_BREAKS:
        end += 1
    return words[at:end]
