"""Whether there is one of a kind or a group, where annotators said which."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Is there a single {one} in the picture, or a group of {many}?",
    "Does the image show one {one} or a whole group?",
    "Can you see only one {one} in this picture, or a group of them?",
    "Which does the picture show, a group of {many} or a single {one}?",
)
_ONE = ("There is a single {one} in the picture.", "The picture shows only one {one}.")
_GROUP = ("There is a group of {many} in the picture.", "The picture shows a group of {many}.")
_SHARE_OF_ONE = 0.3
"""Of what is there once, that to ask about: most is."""


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask for a marked group, or for one that annotators marked as none."""
    ones = [c for c in scene.single if scene.alone[c]["is_group_of"] is False]
    ones = [c for c in ones if rng.random() < _SHARE_OF_ONE]
    for category in shuffled(rng, [*scene.groups, *ones]):
        name = noun(category)
        if name.is_counted:
            answers = _GROUP if category in scene.groups else _ONE
            words = {"one": name.one, "many": name.many}
            yield Draft(
                say(rng, _QUESTIONS, **words),
                say(rng, answers, **words),
                asks=facts("number", category),
                tells=facts("there", category),
            )
