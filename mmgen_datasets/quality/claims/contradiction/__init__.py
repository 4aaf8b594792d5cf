"""Whether what the assistant says in one place can hold beside what it says in another.

`find` puts together what the rules of this folder find, each of which compares statements of
one sort. The later of two statements is the one that is quoted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.contradiction import numbers, presence, replies

_RULES: tuple[Callable[[Case], Iterator[Fault]], ...] = (
    presence.clashes,
    numbers.clashes,
    replies.clashes,
)


def find(case: Case) -> Iterator[Fault]:
    """Find statements that contradict others, in the order of the turns."""
    found = {fault.turn: fault for rule in reversed(_RULES) for fault in rule(case)}
    yield from (found[turn] for turn in sorted(found))
