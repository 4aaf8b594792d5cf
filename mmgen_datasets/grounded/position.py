"""Where in the picture a thing is."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import APART, Box, halves
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Where in the picture is the {one}?",
    "In which part of the image is the {one}?",
    "Whereabouts in this picture can the {one} be seen?",
    "Which part of the picture is the {one} in?",
    "Can you tell me where the {one} is in the image?",
)
_ANSWERS = (
    "The {one} is {place}.",
    "{It} is {place}.",
    "You can see the {one} {place}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask for a place that is plain: within a half or a quarter, or about the centre."""
    for category in shuffled(rng, scene.placed):
        place = _place(scene.placed[category].box)
        if place is None:
            continue
        name = noun(category)
        yield Draft(
            say(rng, _QUESTIONS, one=name.one),
            say(rng, _ANSWERS, one=name.one, It=name.it.capitalize(), place=place),
            asks=facts("place", category),
            tells=naming(category),
        )


def _place(box: Box) -> str | None:
    column, row = halves(box)
    if column and row:
        return f"in the {row} {column} part of the picture"
    if column or row:
        return f"in the {column or row} half of the picture"
    is_central = max(abs(box.x - 0.5), abs(box.y - 0.5)) < APART
    is_small = max(box.x_max - box.x_min, box.y_max - box.y_min) < 0.5
    return "near the centre of the picture" if is_central and is_small else None
