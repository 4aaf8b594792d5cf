"""How much a person turns, and to which side."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft
from mmgen_datasets.grounded.moving import draft
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.motion.wording import turn

_QUESTIONS = (
    "How much does the person turn in all, and to which side?",
    "Comparing the first facing with the last, how far has the person turned?",
    "Does the person turn, and if so, which way and how far altogether?",
    "Adding up all turns, by how many degrees and to which side does the person turn?",
)
_FAR = (
    "The person turns {far} in all.",
    "Altogether they turn {far}.",
    "By the end they have turned {far}.",
)
_NOT = (
    "In the end the person faces almost the same way as at the start.",
    "By the end they face much as they did at first.",
    "Taken together, their turns come to almost nothing.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Tell the turn to 45 degrees."""
    far = turn(scene.moves["turned"]) if scene.moves else None
    if far is not None:
        yield draft(rng, _QUESTIONS, _NOT if far == "hardly at all" else _FAR, "turn", far=far)
