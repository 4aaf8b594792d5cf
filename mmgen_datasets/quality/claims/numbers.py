"""Whether numbers of things agree with the boxes.

More than there are is a fault even of a part; fewer only where the number is of all: in the
answer to "How many are there?", or of "There are only two dogs." Categories with a crowd box, or
of which boxes may be missing, have no certain number (`mmgen_datasets.grounded.scene`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from mmgen_datasets.grounded.boxes import is_guess
from mmgen_datasets.nouns import plain
from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.counts import Count, counts
from mmgen_datasets.quality.reading.lexicon import kinds_of
from mmgen_datasets.quality.reading.mentions import read_mentions

_ALL = frozenset({"person", "people", "individual", "human being"})
"""Names that mean every person; "men" may be some of them."""


def find(case: Case) -> Iterator[Fault]:
    """Find numbers that are certainly too high or too low."""
    for count in counts(case):
        most = _most(case, count)
        if most is not None and count.least > most:
            yield Fault(count.turn, count.words, f"counts more than the {most} that are there")
            continue
        least = _least(case, count)
        if count.is_whole and least is not None and count.least < least:
            yield Fault(count.turn, count.words, f"counts fewer than the {least} that are there")


def _most(case: Case, count: Count) -> int | None:
    """How many there are, where that is certain of all that may be meant."""
    numbers = {c: n for c, n in case.scene.numbers.items() if _may_be(count, c)}
    others = {i["category"] for i in _boxes(case) if _may_be(count, i["category"])}
    if not numbers or others - numbers.keys():
        return _told(case, count)
    return sum(numbers.values())


def _least(case: Case, count: Count) -> int | None:
    """How many are certain to be there, where none is in a crowd."""
    if told := _told(case, count):
        return told
    if "person" in count.mention.kinds and count.mention.name not in _ALL:
        return None
    sure = {c: n for c, n in case.scene.seen.items() if plain(c) in count.mention.kinds}
    boxes = [i for i in _boxes(case) if _may_be(count, i["category"])]
    if len(sure) != 1 or any(_is_many(i) or is_guess(i) for i in boxes):
        return None
    return next(iter(sure.values()))


def _told(case: Case, count: Count) -> int | None:
    """How many a caption says there are, where there are as many boxes."""
    boxes = [i for i in _boxes(case) if _may_be(count, i["category"]) and not _is_many(i)]
    told = {
        m.amount.number
        for text in (case.sample or {}).get("captions") or ()
        for m in read_mentions(text)
        if m.name == count.mention.name and m.amount and m.amount.bound == "exactly"
    }
    return len(boxes) if told == {len(boxes)} else None


def _is_many(item: Mapping[str, Any]) -> bool:
    return bool(item["is_crowd"] or item["is_group_of"])


def _may_be(count: Count, category: str) -> bool:
    return not kinds_of(plain(category)).isdisjoint(count.mention.kinds)


def _boxes(case: Case) -> list[Mapping[str, Any]]:
    return list((case.sample or {}).get("objects") or ())
