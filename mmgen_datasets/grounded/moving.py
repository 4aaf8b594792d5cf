"""What the families about motion have in common."""

from __future__ import annotations

from random import Random

from mmgen_datasets.grounded.draft import Draft, facts, say


def draft(
    rng: Random, questions: tuple[str, ...], answers: tuple[str, ...], aspect: str, **words: str
) -> Draft:
    """A question about the person of a clip."""
    return Draft(
        say(rng, questions), say(rng, answers, **words), facts(aspect, "person"), frozenset()
    )
