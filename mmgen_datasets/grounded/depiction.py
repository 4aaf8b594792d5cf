"""Whether the only one of a kind is real, or a drawing, a statue or a toy of one."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, naming, say, shuffled
from mmgen_datasets.grounded.scene import Scene
from mmgen_datasets.hierarchy import broader
from mmgen_datasets.nouns import noun, plain

_DEPICTED = frozenset({"animal", "person", "vehicle", "plant", "building", "food", "weapon"})
"""Kinds of which there are drawings and models that one could take for the thing itself."""
_TOYS = "toy"
_LIKENESSES = frozenset(
    "animated animation art artwork carving cartoon clipart comic doll drawing drawn figure "
    "figurine graphic illustration model mural painted painting poster print puppet "
    "rendering sculpture sketch statue sticker toy".split()
)
"""Words in a caption after which nothing is called real."""
_SHARE_REAL = 0.3
"""Of the real ones, those to ask about: nearly all are."""

_ASK_REAL = (
    "Is the {one} in the picture a real one?",
    "Does the image show a real {one}?",
    "Would you say that the {one} in this picture is real?",
)
_ASK_DEPICTED = (
    "Is the {one} in the picture only a depiction, such as a drawing or a statue?",
    "Is it a drawing or a model of {a} that the image shows, rather than a real one?",
    "Does the picture merely show a likeness of the {one}, such as a drawing or a figure?",
)
_REAL = ("it is a real {one}.", "the {one} is real.")
_DEPICTION = (
    "it is a depiction, not a real {one}.",
    "the {one} is only depicted, as in a drawing or a figure.",
)


def ask(scene: Scene, rng: Random) -> Iterator[Draft]:
    """Ask so that yes is the answer as often as no."""
    is_likeness = any(word.removesuffix("s") in _LIKENESSES for word in scene.heard.words)
    for category in shuffled(rng, scene.alone):
        is_depiction = scene.alone[category]["is_depiction"]
        if is_depiction is None or not _can_be_depicted(category):
            continue
        if not is_depiction and (is_likeness or rng.random() > _SHARE_REAL):
            continue
        is_yes = rng.random() < 0.5
        name = noun(category).one
        questions = _ASK_DEPICTED if is_yes == is_depiction else _ASK_REAL
        answer = rng.choice(_DEPICTION if is_depiction else _REAL).format(one=name)
        yield Draft(
            say(rng, questions, one=name, a=noun(category).a),
            f"{'Yes' if is_yes else 'No'}, {answer}",
            asks=facts("real", category),
            tells=naming(category),
        )


def _can_be_depicted(category: str) -> bool:
    kinds = broader(category) | {plain(category)}
    return _TOYS not in kinds and not kinds.isdisjoint(_DEPICTED)
