"""Which way a person goes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft
from mmgen_datasets.grounded.moving import draft
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.motion.wording import direction

_QUESTIONS = (
    "Seen from how the person faces at the start, where do they end up?",
    "In which direction does the person get away from where they start?",
    "The person faces forward at first. Where are they in the end?",
    "Relative to the first pose, where is the person at the end of the motion?",
)
_ANSWERS = (
    "The person ends {where} of where they started.",
    "In the end they are {where} of the place where they began.",
    "They end up {where}, seen from the start.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Tell one of eight directions, where one is clear."""
    bearing = scene.moves["bearing"] if scene.moves else None
    where = direction(bearing) if bearing is not None else None
    if where is not None:
        yield draft(rng, _QUESTIONS, _ANSWERS, "bearing", where=where)
