"""How often both feet leave the ground."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft
from mmgen_datasets.grounded.moving import draft
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.motion.wording import times

_QUESTIONS = (
    "How often do both feet leave the ground at the same time?",
    "How many times is the person in the air with both feet?",
    "Are both feet ever off the ground together, and how often?",
    "Count how often the person has no foot on the ground.",
)
_ANSWERS = (
    "Both feet leave the ground {often}.",
    "That happens {often}.",
    "The person is in the air with both feet {often}.",
)
_NEVER = (
    "Never: one foot is always near the ground.",
    "Not once, as the person always keeps a foot near the ground.",
    "That never happens in this motion.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Tell the number."""
    if scene.moves:
        number = scene.moves["jumps"]
        yield draft(rng, _QUESTIONS, _ANSWERS if number else _NEVER, "jump", often=times(number))
