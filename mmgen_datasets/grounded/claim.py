"""Whether what is claimed to be there is there, as annotators found for this very picture."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene, negatives
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "True or false: there {be} {a} in the picture.",
    "Somebody says that the picture shows {a}. Is that true or false?",
    "I believe that there {be} {a} in this image. True or false?",
    "Is it true or false that the image shows {a}?",
)
_TRUE = ("True: the picture shows {a}.", "True, I can see {a} in the image.")
_FALSE = (
    "False: there {be} no {one} in the picture.",
    "False: the picture does not show {any}.",
    "False, I cannot see {any} in the image.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Claim that there is what annotators denied, or, as often, what is there alone."""
    if not scene.denied or not scene.single:
        return
    if rng.random() < 0.5:
        for category in shuffled(rng, scene.single):
            tells = facts("number", category)
            yield Draft(*_exchange(rng, category, _TRUE), facts("there", category), tells)
    else:
        for category in negatives(scene, rng):
            if category in scene.denied:
                exchange = _exchange(rng, category, _FALSE)
                yield Draft(*exchange, facts("there", category), frozenset())


def _exchange(rng: Random, category: str, answers: tuple[str, ...]) -> tuple[str, str]:
    words = noun(category)._asdict()
    return say(rng, _QUESTIONS, **words), say(rng, answers, **words)
