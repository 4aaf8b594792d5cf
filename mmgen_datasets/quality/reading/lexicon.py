"""Names of things, as they stand in running text."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import NamedTuple, TypeAlias

from mmgen_datasets.hierarchy import classes
from mmgen_datasets.nouns import noun, plural
from mmgen_datasets.quality.reading.other_senses import PHRASES
from mmgen_datasets.quality.reading.synonyms import MORE_SYNONYMS, NAMESAKES, SYNONYMS
from mmgen_datasets.vocabulary import COCO

_UNNAMED = frozenset(
    "human body, human eye, skull, human mouth, human ear, human nose, human hair, human head, "
    "human face, human arm, human hand, human foot, human leg, human beard, table, mouse, bat, "
    "tick, organ, scale, nail, ruler, drink, snack, box, tool, container, tap, horn, mixer, "
    "drawer, shower, squash, cream, chime, tank, cart, kitchen & dining room table, skateboard "
    "park, adhesive tape, equipment, toy, drill, grinder, seal, crutch, bow and arrow, torch, "
    "maple, jaguar, common fig, marine mammal, carnivore, invertebrate, tart, bomb, heater, "
    "turkey, chicken, football, goose, ring binder, rays and skates, winter melon, remote, "
    "crane, orange juice, candy bar, camera, crown,  watch, bust, personal care, hiking "
    "equipment".split(", ")
)
"""Classes whose names mean too much else, or are parts that animals have as well."""


class Sense(NamedTuple):
    """What a name may mean."""

    kinds: frozenset[str]
    """Categories and classes, lower case, any of which may be meant; none where the words have
    another sense."""
    name: str
    """The name itself, in the singular."""
    is_plural: bool


Lexicon: TypeAlias = Mapping[str, Sequence[tuple[tuple[str, ...], Sense]]]
"""By the first word, all words of each name, longer ones first."""


@cache
def lexicon() -> Lexicon:
    """All names that are known; it takes a moment to put together, once."""
    senses: dict[tuple[str, ...], Sense] = {}
    for name, kinds in _kinds().items():
        for form, is_plural in ((name, False), (_many(name), True)):
            senses.setdefault(_words(form), Sense(frozenset(kinds), name, is_plural))
    for phrase in PHRASES.split(", "):
        for form in (phrase, f"{phrase}s"):
            senses[_words(form)] = Sense(frozenset(), phrase, False)
    by_first: dict[str, list[tuple[tuple[str, ...], Sense]]] = {}
    for words, sense in sorted(senses.items(), key=lambda item: -len(item[0])):
        by_first.setdefault(words[0], []).append((words, sense))
    return by_first


def look_up(words: Sequence[str], at: int) -> tuple[int, Sense] | None:
    """The longest name that begins at a word.

    Returns:
        The number of its words, and what it may mean.

    Example:
        >>> number, sense = look_up(("two", "hot", "dogs"), 1)
        >>> number, sorted(sense.kinds), sense.is_plural
        (2, ['hot dog'], True)
    """
    for name, sense in lexicon().get(words[at], ()):
        if tuple(words[at : at + len(name)]) == name:
            return len(name), sense
    return None


@cache
def kinds_of(name: str) -> frozenset[str]:
    """What the name of an annotation may mean, in the words of either vocabulary.

    Example:
        >>> sorted(kinds_of("mobile phone"))
        ['cell phone', 'mobile phone']
    """
    return frozenset(_kinds().get(name, {name})) | {name}


@cache
def _kinds() -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name in classes() - _UNNAMED:
        found.setdefault(name, set()).add(name)
    for category in (category.name for category in COCO):
        for name in _listed(category, SYNONYMS[category]):
            found.setdefault(name, set()).add(category)
    for kind, names in MORE_SYNONYMS.items():
        for name in _listed(kind, names):
            found.setdefault(name, set()).add(kind)
    namesakes = {**NAMESAKES, **{kind: category for category, kind in NAMESAKES.items()}}
    for kinds in found.values():
        kinds |= {namesakes[kind] for kind in kinds & namesakes.keys()}
    return found


def _listed(name: str, others: str) -> Iterable[str]:
    return [name, *(other for other in others.split(", ") if other)]


@cache
def _many(name: str) -> str:
    before, of, after = name.partition(" of ")
    first, space, last = before.rpartition(" ")
    return f"{first}{space}{_many_of(last)}{of}{after}"


@cache
def _many_of(word: str) -> str:
    return word if noun(word).has_no_number else plural(word)


def _words(name: str) -> tuple[str, ...]:
    return tuple(name.replace("'s", " 's").replace("s'", "s").split())
