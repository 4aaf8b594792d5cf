"""What a thing does, and to what: "What is the man holding?", "Who is riding the horse?"."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.deeds import are_apart, enumerate_things, is_person, words_for
from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.grounded.ties import Tie
from mmgen_datasets.nouns import noun

_MOST = 4
"""The most things that an answer lists."""

_ASK_OBJECT = (
    "{What} is the {one} {doing}?",
    "{What} is the {one} {doing} in the picture?",
    "In this image, {what} is the {one} {doing}?",
    "Can you tell {what} the {one} is {doing} in the picture?",
)
_OBJECT = ("The {one} is {doing} {things}.", "In the picture, the {one} is {doing} {things}.")
_ASK_SUBJECT = (
    "{What} is {doing} the {one}?",
    "{What} is {doing} the {one} in the picture?",
    "In this image, {what} is {doing} the {one}?",
    "Can you tell {what} is {doing} the {one} in the picture?",
)
_SUBJECT = ("{things} {be} {doing} the {one}.", "{things} {be}.")


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Leave out either side of a relation; the answer tells all that is annotated of it."""
    for tie in shuffled(rng, scene.ties):
        doing = words_for(tie)
        if doing is None:
            continue
        sides = []
        if tie.subject in scene.single and doing != "at":
            sides.append(_ask_object)
        if tie.object in scene.single:
            sides.append(_ask_subject)
        if sides:
            yield from rng.choice(sides)(scene, rng, tie, doing)


def _ask_object(scene: Scene, rng: Random, tie: Tie, doing: str) -> Iterator[Draft]:
    same = [t for t in scene.ties if t[:2] == tie[:2] and words_for(t) == doing]
    objects = [t.object for t in same]
    if len(same) <= _MOST and are_apart(same, by_subject=False):
        what = "who" if all(map(is_person, objects)) else "what"
        words = {"one": noun(tie.subject).one, "doing": doing, "things": enumerate_things(objects)}
        yield Draft(
            say(rng, _ASK_OBJECT, what=what, What=what.capitalize(), **words),
            say(rng, _OBJECT, **words),
            asks=facts("bond", tie.subject, *objects),
            tells=naming(tie.subject) | facts("there", *objects),
        )


def _ask_subject(scene: Scene, rng: Random, tie: Tie, doing: str) -> Iterator[Draft]:
    same = [t for t in scene.ties if t[1:3] == tie[1:3]]
    subjects = [t.subject for t in same]
    if len(same) <= _MOST and are_apart(same, by_subject=True):
        what = "who" if all(map(is_person, subjects)) else "what"
        is_the = len(subjects) == 1 and subjects[0] in scene.single
        things = f"the {noun(subjects[0]).one}" if is_the else enumerate_things(subjects)
        be = "is" if len(subjects) == 1 and noun(subjects[0]).be == "is" else "are"
        words = {"one": noun(tie.object).one, "doing": doing, "things": things, "be": be}
        yield Draft(
            say(rng, _ASK_SUBJECT, what=what, What=what.capitalize(), **words),
            say(rng, _SUBJECT, **words),
            asks=facts("bond", tie.object, *subjects),
            tells=naming(tie.object, *subjects if is_the else ()) | facts("there", *subjects),
        )
