"""How far a person goes."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft
from mmgen_datasets.grounded.moving import draft
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.motion.wording import distance

_QUESTIONS = (
    "How far does the person move over the ground?",
    "What distance does the person cover?",
    "How long is the way that the person takes?",
    "Does the person stay on the spot, and if not, how far do they go?",
)
_FAR = (
    "The person covers {way}.",
    "They go {way} over the ground.",
    "The way is {way} long.",
)
_NOT = (
    "The person stays on the spot.",
    "They hardly move from the spot.",
    "The person does not leave the spot.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Tell the way to half a metre."""
    way = distance(scene.moves["path"]) if scene.moves else None
    if way is not None:
        answers = _NOT if way == "hardly at all" else _FAR
        yield draft(rng, _QUESTIONS, answers, "way", way=way)
