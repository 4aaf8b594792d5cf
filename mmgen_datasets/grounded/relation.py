"""On which side of another thing a thing is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import Box, above, left_of
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_BESIDE = (
    "Is the {a} to the left or to the right of the {b} in the picture?",
    "On which side of the {b} is the {a} in this image?",
    "Looking at the picture, which side of the {b} is the {a} on?",
    "Where is the {a} in the image, to the left or to the right of the {b}?",
)
_BESIDE_ANSWERS = (
    "The {a} is to the {side} of the {b}.",
    "In the picture, the {a} is to the {side} of the {b}.",
    "{It} is to the {side} of the {b}.",
)
_STACKED = (
    "Which is higher up in the picture, the {a} or the {b}?",
    "Which appears higher in the image, the {a} or the {b}?",
    "Of the {a} and the {b}, which is higher up in this picture?",
    "Is it the {a} or the {b} that is higher up in the image?",
)
_STACKED_ANSWERS = (
    "The {upper} is higher up in the picture than the {lower}.",
    "The {upper} is higher up than the {lower}.",
    "The {upper} is.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Compare two things that lie clearly beside or above one another."""
    for a, b in combinations(shuffled(rng, scene.placed), 2):
        box_a, box_b = scene.placed[a].box, scene.placed[b].box
        words = {"a": noun(a).one, "b": noun(b).one, "It": noun(a).it.capitalize()}
        exchanges = [*_beside(rng, box_a, box_b, words), *_stacked(rng, box_a, box_b, words)]
        if exchanges:
            question, answer = rng.choice(exchanges)
            yield Draft(question, answer, asks=facts("place", a, b), tells=naming(a, b))


def _beside(rng: Random, a: Box, b: Box, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    if left_of(a, b) or left_of(b, a):
        side = "left" if left_of(a, b) else "right"
        yield say(rng, _BESIDE, **words), say(rng, _BESIDE_ANSWERS, side=side, **words)


def _stacked(rng: Random, a: Box, b: Box, words: dict[str, str]) -> Iterator[tuple[str, str]]:
    if above(a, b) or above(b, a):
        pair = (words["a"], words["b"])
        upper, lower = pair if above(a, b) else pair[::-1]
        answer = say(rng, _STACKED_ANSWERS, upper=upper, lower=lower)
        yield say(rng, _STACKED, **words), answer
