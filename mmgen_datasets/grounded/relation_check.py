"""Whether a thing is on the side of another that is named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import Box, above, left_of
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Is the {a} {claim} the {b} in the picture?",
    "In this image, is the {a} {claim} the {b}?",
    "Is it true that the {a} is {claim} the {b} in the picture?",
    "Looking at the image, would you say that the {a} is {claim} the {b}?",
)
_YES = (
    "Yes, the {a} is {truth} the {b}.",
    "Yes, in the picture the {a} is {truth} the {b}.",
)
_NO = (
    "No, the {a} is {truth} the {b}.",
    "No, in the picture the {a} is {truth} the {b}.",
)
_OPPOSITES = {
    "to the left of": "to the right of",
    "to the right of": "to the left of",
    "higher up than": "lower down than",
    "lower down than": "higher up than",
}


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name the side that a thing is on or the opposite, as often the one as the other."""
    for a, b in permutations(shuffled(rng, scene.placed), 2):
        truths = _truths(scene.placed[a].box, scene.placed[b].box)
        if not truths:
            continue
        truth = rng.choice(truths)
        is_right = rng.random() < 0.5
        words = {"a": noun(a).one, "b": noun(b).one}
        yield Draft(
            say(rng, _QUESTIONS, claim=truth if is_right else _OPPOSITES[truth], **words),
            say(rng, _YES if is_right else _NO, truth=truth, **words),
            asks=facts("place", a, b),
            tells=naming(a, b),
        )


def _truths(a: Box, b: Box) -> list[str]:
    tests = {
        "to the left of": left_of(a, b),
        "to the right of": left_of(b, a),
        "higher up than": above(a, b),
        "lower down than": above(b, a),
    }
    return [words for words, holds in tests.items() if holds]
