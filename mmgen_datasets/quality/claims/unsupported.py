"""Whether things are named that no annotation hints at, though annotators looked for them.

In the manner of CHAIR (Rohrbach et al., EMNLP 2018), for conversations: what is denied, only
possible, compared with, or said of a kind in general is not held against them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mmgen_datasets.quality.case import Case, Fault
from mmgen_datasets.quality.claims.grounding import claims
from mmgen_datasets.quality.claims.support import Support


def find(case: Case) -> Iterator[Fault]:
    """Find claims of things that nothing supports; each kind once a turn."""
    support, told = Support.of(case), set()
    for claim in claims(case):
        if (claim.turn, claim.kinds) in told or support.is_refuted(claim.kinds):
            continue
        if support.is_unsupported(claim.kinds):
            told.add((claim.turn, claim.kinds))
            yield Fault(claim.turn, claim.words, "names what no annotation supports")
