"""Which of three things takes up the most, or the least, of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, listing, naming, say, shuffled
from mmgen_datasets.grounded.geometry import takes_more
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Which takes up the {most} space in the picture: {options}?",
    "What covers the {most} of the image, {options}?",
    "Among {all}, which fills the {most} of this picture?",
    "Looking at the image, which takes up the {most} of it: {options}?",
)
_ANSWERS = (
    "The {winner} takes up the {most} of the picture.",
    "Of the three, the {winner} covers the {most} of the picture.",
    "It is the {winner} that takes up the {most} space.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name three things of which one is clearly the largest, or the smallest."""
    for trio in combinations(shuffled(rng, scene.single), 3):
        verdicts = [*_verdicts(scene, trio)]
        if not verdicts:
            continue
        most, winner = rng.choice(verdicts)
        options = listing([f"the {noun(category).one}" for category in trio])
        yield Draft(
            say(rng, _QUESTIONS, most=most, **options),
            say(rng, _ANSWERS, most=most, winner=noun(winner).one),
            asks=facts("size", *trio),
            tells=naming(*trio),
        )


def _verdicts(scene: Scene, trio: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    for category in trio:
        thing = scene.single[category]
        others = [scene.single[other] for other in trio if other != category]
        if all(takes_more(thing, other) for other in others):
            yield "most", category
        if all(takes_more(other, thing) for other in others):
            yield "least", category
