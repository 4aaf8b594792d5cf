"""Whether a thing is only supposed, wished for, or meant for something."""

from __future__ import annotations

from itertools import pairwise

from mmgen_datasets.quality.reading.clauses import Clause, Words, is_subject
from mmgen_datasets.quality.reading.cues import (
    AUXILIARIES,
    DETERMINERS,
    FINITE,
    INDEFINITE,
    POSSIBLE,
    SEEING,
)
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.phrases import Phrase

_LINKS = frozenset({("instead", "of"), ("just", "as"), ("much", "as"), ("enough", "for")})
"""What leads to other things than those in the picture."""
_NEEDED = frozenset({"needed", "required", "necessary"})
_INVERTED = frozenset({"had", "were", "should"})
"""What a sentence begins with that supposes: "Had there been a dog, ..."."""
_TERMS = (("with",), ("by",), ("through",), ("in",))
"""What an answer begins with, after "only", that makes terms: "Only with a ladder."."""
_ANYBODY = frozenset(
    {("those", "who"), ("people", "who"), ("one", "who"), ("everybody", "who"), ("everyone", "who")}
)
_WHOEVER = frozenset("whoever anyone anybody".split())
"""Those of whom it is open who they are, and so what they have."""
_MODALS = frozenset("may might could would should must will shall can 'll".split())
_UNREAL = frozenset({"would", "should", "could"})
_ADDED = frozenset("suppose guess imagine presumably judging judge assume bet".split())
"""What turns that which was said before it into a guess: "a child, I suppose"."""
_VIEWERS = frozenset({"you", "i", "we", "one"})
_NO_INFINITIVE = DETERMINERS | INDEFINITE | AUXILIARIES - {"be", "have", "do"}
_TO_A_PLACE = frozenset({"next", "close", "due", "according"})


def is_possible(around: Clause, phrase: Phrase) -> bool:
    """Whether the clause leaves open that the thing is there."""
    before, after = around.before, around.after
    if phrase.is_definite and _is_told_of(after):
        return False
    if not POSSIBLE.isdisjoint(before) or _is_wished(around.words, around.first, phrase.start):
        return True
    if any(_is_ability(before, n) for n, word in enumerate(before) if word == "can"):
        return True
    reach = around.words[max(0, around.first - 2) : phrase.start]
    if not _LINKS.isdisjoint(pairwise(reach)) or around.words[0] in _INVERTED:
        return True
    if around.words[0] == "only" and around.words[1:2] in _TERMS:
        return not phrase.is_definite
    if around.words[0] == "with" and "would" in around.words[phrase.end :]:
        return not phrase.is_definite
    if not phrase.is_definite and "would" in _piece(around.words, phrase):
        return True
    if not _NEEDED.isdisjoint(after[:4]):
        return True
    if not _ANYBODY.isdisjoint(pairwise(before)) or not _WHOEVER.isdisjoint(before):
        return True
    if not _ADDED.isdisjoint(around.words[phrase.end :]) or not _UNREAL.isdisjoint(after[:1]):
        return True
    if phrase.is_definite:
        return False
    if _is_left_open(after[:4], 1):
        return True
    return is_subject(around) and _is_left_open(after, len(after))


def _is_told_of(after: Words) -> bool:
    """Whether more is told of it as it is: "the bottles that are lined up"."""
    is_told = after[:1] in (("that",), ("which",)) and after[1:2] in (("is",), ("are",))
    return is_told and POSSIBLE.isdisjoint(after[2:4])


def _piece(words: Words, phrase: Phrase) -> Words:
    """What stands between the commas before and after a phrase."""
    first = max((n for n in range(phrase.start) if words[n] == ","), default=-1)
    last = min((n for n in range(phrase.end, len(words)) if words[n] == ","), default=len(words))
    return words[first + 1 : last]


def _is_ability(words: Words, at: int) -> bool:
    """Whether a "can" tells what might be done, not what "can be seen"."""
    is_view = not _VIEWERS.isdisjoint(words[at - 1 : at])
    return not _is_seen(words, at) and not (
        is_view and not SEEING.isdisjoint(words[at + 1 : at + 4])
    )


def _is_seen(words: Words, modal: int) -> bool:
    return words[modal + 1 : modal + 2] == ("be",) and not SEEING.isdisjoint(
        words[modal + 2 : modal + 4]
    )


def _is_left_open(after: Words, most: int) -> bool:
    for n, word in enumerate(after[:most]):
        if word in _MODALS and not _is_seen(after, n):
            return True
        if word in ("perhaps", "maybe", "probably", "possibly", "likely"):
            return True
    return False


def _is_wished(words: Words, first: int, start: int) -> bool:
    """Whether an infinitive ("to catch a bus") or "for" leads to the phrase."""
    if start and words[start - 1] == "for":
        is_because = words[start - 2 : start - 1] == (",",) and not FINITE.isdisjoint(words[start:])
        return not is_because
    for n in range(_after_relative(words, first, start), start - 1):
        follows = words[n + 1]
        if words[n] == "for" and follows.endswith("ing"):
            return True
        if words[n] != "to" or follows in _NO_INFINITIVE or not follows.isalpha():
            continue
        is_place = follows in ("left", "right") or look_up(words, n + 1) is not None
        if not is_place and n and words[n - 1] not in _TO_A_PLACE:
            return True
    return False


def _after_relative(words: Words, first: int, start: int) -> int:
    """Where the part of a clause begins that tells what a thing does: "by what lies in ..."."""
    relative = [n for n in range(first, start) if words[n] in ("what", "which", "who")]
    return relative[-1] + 1 if relative else first
