"""Questions whose answers follow from the annotations; no model is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from random import Random
from typing import Any, TypeAlias

from mmgen_datasets.chance import random_of
from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import UsageError
from mmgen_datasets.families import FAMILIES
from mmgen_datasets.grounded.draft import Draft, is_alike, spoils
from mmgen_datasets.grounded.scene import Scene, read_scene
from mmgen_datasets.registry import resolve

Family: TypeAlias = Callable[[Scene, Random], Iterator[Draft]]
"""Offers the questions of one kind that a scene allows, best taken from the front."""

MOST_ALIKE = 2
"""How many exchanges of a conversation may be about the same aspect, such as places."""


def answer(
    sample: Mapping[str, Any],
    *,
    families: Sequence[str] | None = None,
    max_exchanges: int = 5,
    seed: int = 0,
) -> list[Exchange]:
    """Ask about a sample what its annotations answer for certain.

    The draw depends on nothing but the seed and the sample's source and id, and each family
    has a draw of its own. A family asks once at most, and two exchanges at most are about the
    same aspect; none repeats one before it or is given away by what was said before.

    Args:
        sample: a row of `mmgen_datasets.schema.SAMPLE`; its media are not looked at.
        families: names of `mmgen_datasets.families.FAMILIES`, or ``"module:attribute"`` of a
            `Family` of one's own; all of the table where None.
        max_exchanges: the most to return, at least 1.
        seed: for another draw.

    Returns:
        Exchanges in the order in which to ask them; none if the annotations settle nothing.

    Raises:
        UsageError: `max_exchanges` is below 1.
        UnknownNameError: a family that does not exist.
        SourceError: the sample names a vocabulary that does not exist.
    """
    if max_exchanges < 1:
        raise UsageError(
            f"max_exchanges is {max_exchanges}, which leaves nothing to ask", "use 1 or more"
        )
    asking = {name: _family(name) for name in (FAMILIES if families is None else families)}
    scene = read_scene(sample)
    draws = {name: random_of(seed, sample["source"], sample["id"], name) for name in asking}
    order = sorted(asking, key=lambda name: draws[name].random())
    taken: list[tuple[str, Draft]] = []
    for name in order:
        if len(taken) == max_exchanges:
            break
        _add(taken, name, asking[name](scene, draws[name]))
    return [Exchange(draft.question, draft.answer, name) for name, draft in taken]


def _add(taken: list[tuple[str, Draft]], name: str, drafts: Iterator[Draft]) -> None:
    """Put in the first draft that some place allows, as late as possible."""
    for draft in drafts:
        if sum(is_alike(draft, other) for _, other in taken) == MOST_ALIKE:
            return
        for spot in range(len(taken), -1, -1):
            is_news = not any(spoils(earlier, draft) for _, earlier in taken[:spot])
            if is_news and not any(spoils(draft, later) for _, later in taken[spot:]):
                taken.insert(spot, (name, draft))
                return


@cache
def _family(name: str) -> Family:
    family: Family = resolve("question family", FAMILIES, name)
    return family
