"""Whether a thing does what is named: "Is the man playing a violin?"."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.deeds import words_for
from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.grounded.ties import Tie
from mmgen_datasets.hierarchy import directly_above
from mmgen_datasets.nouns import noun
from mmgen_datasets.predicates import PLACES

_QUESTIONS = (
    "Is the {one} {claim}?",
    "Is the {one} {claim} in the picture?",
    "Is it true that the {one} is {claim} in this image?",
    "Would you say that the {one} is {claim}?",
)
_YES = ("Yes, the {one} is {truth}.", "Yes, in the picture the {one} is {truth}.")
_NO = ("No, the {one} is {truth}.", "No, in the picture the {one} is {truth}.")
_OPPOSITES = {"on": "under", "under": "on"}


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Name what is true or what cannot be, as often the one as the other.

    Annotators did not look for all relations, so that "no" is said only where the other thing
    is not in the picture, or the other place is on the wrong side of the same thing.
    """
    for tie in shuffled(rng, scene.ties):
        doing = words_for(tie)
        if doing is None or tie.subject not in scene.single:
            continue
        thing = f"the {noun(tie.object).one}" if tie.object in scene.single else noun(tie.object).a
        wrong = [*_wrong_things(scene, tie, doing), *_wrong_places(scene, tie, thing)]
        if not wrong:
            continue
        truth = f"{doing} {thing}"
        claim, named = rng.choice(wrong)
        is_right = rng.random() < 0.5
        name = noun(tie.subject).one
        told = naming(tie.subject, *([tie.object] if tie.object in scene.single else []))
        yield Draft(
            say(rng, _QUESTIONS, one=name, claim=truth if is_right else claim),
            say(rng, _YES if is_right else _NO, one=name, truth=truth),
            asks=facts("bond", tie.subject, tie.object),
            tells=told | facts("there", tie.object, *([] if is_right else named)),
        )


def _wrong_things(scene: Scene, tie: Tie, doing: str) -> Iterator[tuple[str, list[str]]]:
    for other in scene.denied:
        if not directly_above(other).isdisjoint(directly_above(tie.object)):
            yield f"{doing} {noun(other).any}", [other]


def _wrong_places(scene: Scene, tie: Tie, thing: str) -> Iterator[tuple[str, list[str]]]:
    opposite = _OPPOSITES.get(tie.predicate)
    both = {t.predicate for t in scene.ties if (t.subject, t.object) == (tie.subject, tie.object)}
    if opposite is not None and opposite not in both and tie.object in scene.single:
        yield f"{PLACES[opposite]} {thing}", []
