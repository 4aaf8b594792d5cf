"""Whether a thing is cut off by the picture's edge, or hidden by something else.

Only sources that mark this (Open Images) give rise to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.geometry import Thing
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun


class _Flag(NamedTuple):
    """How to ask for a flag so that a set one means yes, or no; and both answers."""

    asks_set: tuple[str, ...]
    asks_unset: tuple[str, ...]
    set: tuple[str, ...]
    unset: tuple[str, ...]


_TRUNCATED = _Flag(
    asks_set=(
        "Is the {one} cut off by the edge of the picture?",
        "Does the {one} reach beyond the edge of the image?",
    ),
    asks_unset=(
        "Is all of the {one} within the frame of the picture?",
        "Does the {one} fit into the image without being cut off?",
    ),
    set=("a part of {it} lies outside the picture.", "the edge of the picture cuts {it} off."),
    unset=("no part of {it} lies outside the picture.", "the edge does not cut {it} off."),
)
_OCCLUDED = _Flag(
    asks_set=(
        "Is the {one} partly hidden by something in the picture?",
        "Does anything in the image stand in front of the {one}?",
    ),
    asks_unset=(
        "Is the {one} free of anything that hides a part of it?",
        "Does the picture show the {one} with nothing in front of it?",
    ),
    set=("something hides a part of {it}.", "{it} is partly hidden."),
    unset=("nothing hides any part of {it}.", "nothing is in front of {it}."),
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask for a flag that the annotators set or denied, as often for yes as for no."""
    for category in shuffled(rng, scene.single):
        known = [*_known(scene.single[category])]
        if not known:
            continue
        flag, is_set = rng.choice(known)
        is_yes = rng.random() < 0.5
        questions = flag.asks_set if is_set == is_yes else flag.asks_unset
        answer = rng.choice(flag.set if is_set else flag.unset).format(it=noun(category).it)
        yield Draft(
            say(rng, questions, one=noun(category).one),
            f"{'Yes' if is_yes else 'No'}, {answer}",
            asks=facts("visible", category),
            tells=naming(category),
        )


def _known(thing: Thing) -> Iterator[tuple[_Flag, bool]]:
    if thing.is_truncated is not None:
        yield _TRUNCATED, thing.is_truncated
    if thing.is_occluded is not None:
        yield _OCCLUDED, thing.is_occluded
