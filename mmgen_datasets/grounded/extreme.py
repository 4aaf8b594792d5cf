"""Which of three things lies furthest to one side of the picture."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, listing, naming, say, shuffled
from mmgen_datasets.grounded.geometry import APART, Box
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Which is {furthest} in the picture: {options}?",
    "Among {all}, which is {furthest} in the image?",
    "Looking at this picture, which is {furthest}: {options}?",
    "What do you see {furthest} in the image, {options}?",
)
_ANSWERS = (
    "The {winner} is {furthest}.",
    "Of the three, the {winner} is {furthest} in the picture.",
    "It is the {winner} that is {furthest}.",
)
_SIDES: dict[str, Callable[[Box], tuple[float, float]]] = {
    "furthest to the left": lambda box: (box.x_min, box.x_max),
    "furthest to the right": lambda box: (-box.x_max, -box.x_min),
    "highest up": lambda box: (box.y_min, box.y_max),
    "lowest down": lambda box: (-box.y_max, -box.y_min),
}
"""The near and the far edge of a box as seen from that side; less is further out."""


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name three things of which one is clearly the outermost."""
    for trio in combinations(shuffled(rng, scene.placed), 3):
        boxes = {category: scene.placed[category].box for category in trio}
        winners = [*_winners(boxes)]
        if not winners:
            continue
        furthest, winner = rng.choice(winners)
        options = listing([f"the {noun(category).one}" for category in trio])
        yield Draft(
            say(rng, _QUESTIONS, furthest=furthest, **options),
            say(rng, _ANSWERS, furthest=furthest, winner=noun(winner).one),
            asks=facts("place", *trio),
            tells=naming(*trio),
        )


def _winners(boxes: dict[str, Box]) -> Iterator[tuple[str, str]]:
    for furthest, edges in _SIDES.items():
        first, *others = sorted(boxes, key=lambda category: edges(boxes[category]))
        if all(_is_further(edges(boxes[first]), edges(boxes[other])) for other in others):
            yield furthest, first


def _is_further(a: tuple[float, float], b: tuple[float, float]) -> bool:
    """Whether centre and near edge are ahead by a margin, and the far edge at all."""
    return sum(b) - sum(a) > 2 * APART and b[0] - a[0] > APART / 2 and a[1] < b[1]
