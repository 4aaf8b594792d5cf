"""What a thing is made of, how somebody stands or sits, and what somebody does alone."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.nouns import noun
from mmgen_datasets.predicates import ACTS, MATERIALS, POSTURES

_ASK_MATERIAL = (
    "What is the {one} made of?",
    "What is the {one} in the picture made of?",
    "Which material is the {one} in this image made of?",
    "Can you tell what the {one} is made of?",
)
_MATERIAL = ("The {one} is {what}.", "It is {what}.")
_ASK_DEED = (
    "What is the {one} doing?",
    "What is the {one} doing in the picture?",
    "In this image, what is the {one} doing?",
    "Can you tell what the {one} in the picture is doing?",
)
_ASK_POSTURE = (
    "Is the {one} {first} or {second}?",
    "In the picture, is the {one} {first} or {second}?",
    "Which is it: is the {one} {first}, or {second}?",
    "Would you say that the {one} in this image is {first} or {second}?",
)
_DEED = ("The {one} is {what}.", "In the picture, the {one} is {what}.")


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask for an attribute of the only one of a kind, if no other of its sort speaks against it."""
    attributes: dict[str, list[str]] = {}
    for tie in scene.ties:
        if tie.predicate == "is":
            attributes.setdefault(tie.subject, []).append(tie.object)
    for category in shuffled(rng, attributes):
        for question, answer in shuffled(rng, _exchanges(rng, category, attributes[category])):
            yield Draft(question, answer, asks=facts("state", category), tells=naming(category))


def _exchanges(rng: Random, category: str, attributes: list[str]) -> Iterator[tuple[str, str]]:
    name = noun(category).one
    materials = [MATERIALS[a].removeprefix("made of ") for a in attributes if a in MATERIALS]
    deeds = [ACTS[a] for a in attributes if a in ACTS]
    postures = [a for a in attributes if a in POSTURES]
    if materials:
        what = "made of " + " and ".join(materials)
        yield say(rng, _ASK_MATERIAL, one=name), say(rng, _MATERIAL, one=name, what=what)
    if deeds:
        answer = say(rng, _DEED, one=name, what=" and ".join(deeds))
        yield say(rng, _ASK_DEED, one=name), answer
    if len(postures) == 1:
        other = rng.choice([words for a, words in POSTURES.items() if a not in postures])
        truth = POSTURES[postures[0]]
        first, second = shuffled(rng, (truth, other))
        question = say(rng, _ASK_POSTURE, one=name, first=first, second=second)
        yield question, say(rng, _DEED, one=name, what=truth)
