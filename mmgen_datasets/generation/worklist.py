"""What one of several workers has to ask.

All go through the same requests, claim some of those that nobody has claimed, and set the others
aside: what is still without an outcome in the end, because a worker died, is asked by the rest.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from mmgen_datasets.generation.ledger import Ledger
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally

_CLAIMED_AT_ONCE = 32
"""So many may wait in one worker when another has nothing left to do."""


class Worklist:
    """The requests of a run, as one worker sees them.

    Args:
        batches: the requests in lists, read as they are needed.
        ledger: where outcomes and claims are looked up.
        tally: kept up to date for whoever looks.
        again: keys to ask for although they are settled.
    """

    def __init__(
        self,
        batches: Iterable[list[Pending]],
        ledger: Ledger,
        tally: Tally,
        again: frozenset[str],
    ) -> None:
        self._batches = batches
        self._ledger = ledger
        self._tally = tally
        self._again = again
        self._met: set[str] = set()
        self._aside: dict[str, Pending] = {}
        self._noticed = ledger.last_row()

    def fresh(self) -> Iterator[Pending]:
        """The requests that this worker is to ask, each once, claimed as they are needed."""
        for batch in self._batches:
            once = {pending.key: pending for pending in batch if pending.key not in self._met}
            self._tally.known += len(batch) - len(once)
            self._met |= once.keys()
            yield from self._taken(list(once.values()))

    def left_over(self) -> Iterator[Pending]:
        """Those that were set aside, and that their workers have left or not survived."""
        return self._taken(list(self._aside.values()))

    def is_settled(self) -> bool:
        """Whether none is set aside, and not settled yet."""
        return not self._aside

    def notice(self) -> None:
        """See what others have settled meanwhile."""
        if self._aside:
            settled, self._noticed = self._ledger.settled_since(self._noticed)
            for key in settled & self._aside.keys():
                del self._aside[key]
                self._tally.known += 1

    def _taken(self, wanted: Sequence[Pending]) -> Iterator[Pending]:
        for start in range(0, len(wanted), _CLAIMED_AT_ONCE):
            chunk = {pending.key: pending for pending in wanted[start : start + _CLAIMED_AT_ONCE]}
            taken = self._ledger.take(list(chunk), self._again)
            self._tally.known += len(taken.settled)
            for key, pending in chunk.items():
                self._aside.pop(key, None)
                if key not in taken.settled and key not in taken.mine:
                    self._aside[key] = pending
            for key, pending in chunk.items():
                if key in taken.mine:
                    last = taken.mine[key]
                    is_cut = last is not None and last.is_cut
                    yield pending.longer() if is_cut and pending.longer else pending
