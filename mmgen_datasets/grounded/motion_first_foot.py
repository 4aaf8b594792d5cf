"""With which foot a person steps first."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft
from mmgen_datasets.grounded.moving import draft
from mmgen_datasets.grounded.scene import Scene

_QUESTIONS = (
    "Which foot does the person move first?",
    "With which foot does the person take the first step?",
    "Left or right: which foot leaves its place first?",
    "Does the person start with the left foot or with the right one?",
)
_ANSWERS = (
    "The {side} foot moves first.",
    "The person starts with the {side} foot.",
    "It is the {side} foot.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Tell the side, where one foot stands while the other begins."""
    side = scene.moves["first_foot"] if scene.moves else None
    if side is not None:
        yield draft(rng, _QUESTIONS, _ANSWERS, "foot", side=side)
