"""Of which of two categories there are more."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import counted, noun

AHEAD = 2
"""How many more there must be; one more could be a slip of the annotators."""

_QUESTIONS = (
    "Are there more {a} or more {b} in the picture?",
    "Does the image show more {a} or more {b}?",
    "Which are there more of in this picture, {a} or {b}?",
    "Which does the image show more of, {a} or {b}?",
)
_ANSWERS = (
    "There are more {most} than {fewest} in the picture.",
    "The picture shows more {most}: {number}, compared with {fewer}.",
    "There are more {most}, {number} against {fewer}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Compare two numbers that are clearly apart."""
    for a, b in combinations(shuffled(rng, scene.numbers), 2):
        fewer, most = sorted((a, b), key=scene.numbers.__getitem__)
        if scene.numbers[most] - scene.numbers[fewer] < AHEAD:
            continue
        yield Draft(
            say(rng, _QUESTIONS, a=noun(a).many, b=noun(b).many),
            say(
                rng,
                _ANSWERS,
                most=noun(most).many,
                fewest=noun(fewer).many,
                number=counted(most, scene.numbers[most]),
                fewer=counted(fewer, scene.numbers[fewer]),
            ),
            asks=facts("number", a, b),
            tells=facts("there", a, b),
        )
