"""Which one of three categories is there."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, listing, say, shuffled
from mmgen_datasets.grounded.scene import Scene, negatives
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Which of these is in the picture: {options}?",
    "What does this picture show: {options}?",
    "One of these can be seen in the image: {options}. Which one?",
    "Which can you see in this picture, {options}?",
    "Is it {options} that the image shows?",
)
_ANSWERS = (
    "The picture shows {shown}.",
    "Of these, only {shown} can be seen in the picture.",
    "It shows {shown}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Hide what is there between two that are not."""
    for category in shuffled(rng, scene.seen):
        wrong = negatives(scene, rng)[:2]
        if len(wrong) < 2:
            return
        options = shuffled(rng, [category, *wrong])
        name = noun(category)
        is_several = scene.seen[category] > 1 and not name.has_no_number
        yield Draft(
            say(rng, _QUESTIONS, **listing([noun(option).a for option in options])),
            say(rng, _ANSWERS, shown=name.many if is_several else name.a),
            asks=facts("there", *options),
            tells=frozenset(),
        )
