"""Whether a number that is named is the right one."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import counted, verb

_QUESTIONS = (
    "{Be} there exactly {claim} in the picture?",
    "Does the picture show exactly {claim}?",
    "Would you say that there {be} exactly {claim} in this image?",
    "Is it true that the image shows exactly {claim}?",
    "I count {claim} in this picture. Is that right?",
)
_YES = (
    "Yes, there {be} exactly {truth} in the picture.",
    "Yes, the picture shows {truth}.",
    "Yes, that is right: there {be} {truth}.",
)
_NO = (
    "No, there {be} {truth} in the picture.",
    "No, the picture shows {truth}.",
    "No, that is not right: there {be} {truth}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name the right number or one next to it, as often the one as the other."""
    for category in shuffled(rng, scene.numbers):
        number = scene.numbers[category]
        is_right = rng.random() < 0.5
        claim = number if is_right else _wrong(rng, number)
        be, said = verb(claim), counted(category, claim)
        yield Draft(
            say(rng, _QUESTIONS, Be=be.capitalize(), be=be, claim=said),
            say(rng, _YES if is_right else _NO, be=verb(number), truth=counted(category, number)),
            asks=facts("number", category),
            tells=facts("there", category),
        )


def _wrong(rng: Random, number: int) -> int:
    """A number beside the right one; never 1, which "there are dogs" would have ruled out."""
    return rng.choice([near for near in (number - 1, number + 1) if near > 1])
