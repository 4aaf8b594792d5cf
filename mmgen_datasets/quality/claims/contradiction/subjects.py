"""Whom or what a statement is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

from mmgen_datasets.hierarchy import broader
from mmgen_datasets.quality.reading.amounts import value
from mmgen_datasets.quality.reading.cues import (
    AUXILIARIES,
    CONJUNCTIONS,
    HARD_BREAKS,
    PREPOSITIONS,
)
from mmgen_datasets.quality.reading.lexicon import look_up
from mmgen_datasets.quality.reading.traits import trait

Words: TypeAlias = tuple[str, ...]

OWNERS = {"his": "he", "her": "she", "its": "it", "their": "they"}
"""Possessive to the pronoun of the owner."""
_NEW = frozenset({"a", "an"})
_EMPTY = PREPOSITIONS | AUXILIARIES | frozenset("the a an his her its same only very one".split())
_KNOWN = (
    frozenset("a an the this that these those both all every each none whose".split())
    | OWNERS.keys()
)
_PRONOUNS = frozenset("it they them both all he she".split())
_ALL = frozenset({"both", "all", "every", "each", "none"})
_SIDES = frozenset({"left", "right"})
_SEXES = {
    "he": frozenset("man boy gentleman groom father husband guy".split()),
    "she": frozenset("woman girl lady bride mother wife".split()),
}
_WEARING = frozenset({"wears", "wearing", "in", "has"})
_VERBS = AUXILIARIES - {"'s"}
_RELATIVES = (("which",), ("that",), ("who",))


class Subject(NamedTuple):
    """A thing that statements can be compared of."""

    noun: str
    """What it is called, in the singular where that is known."""
    owner: str | None = None
    """By which pronoun its owner is spoken of."""
    side: str | None = None
    """Left or right, where that tells which thing is meant."""
    is_all: bool = False
    """Whether all things of the name are meant."""
    marks: frozenset[str] = frozenset()
    """Other words that tell which is meant: "front" door, door of the "bus"."""
    is_new: bool = False
    """Whether it is spoken of for the first time: "a man"."""

    @property
    def is_person(self) -> bool:
        """Whether it is a person."""
        match = look_up((self.noun,), 0)
        return self.noun in _SEXES or (match is not None and "person" in match[1].kinds)

    @property
    def is_alive(self) -> bool:
        """Whether it is a person or an animal."""
        match = look_up((self.noun,), 0)
        kinds = match[1].kinds if match else frozenset()
        return (
            self.noun in _SEXES
            or "person" in kinds
            or any("animal" in broader(kind) for kind in kinds)
        )


def to_subject(part: Words, it: str | None, one: str | None) -> Subject | None:
    """Read "the red car on the left", "both of them", "his hair".

    Args:
        part: the words of a noun phrase, perhaps after others.
        it: what pronouns stand for.
        one: what "the one on the left" is one of.
    """
    sides = _SIDES.intersection(part)
    side = next(iter(sides)) if len(sides) == 1 else None
    begin = next((n for n, w in enumerate(part) if w in _KNOWN | _PRONOUNS), None)
    if begin is None:
        return None
    is_all, rest = part[begin] in _ALL, part[begin + 1 :]
    if part[begin] in _SEXES:
        return Subject(part[begin]) if len(part) == begin + 1 else None
    if is_all:
        rest = _without_number(rest)
        if rest[:1] == ("of",) and rest[1:2] != ("them",):
            rest = rest[1:]
        if rest and rest[0] in OWNERS.keys() | {"the", "these", "those"}:
            owner = OWNERS.get(rest[0])
            named = phrase_head(rest[1:])
            return Subject(singular(named), owner, side, is_all=True) if named else None
    if part[begin] in _PRONOUNS - _ALL or not rest or rest[:2] == ("of", "them"):
        return Subject(it, None, side, is_all) if it else None
    if "'s" in rest:
        at = rest.index("'s")
        owner, owned = phrase_head(rest[:at]), phrase_head(rest[at + 1 :])
        return Subject(singular(owned), _pronoun(owner), side) if owner and owned else None
    head = phrase_head(rest)
    if head == "one":
        return Subject(one, None, side) if one and side else None
    if head is None or head in _SIDES:
        return None
    marks = _marks(rest, head)
    return Subject(
        singular(head), OWNERS.get(part[begin]), side, is_all, marks, part[begin] in _NEW
    )


def _marks(phrase: Words, head: str) -> frozenset[str]:
    at = phrase.index(head)
    words = [*(w for w in phrase[:at] if not trait(w)), *phrase[at + 1 :]]
    return frozenset(w for w in words if w.isalpha()) - _EMPTY - _SIDES


def _without_number(words: Words) -> Words:
    return words[1:] if words and value(words[0]) else words


def is_of_sex(noun: str, pronoun: str) -> bool:
    """Whether one speaks of somebody of that name by a pronoun."""
    return noun in _SEXES[pronoun]


def speaks_of(pronoun: str, noun: str) -> bool:
    """Whether a pronoun may be of somebody of that name: "he" of a farmer, not of a woman."""
    other = "she" if pronoun == "he" else "he"
    return noun not in _SEXES[other]


def wearer(words: Words) -> str | None:
    """By which pronoun one speaks of who wears what follows: "a man in a", "she wears a"."""
    at = len(words) - 1
    if at < 1 or words[at] not in _WEARING:
        return None
    at -= 2 if words[at] == "wearing" and words[at - 1] in ("is", ",") else 1
    if at < 0:
        return None
    if words[at] in _SEXES:
        return words[at]
    return next((he for he, names in _SEXES.items() if words[at] in names), None)


def _pronoun(owner: str) -> str:
    """By which pronoun one speaks of an owner: "she" of "woman"."""
    return next((he for he, names in _SEXES.items() if owner in names), "it")


def subjects_before(words: Words, verb: int, it: str | None, one: str | None) -> Iterator[Subject]:
    """The subjects of a verb: "his wetsuit and his hair are"."""
    first = verb
    while first and words[first - 1] not in HARD_BREAKS | CONJUNCTIONS - {"and", "that"} | {","}:
        first -= 1
    part = words[first:verb]
    if part in _RELATIVES:
        end = first - 1 if words[first - 1 : first] == (",",) else first
        first = end
        while first and words[first - 1] not in HARD_BREAKS | {",", "do", "does"}:
            first -= 1
        part = words[first:end]
    pieces = _split(part)
    if any(not _VERBS.isdisjoint(piece) for piece in pieces):
        pieces = pieces[-1:]  # what stands before has a verb of its own
    for piece in pieces:
        subject = to_subject(piece, it, one)
        if subject and _VERBS.isdisjoint(piece):
            yield subject


def _split(part: Words) -> list[Words]:
    if "and" not in part:
        return [part]
    at = part.index("and")
    return [part[:at], *_split(part[at + 1 :])]


def phrase_head(words: Words) -> str | None:
    """The noun that a phrase, without its determiner, is about."""
    head = None
    for n, word in enumerate(words):
        if not word[0].isalpha() or word in PREPOSITIONS | AUXILIARIES | CONJUNCTIONS:
            break
        if n and word.endswith("s") and not look_up(words, n):
            break  # a verb, as far as one can tell: "its paint shines"
        match = look_up(words, n)
        head = words[n + match[0] - 1] if match else word
        if match and not (n + 1 < len(words) and look_up(words, n + 1)):
            break
    return head


def singular(word: str) -> str:
    """One form for both numbers, so that they can be compared.

    Example:
        >>> singular("horses"), singular("wetsuits"), singular("glass")
        ('horse', 'wetsuit', 'glass')
    """
    if match := look_up((word,), 0):
        return match[1].name
    return word.removesuffix("s") if len(word) > 3 and not word.endswith("ss") else word
