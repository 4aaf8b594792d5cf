"""Questions that take for granted something that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say
from mmgen_datasets.grounded.scene import Scene, negatives
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Where in the picture {be} the {one}?",
    "What can be seen next to the {one} in this image?",
    "Which side of the picture {be} the {one} on?",
    "What can you tell me about the {one} in this picture?",
    "Can you point out the {one} in the image?",
)
_ANSWERS = (
    "There {be} no {one} in the picture.",
    "I cannot see {any} in this image.",
    "The picture does not show {any}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask about what is absent from a picture that shows something else."""
    if not scene.seen:
        return
    for category in negatives(scene, rng):
        name = noun(category)._asdict()
        yield Draft(
            say(rng, _QUESTIONS, **name),
            say(rng, _ANSWERS, **name),
            asks=facts("there", category),
            tells=frozenset(),
        )
