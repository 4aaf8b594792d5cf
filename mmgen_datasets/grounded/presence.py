"""Whether there is one of a category."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene, negatives
from mmgen_datasets.nouns import noun

_SHARE_OF_YES = 0.6
"""Of the questions offered; of those kept it is half, as what is there has often been told."""

_QUESTIONS = (
    "{Be} there {any} in the picture?",
    "Can you see {any} in this image?",
    "Does the picture show {any}?",
    "{Be} there {any} to be seen in the image?",
    "{Be} there {any} anywhere in this picture?",
)
_ONE = ("Yes, there {be} {a} in the picture.", "Yes, the picture shows {a}.")
_SEVERAL = ("Yes, there are {many} in the picture.", "Yes, the picture shows {many}.")
_SOME = ("Yes, there is at least one in the picture.", "Yes, the picture shows at least one.")
_NONE = (
    "No, there {be} no {one} in the picture.",
    "No, the picture does not show {any}.",
    "No, I cannot see {any} in the image.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask for what is there or for what is not, as often the one as the other.

    Nothing is asked where every answer would be the same.
    """
    if not scene.seen or not scene.absent:
        return
    if rng.random() < _SHARE_OF_YES:
        for category in shuffled(rng, scene.seen):
            yield _draft(rng, category, _yes(scene, category))
    else:
        for category in negatives(scene, rng):
            yield _draft(rng, category, _NONE)


def _yes(scene: Scene, category: str) -> tuple[str, ...]:
    if noun(category).has_no_number or category in scene.single:
        return _ONE
    return _SEVERAL if scene.seen[category] > 1 else _SOME


def _draft(rng: Random, category: str, answers: tuple[str, ...]) -> Draft:
    name = noun(category)._asdict()
    be = noun(category).be
    return Draft(
        say(rng, _QUESTIONS, Be=be.capitalize(), **name),
        say(rng, answers, **name),
        asks=facts("there", category),
        tells=facts("number", category) if answers is _ONE else frozenset(),
    )
