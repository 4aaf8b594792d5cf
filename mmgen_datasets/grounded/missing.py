"""Which one of three categories is not there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, listing, say, shuffled
from mmgen_datasets.grounded.scene import Scene, negatives
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Which of these is not in the picture: {options}?",
    "What is missing from the image: {options}?",
    "Two of these can be seen in the picture: {all}. Which one cannot?",
    "Which can you not see in this image, {options}?",
    "The picture shows two of the following: {all}. What does it not show?",
)
_ANSWERS = (
    "There {be} no {one} in the picture.",
    "The picture does not show {any}.",
    "I can see the others, but there {be} no {one} in the image.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Hide what is not there between two that are."""
    for pair in combinations(shuffled(rng, scene.seen), 2):
        for category in negatives(scene, rng)[:1]:
            options = shuffled(rng, [category, *pair])
            yield Draft(
                say(rng, _QUESTIONS, **listing([noun(option).a for option in options])),
                say(rng, _ANSWERS, **noun(category)._asdict()),
                asks=facts("there", *options),
                tells=frozenset(),
            )
