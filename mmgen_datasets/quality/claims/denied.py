"""Whether things are named that annotators looked for and said are not there."""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.grounding import claims
from mmgen_datasets.quality.claims.support import Support


def find(case: Case) -> Iterator[Fault]:
    """Find claims of things that a verified label says are absent; each kind once a turn."""
    support, told = Support.of(case), set()
    for claim in claims(case):
        if (claim.turn, claim.kinds) not in told and support.is_refuted(claim.kinds):
            told.add((claim.turn, claim.kinds))
            yield Fault(claim.turn, claim.words, "names what annotators said is not there")
