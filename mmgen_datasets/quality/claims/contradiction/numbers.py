"""Numbers of the same things that cannot both be right."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.counts import Count, counts
from mmgen_datasets.quality.reading.amounts import is_quantity
from mmgen_datasets.quality.reading.cues import DETERMINERS, PREPOSITIONS

_EXACTLY = frozenset({"exactly", "only", "just"})
_PLACING = PREPOSITIONS - {"of", "with", "without", "for", "like"}


def clashes(case: Case) -> Iterator[Fault]:
    """Find a number of all that another number of all, or a greater one of some, contradicts."""
    stated = counts(case)
    for n, late in enumerate(stated):
        for early in stated[:n]:
            if early.mention.name == late.mention.name and _clash(early, late):
                yield Fault(late.turn, late.words, f"says the contrary of {early.words!r}")
                break


def _clash(early: Count, late: Count) -> bool:
    sets = _set(early), _set(late)
    if sets[0] and sets[0] == sets[1]:
        return early.least != late.least
    if early.is_whole and late.is_whole:
        return early.least != late.least
    whole, part = (early, late) if early.is_whole else (late, early)
    return whole.is_whole and part.least > whole.least


def _set(count: Count) -> tuple[str, ...] | None:
    """Where all of those are that are counted: "there are two dogs on the grass", "all two ..."."""
    mention = count.mention
    amount, phrase, words = mention.amount, mention.phrase, mention.sentence.words
    if not amount or amount.bound != "exactly" or amount.is_part or amount.number != count.least:
        return None
    if words[phrase.name - 1] in DETERMINERS or not is_quantity(words[phrase.name - 1]):
        return None  # "two big dogs" may be some of them
    before = [w for w in words[max(0, phrase.name - 5) : phrase.name - 1] if w not in _EXACTLY]
    is_all = before[-1:] in (["all"], ["the"]) or before[-2:] in (["there", "are"], ["there", "is"])
    place = words[phrase.end : phrase.end + 3]
    is_placed = place[:1] and place[0] in _PLACING and place[1:2] in (("the",), ("this",))
    is_further = not PREPOSITIONS.isdisjoint(words[phrase.end + 3 : phrase.end + 4])
    return place if is_all and is_placed and not is_further else None
