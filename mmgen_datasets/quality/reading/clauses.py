"""How far the words around a name bear on it.

A cue such as "might" or "without" reaches up to a strong break ("but", a semicolon), or to a comma
or an "and" that a clause of its own follows.
"""

from __future__ import annotations

from collections.abc import Sequence

from mmgen_datasets.quality.reading.cues import FINITE, HARD_BREAKS, SOFT_BREAKS
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase

_NEW_CLAUSE = FINITE | {"there", "just", "only", "rather"}


def clause(words: Sequence[str], phrase: Phrase) -> tuple[int, int]:
    """The stretch of words around a phrase in which cues reach it: first and past the last."""
    first = phrase.start
    while first and not _breaks(words, first - 1, phrase.start):
        first -= 1
    last = phrase.end
    while last < len(words) and not _breaks(words, last, len(words)):
        last += 1
    return first, last


def _breaks(words: Sequence[str], at: int, until: int) -> bool:
    if words[at] in HARD_BREAKS or words[at] == '"':
        return not (words[at] in ("as", "since") and at == 0)
    if words[at] not in SOFT_BREAKS:
        return False
    if words[at] == "," and words[at + 1 : at + 2] and words[at + 1].endswith("ing"):
        return True
    if words[at] == ",":
        until = len(words)
    elif words[at] == "or":
        return "there" in words[at + 1 : at + 2]
    if words[at] == "and" and _joins_subjects(words, at):
        return False
    return not _NEW_CLAUSE.isdisjoint(_until_break(words, at + 1, until))


def _joins_subjects(words: Sequence[str], at: int) -> bool:
    """Whether an "and" stands between two names of which one verb tells: "cars and taxis are"."""
    for n in range(at + 1, min(at + 4, len(words))):
        if match := look_up(words, n):
            after = words[n + match[0] : n + match[0] + 1]
            return after in (("are",), ("were",), ("have",)) and look_up(words, at - 1) is not None
    return False


def _until_break(words: Sequence[str], at: int, until: int) -> Sequence[str]:
    end = at
    while end < min(until + 1, len(words)) and words[end] not in SOFT_BREAKS | HARD_BREAKS:
        end += 1
    return words[at:end]
