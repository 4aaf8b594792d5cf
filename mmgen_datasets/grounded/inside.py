"""Whether the picture was taken inside of what it shows."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.hierarchy import broader
from mmgen_datasets.nouns import noun, plain

_ROOMY = frozenset(
    "aircraft ambulance barge boat building bus car submarine tank taxi tent train truck".split()
)
"""What one can be inside of, with all its kinds."""

_ASK_WITHIN = (
    "Was this picture taken inside the {one}?",
    "Does the image show the {one} from the inside?",
    "Is the viewer of this picture inside the {one}?",
)
_ASK_WITHOUT = (
    "Was this picture taken from outside the {one}?",
    "Does the image show the {one} from the outside?",
    "Is the viewer of this picture outside the {one}?",
)
_WITHIN = ("it shows the {one} from the inside.", "the picture was taken inside the {one}.")
_WITHOUT = ("it shows the {one} from the outside.", "the picture was taken outside the {one}.")


_SHARE_WITHOUT = 0.3
"""Of the pictures taken from outside, those to ask about: nearly all are."""


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask so that yes is the answer as often as no."""
    for category in shuffled(rng, scene.alone):
        item = scene.alone[category]
        is_inside = item["is_inside"]
        if is_inside is None or item["is_depiction"] or not _is_roomy(category):
            continue
        if not is_inside and rng.random() > _SHARE_WITHOUT:
            continue
        is_yes = rng.random() < 0.5
        words = {"one": noun(category).one}
        questions = _ASK_WITHIN if is_yes == is_inside else _ASK_WITHOUT
        answer = rng.choice(_WITHIN if is_inside else _WITHOUT).format_map(words)
        yield Draft(
            say(rng, questions, **words),
            f"{'Yes' if is_yes else 'No'}, {answer}",
            asks=facts("inside", category),
            tells=naming(category),
        )


def _is_roomy(category: str) -> bool:
    kinds = broader(category) - {"boat"}  # not all boats have an inside
    return not _ROOMY.isdisjoint(kinds | {plain(category)})
