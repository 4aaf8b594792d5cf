"""How many there are of a category."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import counted, noun, verb

_QUESTIONS = (
    "How many {many} are there in the picture?",
    "How many {many} can you see in this image?",
    "How many {many} does the picture show?",
    "Can you tell me how many {many} are in the image?",
    "Please count the {many} in this picture.",
)
_ANSWERS = (
    "There {be} {number} in the picture.",
    "The picture shows {number}.",
    "I can see {number} in the image.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask for a number that is certain."""
    for category in shuffled(rng, scene.numbers):
        number = scene.numbers[category]
        yield Draft(
            say(rng, _QUESTIONS, many=noun(category).many),
            say(rng, _ANSWERS, be=verb(number), number=counted(category, number)),
            asks=facts("number", category),
            tells=facts("there", category),
        )
