"""Which of two things is closer to a third in the picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import permutations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import Box, centre_distance, gap
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

FARTHER = 1.5
"""How many times as far the other thing must be, centre to centre and edge to edge."""
_CLEARLY = 0.1
"""How much farther, in heights of the picture."""

_QUESTIONS = (
    "Which is closer to the {anchor} in the picture, the {a} or the {b}?",
    "In this image, is the {a} or the {b} closer to the {anchor}?",
    "Of the {a} and the {b}, which is nearer to the {anchor} in the picture?",
    "Looking at the image, what is nearer to the {anchor}, the {a} or the {b}?",
)
_ANSWERS = (
    "In the picture, the {near} is closer to the {anchor} than the {far} is.",
    "The {near} is closer to the {anchor}.",
    "The {near} is nearer to the {anchor} than the {far}.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Compare two distances within the picture; depth does not count."""
    if scene.aspect is None:
        return
    for anchor, near, far in permutations(shuffled(rng, scene.single), 3):
        boxes = (scene.single[c].box for c in (anchor, near, far))
        if not _is_nearer(*boxes, aspect=scene.aspect):
            continue
        a, b = shuffled(rng, (near, far))
        words = {"anchor": noun(anchor).one, "near": noun(near).one, "far": noun(far).one}
        yield Draft(
            say(rng, _QUESTIONS, anchor=words["anchor"], a=noun(a).one, b=noun(b).one),
            say(rng, _ANSWERS, **words),
            asks=facts("near", anchor, near, far),
            tells=naming(anchor, near, far),
        )


def _is_nearer(anchor: Box, near: Box, far: Box, *, aspect: float) -> bool:
    return all(
        distance(anchor, near, aspect) * FARTHER < distance(anchor, far, aspect)
        and distance(anchor, near, aspect) + _CLEARLY < distance(anchor, far, aspect)
        for distance in (centre_distance, gap)
    )
