"""Whether a sentence says that a thing is in the picture, that it is not, or neither.

Where the words leave a doubt, the stance is ``"open"``: nothing is held against a text that it
did not clearly say. How far a cue such as "might" or "without" reaches is told by `clauses`.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Literal, TypeAlias

from mmgen_datasets.quality.reading.clauses import Clause, Words, clause
from mmgen_datasets.quality.reading.cues import (
    CONJUNCTIONS,
    NEGATIONS,
    NOT_NEGATING,
    SEEING,
    SEEN,
)
from mmgen_datasets.quality.reading.elsewhere import is_elsewhere
from mmgen_datasets.quality.reading.general import is_general
from mmgen_datasets.quality.reading.likeness import is_compared, is_depicted
from mmgen_datasets.quality.reading.phrases import Phrase
from mmgen_datasets.quality.reading.possible import is_possible
from mmgen_datasets.quality.reading.replicas import is_replica

Stance: TypeAlias = Literal["there", "absent", "open"]

_OPEN: tuple[Callable[[Clause, Phrase], bool], ...] = (
    is_compared,
    is_depicted,
    is_replica,
    is_possible,
    is_elsewhere,
    is_general,
)
_THERE_IS = (("there", "is"), ("there", "are"), ("there", "'s"))
_FREE = frozenset(
    {("free", "of"), ("empty", "of"), ("clear", "of"), ("bare", "of"), ("void", "of")}
)
_NOT_NEGATING = tuple(tuple(words.split()) for words in NOT_NEGATING.split(", "))


def stance(words: Words, phrase: Phrase) -> Stance:
    """Weigh the words around a name.

    Example:
        >>> from mmgen_datasets.quality.reading.phrases import phrases
        >>> from mmgen_datasets.quality.reading.sentences import sentences
        >>> [s] = sentences("There is a dog without a cat, and it may be waiting for a bus")
        >>> [stance(s.words, p) for p in phrases(s.tokens)]
        ['there', 'absent', 'open']
    """
    around = clause(words, phrase)
    if _is_not_there(around.before, phrase):
        return _denial(around, phrase) or "there"
    if any(is_open(around, phrase) for is_open in _OPEN):
        return "open"
    return _denial(around, phrase) or "there"


def _is_not_there(before: Words, phrase: Phrase) -> bool:
    """Whether "there is no" or "there isn't a" says it plainly, whatever is told of it then."""
    if phrase.determiner == "no":
        return before[-2:] in _THERE_IS
    is_denied = before[-3:-1] in _THERE_IS and before[-1] in ("n't", "not")
    return is_denied and not phrase.is_definite


def _denial(around: Clause, phrase: Phrase) -> Stance | None:
    words, after = around.words, around.after
    if phrase.determiner in ("no", "neither"):
        return "absent" if not _spares(words, phrase.start) else None
    for n in range(phrase.start - 1, around.first - 1, -1):
        if words[n] in NEGATIONS and not _spares(words, n) and not _is_apart(words, n):
            return _denied_from(words, phrase, n)
    if not _FREE.isdisjoint(pairwise(around.before[-4:])):
        return "absent" if not phrase.is_definite else "open"
    for n, word in enumerate(after[:8]):
        if word in ("not", "n't", "nowhere", "never", "no"):
            is_gone = word == "nowhere" or not SEEN.isdisjoint(after[n + 1 : n + 4])
            return "absent" if is_gone else None
        if word in ("absent", "missing") and after[n - 1] in ("is", "are", "'s", "be", "as"):
            return "absent"
        if word in CONJUNCTIONS or word == ",":
            return None
    return None


def _is_apart(words: Words, at: int) -> bool:
    """Whether a comma ends what a negation denies: "No, a dog", "Not entirely, a dog ..."."""
    return words[at + 1 : at + 2] == (",",) or (words[at] == "not" and not at and "," in words[:4])


def _denied_from(words: Words, phrase: Phrase, cue: int) -> Stance:
    """What a negation before the phrase makes of it; of what is known already, nothing."""
    if phrase.is_definite and SEEING.isdisjoint(words[cue : phrase.start]):
        return "open"
    between = words[cue + 1 : phrase.start]
    if words[cue] in ("nobody", "none", "nothing", "never", "hardly", "zero"):
        return "open"
    if any(word in ("who", "which", "that", "where") for word in between):
        return "open"
    return "absent"


def _spares(words: Words, at: int) -> bool:
    """Whether a word that mostly negates does not: "not only"."""
    return any(words[at : at + len(phrase)] == phrase for phrase in _NOT_NEGATING)
