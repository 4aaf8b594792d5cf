"""Whether a thing is in one half of the picture that is named."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import halves
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Is the {one} in the {side} half of the picture?",
    "Can the {one} be seen in the {side} half of the image?",
    "Is it true that the {one} is in the {side} half of this picture?",
    "Would I find the {one} in the {side} half of the image?",
)
_YES = (
    "Yes, the {one} is in the {truth} half of the picture.",
    "Yes, {it} is in the {truth} half.",
)
_NO = (
    "No, the {one} is in the {truth} half of the picture.",
    "No, {it} is in the {truth} half.",
)
_OTHER = {"left": "right", "right": "left", "upper": "lower", "lower": "upper"}


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name the half that a thing lies in or the other, as often the one as the other."""
    for category in shuffled(rng, scene.placed):
        sides = [side for side in halves(scene.placed[category].box) if side]
        if not sides:
            continue
        truth = rng.choice(sides)
        is_right = rng.random() < 0.5
        name = noun(category)
        yield Draft(
            say(rng, _QUESTIONS, one=name.one, side=truth if is_right else _OTHER[truth]),
            say(rng, _YES if is_right else _NO, one=name.one, it=name.it, truth=truth),
            asks=facts("place", category),
            tells=naming(category),
        )
