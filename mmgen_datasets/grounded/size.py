"""Which of two things takes up more of the picture."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import takes_more
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Which takes up more of the picture, the {a} or the {b}?",
    "Which covers more of the image, the {a} or the {b}?",
    "Of the {a} and the {b}, which takes up more space in the picture?",
    "Does the {a} or the {b} fill more of this image?",
)
_ANSWERS = (
    "The {more} takes up more of the picture than the {less}.",
    "The {more} does.",
    "The {more} covers more of the picture.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Compare two things of clearly different size in the picture."""
    for a, b in combinations(shuffled(rng, scene.single), 2):
        for more, less in ((a, b), (b, a)):
            if takes_more(scene.single[more], scene.single[less]):
                yield Draft(
                    say(rng, _QUESTIONS, a=noun(a).one, b=noun(b).one),
                    say(rng, _ANSWERS, more=noun(more).one, less=noun(less).one),
                    asks=facts("size", a, b),
                    tells=naming(a, b),
                )
