"""Which of two is there, where it may be neither: annotators denied one of them, or both."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Is there {x} or {y} in the picture?",
    "Can you see {x} or {y} in this image?",
    "Does the picture show {x} or {y}, or neither?",
    "Which of the two does the image show, {x} or {y}, if any?",
)
_NEITHER = (
    "Neither: the picture shows no {a} and no {b}.",
    "There is neither {an_a} nor {an_b} in the picture.",
    "I can see neither of the two in the image.",
)
_ONE = (
    "The picture shows {shown}, but no {gone}.",
    "There is {shown} in the picture, but no {gone}.",
    "I can see {shown} in the image, but no {gone}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Offer two that are not there, or one beside the only one of its kind that is."""
    gone = [c for c in shuffled(rng, scene.denied) if noun(c).be == "is"]
    if rng.random() < 0.5:
        for a, b in pairwise(gone):
            words = {"a": noun(a).one, "b": noun(b).one, "an_a": noun(a).a, "an_b": noun(b).a}
            yield _draft(rng, (a, b), say(rng, _NEITHER, **words))
    else:
        for shown, other in product(shuffled(rng, scene.single), gone):
            words = {"shown": noun(shown).a, "gone": noun(other).one}
            yield _draft(rng, (shown, other), say(rng, _ONE, **words))


def _draft(rng: Random, options: tuple[str, str], answer: str) -> Draft:
    x, y = (noun(option).a for option in shuffled(rng, options))
    question = say(rng, _QUESTIONS, x=x, y=y)
    return Draft(question, answer, asks=facts("there", *options), tells=frozenset())
