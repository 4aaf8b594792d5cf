"""Numbers of the same things that cannot both be right."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.counts import Count, counts


def clashes(case: Case) -> Iterator[Fault]:
    """Find a number of all that another number of all, or a greater one of some, contradicts."""
    stated = counts(case)
    for n, late in enumerate(stated):
        for early in stated[:n]:
            if early.mention.name == late.mention.name and _clash(early, late):
                yield Fault(late.turn, late.words, f"says the contrary of {early.words!r}")
                break


def _clash(early: Count, late: Count) -> bool:
    if early.is_whole and late.is_whole:
        return early.least != late.least
    whole, part = (early, late) if early.is_whole else (late, early)
    return whole.is_whole and part.least > whole.least
