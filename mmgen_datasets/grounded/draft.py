"""An exchange on offer, and what keeps two of them out of one conversation."""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import NamedTuple, TypeAlias, TypeVar

T = TypeVar("T")

Fact: TypeAlias = tuple[str, str]
"""An aspect of a category: ``("number", "dog")``; the aspects are

=========== ==========================================
there       whether there is one in the picture at all
number      how many there are
place       where it is, by itself or beside others
size        how much of the picture it takes up
near        what it is close to
visible     whether it is hidden or cut off
real        whether it is a depiction
inside      whether it is seen from within
bond        what it does to others, and others to it
state       what it is made of, or is doing
time        how long a motion lasts
way         how far somebody goes, and
bearing     in which direction
turn        how much somebody turns
foot        which foot steps first
jump        how often both feet are off the ground
=========== ==========================================
"""


class Draft(NamedTuple):
    """A question with its answer and the facts that it is about."""

    question: str
    answer: str
    asks: frozenset[Fact]
    """What the answer settles."""
    tells: frozenset[Fact]
    """What the question or the answer gives away besides."""


def spoils(earlier: Draft, later: Draft) -> bool:
    """Whether a draft, said first, repeats the other's question or gives its answer away.

    "Where is the dog?" spoils "Is there a dog?"; the other way round they follow on.
    """
    return not later.asks.isdisjoint(earlier.asks | earlier.tells)


def is_alike(a: Draft, b: Draft) -> bool:
    """Whether two drafts ask about the same aspect, if of other things."""
    return not {aspect for aspect, _ in a.asks}.isdisjoint(aspect for aspect, _ in b.asks)


def facts(aspect: str, *categories: str) -> frozenset[Fact]:
    """The same aspect of several categories."""
    return frozenset((aspect, category) for category in categories)


def naming(*categories: str) -> frozenset[Fact]:
    """What "the dog" gives away: that there is one, and only one."""
    return facts("there", *categories) | facts("number", *categories)


def say(rng: Random, templates: tuple[str, ...], **words: str) -> str:
    """Fill in one of several phrasings and give it its capital."""
    text = rng.choice(templates).format_map(words)
    return text[0].upper() + text[1:]


def shuffled(rng: Random, items: Iterable[T]) -> list[T]:
    """The items in an order of chance."""
    return sorted(items, key=lambda _: rng.random())


def listing(names: list[str]) -> dict[str, str]:
    """Join names for a template, as alternatives and as a whole.

    Example:
        >>> listing(["a dog", "a cat", "a cow"])
        {'options': 'a dog, a cat or a cow', 'all': 'a dog, a cat and a cow'}
    """
    start = ", ".join(names[:-1])
    return {"options": f"{start} or {names[-1]}", "all": f"{start} and {names[-1]}"}
