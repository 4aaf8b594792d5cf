"""Whether an answer takes up what a question is about, and is silent on what was asked of it.

Asked whether the laptop is open, "the laptop is a thin model and stands near the plant" passes it
by. A statement about something else, or one that begins with a pronoun, may well be evidence
("The cables are unplugged."), and is let pass.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import pairwise

from mmgen_datasets.quality.form.at_large import DECIDED
from mmgen_datasets.quality.form.content import content, stem
from mmgen_datasets.quality.reading.cues import AUXILIARIES, DETERMINERS, FUNCTION, PREPOSITIONS
from mmgen_datasets.quality.reading.mentions import read_mentions
from mmgen_datasets.quality.reading.questions import POLAR
from mmgen_datasets.quality.reading.sentences import worded, words
from mmgen_datasets.quality.reading.traits import trait
from mmgen_datasets.quality.reading.wordings import any_of

_LEAST = 8
"""Words of an answer that passes by; shorter ones tend to be to the point."""
_MOST_BEFORE = 4
"""Words up to which a name goes behind its determiner."""
_PEOPLE = frozenset({"he", "she", "they", "him", "her", "them"})
_APPEARANCE = frozenset({"wearing", "featuring", "showing", "having"})
"""Forms in -ing that say what a thing is like, and not what it does."""
_DESCRIBING = _APPEARANCE | frozenset(
    "a an made framed painted dressed placed located situated positioned parked standing mounted "
    "decorated shown pictured seen built".split()
)
"""What follows "is" where a thing is described."""
_STATES = frozenset(
    "sleep wetness openness fullness light motion wholeness mood cleanness posture".split()
)
"""Families of what a thing is at the time, and so may be asked for."""
_OF_DOING = frozenset({"motion", "posture", "sleep"})
"""Families of which one tells of another: who runs is awake."""
_IS_A = any_of(r"^[^.?!,]*? (?:is|are|looks like) an? ")
_SCENERY = any_of(r"\bin the (?:back|fore)ground\b")


def passes_by(asked: str, said: str) -> bool:
    """Whether an answer to yes or no is about the same thing and about nothing else that was asked.

    Example:
        >>> passes_by("Is the cup full?", "The cup is made of blue china and has a small handle.")
        True
        >>> passes_by("Is the cup full?", "The cup is filled with coffee almost to its blue rim.")
        False
    """
    if DECIDED.search(said) or len(words(said)) < _LEAST:
        return False
    predicate = _asked_of(asked, said)
    if not predicate or not content(" ".join(predicate)):
        return False
    if predicate[0] in ("a", "an") and _IS_A.search(said):
        return False  # "Is the child a boy?" "The child is a girl."
    return not (
        content(" ".join(predicate)) & content(said)
        or _families(predicate) & _families(words(said))
        or (_is_under_way(words(asked)) and _is_under_way(words(said)))
    )


def only_describes(asked: str, said: str) -> bool:
    """Whether an answer that passes by tells what the thing is, wears or looks like, or its place.

    What else is told of it may be evidence: "the water is smooth as a mirror".
    """
    if _SCENERY.search(said) and not _SCENERY.search(asked):
        return True
    first = worded(said)[0].words
    verb = next((n for n, word in enumerate(first) if word in AUXILIARIES), len(first))
    after = first[verb + 1 : verb + 5]
    if len(after) < 2 or "as" in first[verb:] or "than" in first[verb:]:
        return False
    if first[verb] in ("has", "have"):
        predicate = _asked_of(asked, said) or [""]
        return predicate[0].endswith(("ing", "ed")) and not after[0].endswith("ed")
    if after[0] in _DESCRIBING:  # but for "a rich yellow with"
        shades = (trait(one) and then in FUNCTION for one, then in pairwise(after[1:]))
        return after[0] not in ("a", "an") or not any(shades)
    found = trait(after[0])
    return found is not None and found[0] not in _STATES


def takes_up(asked: str, said: str) -> bool:
    """Whether an answer begins with the name of what the question is about."""
    return _asked_of(asked, said) is not None


def _asked_of(asked: str, said: str) -> list[str] | None:
    """The words of a question behind its subject, where an answer begins with that subject."""
    begin = POLAR.match(asked)
    rest, first = words(asked[begin.end() :] if begin else asked), worded(said)
    name = _name_of(first[0].words) if first else []
    if not begin or not rest or not name:
        return None
    if rest[0] in _PEOPLE:
        return rest[1:] if _is_person(name) else None
    stems = [stem(word) for word in rest[: _MOST_BEFORE + 1]]
    shared = [n for n, one in enumerate(stems) if one == stem(name[-1])]
    is_known = rest[0] in DETERMINERS - {"a", "an"} or rest[0] == name[0]
    return rest[shared[0] + 1 :] if shared and is_known else None


def _is_person(name: list[str]) -> bool:
    return any("person" in m.kinds for m in read_mentions(" ".join(["the", *name])))


def _name_of(said: tuple[str, ...]) -> list[str]:
    """The noun, with its adjectives, that a sentence begins with: "the old man"."""
    if said[0] not in ("the", "this", "these", "his", "her", "their"):
        return []
    name: list[str] = []
    for word in said[1 : _MOST_BEFORE + 2]:
        if word in AUXILIARIES | PREPOSITIONS or not word[0].isalpha():
            break
        if name and read_mentions(f"the {' '.join(name)}") and not read_mentions(f"the {word}"):
            break
        name.append(word)
    return name


def _families(said: Iterable[str]) -> set[str]:
    found = {found[0] for word in said if (found := trait(word))}
    return found | _OF_DOING if found & _OF_DOING else found


def _is_under_way(said: list[str]) -> bool:
    """Whether something is told, or asked, to be doing something."""
    text = " ".join(said)
    found = re.search(r"\b(?:is|are|was|were)\b(?: \w+){0,4}? (\w{2,}ing)\b", text)
    return found is not None and found[1] not in _APPEARANCE
