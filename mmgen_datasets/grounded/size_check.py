"""Whether a thing takes up more of the picture than another."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import takes_more
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun

_QUESTIONS = (
    "Does the {a} take up more of the picture than the {b}?",
    "Does the {a} cover more of the image than the {b}?",
    "Is it true that the {a} takes up more of this picture than the {b}?",
    "Would you say that the {a} fills more of the image than the {b}?",
)
_YES = (
    "Yes, the {more} takes up more of the picture than the {less}.",
    "Yes, the {more} covers more of it.",
)
_NO = (
    "No, the {more} takes up more of the picture than the {less}.",
    "No, the {more} covers more of it.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name the larger first or the smaller, as often the one as the other."""
    for pair in combinations(shuffled(rng, scene.single), 2):
        for more, less in (pair, pair[::-1]):
            if not takes_more(scene.single[more], scene.single[less]):
                continue
            is_right = rng.random() < 0.5
            a, b = (more, less) if is_right else (less, more)
            yield Draft(
                say(rng, _QUESTIONS, a=noun(a).one, b=noun(b).one),
                say(rng, _YES if is_right else _NO, more=noun(more).one, less=noun(less).one),
                asks=facts("size", a, b),
                tells=naming(a, b),
            )
