"""Whether a sentence says that a thing is in the picture, that it is not, or neither.

Where the words leave a doubt, the stance is ``"open"``: nothing is held against a text that it
did not clearly say. How far a cue such as "might" or "without" reaches is told by `clauses`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Literal, TypeAlias

from mmgen_datasets.quality.reading.amounts import is_quantity
from mmgen_datasets.quality.reading.clauses import clause
from mmgen_datasets.quality.reading.cues import (
    ANCHORS,
    AUXILIARIES,
    COMPARED,
    CONJUNCTIONS,
    DEPICTING,
    DETERMINERS,
    FINITE,
    GENERIC,
    INDEFINITE,
    NEGATIONS,
    NOT_NEGATING,
    POSSIBLE,
    PREPOSITIONS,
    SEEN,
    VIEWS,
)
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase

Stance: TypeAlias = Literal["there", "absent", "open"]
Words: TypeAlias = Sequence[str]

_NOT_NEGATING = tuple(tuple(words.split()) for words in NOT_NEGATING.split(", "))
_FRAGMENT = 5
"""Words up to which a clause without an auxiliary may well have no verb."""
_SEEING = frozenset({"see", "seen", "spot", "spotted", "make", "find", "found", "observe", "show"})
_ANYBODY = frozenset({("those", "who"), ("people", "who"), ("one", "who"), ("everybody", "who")})
_WHOEVER = frozenset(
    {"whoever", "anyone", "anybody", "everyone", "everybody", "somebody", "someone"}
)
"""Those of whom it is open who they are, and so what they have."""
_LEADS = frozenset("and or but also then so well yes no , sure indeed certainly".split())
_MODALS = frozenset("may might could would should must will shall can 'll".split())
_NO_INFINITIVE = DETERMINERS | INDEFINITE | AUXILIARIES - {"be", "have", "do"}


def stance(words: Words, phrase: Phrase) -> Stance:
    """Weigh the words around a name.

    Example:
        >>> from mmgen_datasets.quality.reading.phrases import phrases
        >>> from mmgen_datasets.quality.reading.tokens import sentences
        >>> [s] = sentences("There is a dog without a cat, and it may be waiting for a bus")
        >>> [stance(s.words, p) for p in phrases(s.tokens)]
        ['there', 'absent', 'open']
    """
    first, last = clause(words, phrase)
    for is_open in _OPEN:
        if is_open(words, phrase, first, last):
            return "open"
    return _denial(words, phrase, first, last) or "there"


def _is_possible(words: Words, phrase: Phrase, first: int, last: int) -> bool:
    before = words[first : phrase.start]
    if not POSSIBLE.isdisjoint(before) or _is_wish(words, first, phrase.start):
        return True
    for n in range(first, phrase.start):
        if words[n] == "can" and _SEEING.isdisjoint(words[n + 1 : n + 4]):
            return True
    if not _ANYBODY.isdisjoint(pairwise(before)) or not _WHOEVER.isdisjoint(before):
        return True
    after = words[phrase.end : last]
    if after[:1] in (("would",), ("should",), ("could",)):
        return True
    if phrase.is_definite:
        return False
    if not _MODALS.isdisjoint(after[:1]) and _SEEING.isdisjoint(after[1:4]):
        return True
    if not _is_subject(words, phrase, first):
        return False
    for n, word in enumerate(after):
        if word in _MODALS and _SEEING.isdisjoint(after[n + 1 : n + 4]):
            return True
        if word in ("perhaps", "maybe", "probably", "possibly", "likely"):
            return True
    return False


def _is_wish(words: Words, first: int, start: int) -> bool:
    """Whether an infinitive ("to catch a bus") or "for" leads to the phrase."""
    if start and words[start - 1] == "for":
        is_because = words[start - 2 : start - 1] == (",",) and not FINITE.isdisjoint(words[start:])
        return not is_because
    for n in range(_after_relative(words, first, start), start):
        follows = words[n + 1] if n + 1 < start else ""
        if words[n] == "to" and follows and follows not in _NO_INFINITIVE and follows.isalpha():
            is_place = follows in ("the", "left", "right") or look_up(words, n + 1) is not None
            if not is_place and n and words[n - 1] not in ("next", "close", "due", "according"):
                return True
        if words[n] == "for" and follows.endswith("ing"):
            return True
    return False


def _after_relative(words: Words, first: int, start: int) -> int:
    """Where the part of a clause begins that tells what a thing does: "by what lies in ..."."""
    relative = [n for n in range(first, start) if words[n] in ("what", "which", "who")]
    return relative[-1] + 1 if relative else first


def _is_compared(words: Words, phrase: Phrase, first: int, last: int) -> bool:
    before = words[first : phrase.start]
    if not COMPARED.isdisjoint(before[-4:]):
        return True
    if "as" in before[-2:] and before[-1:] == ("as",):
        return True
    return words[phrase.end : phrase.end + 1] in (("like",), ("themed",), ("esque",))


def _is_depicted(words: Words, phrase: Phrase, first: int, last: int) -> bool:
    for n in range(max(0, phrase.start - 4), phrase.start):
        if words[n] not in DEPICTING:
            continue
        link = words[n + 1 : phrase.start]
        if not link or link[0] not in ("of", "with", "showing", "depicting"):
            continue
        is_view = words[n] in VIEWS and n <= 6
        return not is_view or any(look_up(words, k) for k in range(n))
    return False


def _is_general(words: Words, phrase: Phrase, first: int, last: int) -> bool:
    """Whether a kind is spoken of: "dogs are loyal", "a dog needs company"."""
    rest = words[phrase.end : last]
    is_kind = phrase.is_bare and phrase.sense.is_plural
    if not is_kind and phrase.determiner not in ("a", "an", "any", "every", "each"):
        return False
    span = words[first:last]
    if not is_kind:
        return _is_subject(words, phrase, first) and (
            not GENERIC.isdisjoint(rest[:4]) or rest[:2] in (("is", "a"), ("is", "an"))
        )
    if not GENERIC.isdisjoint(span) and "can" not in span:
        return True
    if "can" in span and not _SEEING.isdisjoint(span):
        return False
    if _is_subject(words, phrase, first):
        has_verb = _has_predicate(words, phrase.end, last)
    else:
        has_verb = len(span) > _FRAGMENT or not AUXILIARIES.isdisjoint(span)
    is_tied = not ANCHORS.isdisjoint(span) or any(w.endswith("ing") for w in rest[:3])
    is_tied = is_tied or _is_named(words, phrase, first)
    return has_verb and not is_tied


def _has_predicate(words: Words, at: int, last: int) -> bool:
    """Whether a verb may follow a subject, of which more names may be a part."""
    while at < last and words[at] in (",", "and", "or", "nor"):
        names = [n for n in range(at + 1, min(at + 4, last)) if look_up(words, n)]
        if not names:
            return False
        at = names[0] + (look_up(words, names[0]) or (1,))[0]
    return at < last and words[at][0].isalpha() and words[at] not in PREPOSITIONS


def _is_named(words: Words, phrase: Phrase, first: int) -> bool:
    """Whether the clause speaks of some one thing before: "a man feeds birds"."""
    before = words[first : phrase.start]
    return any(word in ("a", "an", "each", "including") or is_quantity(word) for word in before)


def _is_subject(words: Words, phrase: Phrase, first: int) -> bool:
    """Whether no verb stands before it, but for names that are subjects with it."""
    before = [n for n in range(first, phrase.start) if words[n] not in _LEADS]
    others = [words[n] for n in before if not look_up(words, n)]
    return not any(w in AUXILIARIES or w.endswith(("ing", "s", "ed")) for w in others)


_OPEN: tuple[Callable[[Words, Phrase, int, int], bool], ...] = (
    _is_compared,
    _is_depicted,
    _is_possible,
    _is_general,
)


def _denial(words: Words, phrase: Phrase, first: int, last: int) -> Stance | None:
    if phrase.determiner in ("no", "neither"):
        return "absent" if not _spares(words, phrase.start) else None
    for n in range(phrase.start - 1, first - 1, -1):
        if words[n] in NEGATIONS and not _spares(words, n) and words[n + 1 : n + 2] != (",",):
            return _denied_from(words, phrase, n)
    after = words[phrase.end : last]
    for n, word in enumerate(after[:8]):
        if word in ("not", "n't", "nowhere", "never", "no"):
            is_gone = word == "nowhere" or not SEEN.isdisjoint(after[n + 1 : n + 4])
            return "absent" if is_gone else None
        if word in ("absent", "missing") and after[n - 1] in ("is", "are", "'s", "be", "as"):
            return "absent"
        if word in CONJUNCTIONS or word == ",":
            return None
    return None


def _denied_from(words: Words, phrase: Phrase, cue: int) -> Stance:
    """What a negation before the phrase makes of it; of what is known already, nothing."""
    if phrase.is_definite and _SEEING.isdisjoint(words[cue : phrase.start]):
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
