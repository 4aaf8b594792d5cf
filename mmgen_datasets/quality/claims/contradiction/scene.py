"""What is told of a scene as a whole: its weather, whether it is day, and whether it is indoors."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.claims.contradiction.statement import Form, Traits, is_doubted
from mmgen_datasets.quality.claims.contradiction.subjects import Subject, Words
from mmgen_datasets.quality.reading.cues import CONJUNCTIONS
from mmgen_datasets.quality.reading.traits import OF_SCENE, trait

SCENE = Subject("scene")
_ELSEWHERE = frozenset("rest often usually when if later earlier tomorrow yesterday".split())
_PLACES = frozenset({("place", "inside"), ("place", "outside")})
_WHOLE = frozenset("scene picture photo image photograph setting place taken".split())
_NEAR = 6
"""Words behind a trait within which a doubt is of it."""
_MODIFYING = frozenset({"night", "rain", "daylight"})
_BEFORE_NIGHT = frozenset({"at", "by", "is"})


def of_scene(words: Words) -> Iterator[tuple[Subject, Form, Traits]]:
    """Read "it is pouring", "at night", "outdoors"."""
    for n, word in enumerate(words):
        known = trait(word)
        if known and known[0] in OF_SCENE and _is_said(words, n):
            yield SCENE, "said", Traits(known[0], frozenset({known[1]}), n, n + 1)
        elif word == "dry" and {"weather", "day"} & set(words[:n]) and _is_said(words, n):
            yield SCENE, "said", Traits("weather", frozenset({"sun"}), n, n + 1)


def _is_said(words: Words, at: int) -> bool:
    if is_doubted(words, 0, at + _NEAR) or not _ELSEWHERE.isdisjoint(words):
        return False
    if trait(words[at]) in _PLACES and _WHOLE.isdisjoint(words):
        return False
    if words[at] in _MODIFYING and words[at - 1 : at] and words[at - 1] not in _BEFORE_NIGHT:
        return words[at] == "daylight"
    if words[at] == "pouring":
        after = words[at + 1 : at + 2]
        return (
            words[at - 1 : at] == ("is",)
            and words[at - 2 : at - 1] == ("it",)
            and (not after or after[0] in CONJUNCTIONS | {",", "outside"})
        )
    return True
