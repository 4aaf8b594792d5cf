"""Which requests have to go into a batch, and which once more."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from mmgen_datasets.generation.batch_records import batch_of
from mmgen_datasets.generation.journal import moment
from mmgen_datasets.generation.ledger import Ledger
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally


class Rounds:
    """Goes through all requests, again and again, as long as some are left.

    Args:
        requests: in lists, read anew for each round.
        ledger: that knows outcomes and claims.
        tally: kept up to date for whoever looks.
        attempts: how often a request is tried.
        again: keys to ask for although they are settled.
    """

    def __init__(
        self,
        requests: Iterable[list[Pending]],
        ledger: Ledger,
        tally: Tally,
        attempts: int,
        again: frozenset[str],
    ) -> None:
        self._requests = requests
        self._ledger = ledger
        self._tally = tally
        self._attempts = attempts
        self.again = set(again)
        """Those that got an outcome are to be taken out."""
        self.is_due = True
        """Whether another round has to follow."""
        self.has_rivals = False
        """Whether other workers have taken some."""
        self._failures: Counter[str] = Counter()  # in this call
        self._began = moment()
        self._is_first = True

    def fail(self, key: str, problem: str) -> None:
        """Take note that a request has no reply yet."""
        self._failures[key] += 1
        if self._failures[key] >= self._attempts:
            self._tally.give_up(problem)
            return
        self._tally.retries += 1
        self._tally.last_problem = problem
        self.is_due = True

    def demand(self) -> None:
        """Have another round follow."""
        self.is_due = True

    def next(self) -> Iterator[Pending]:
        """The requests that have to be sent, each key once."""
        is_first, self._is_first, self.is_due = self._is_first, False, False
        seen: set[str] = set()
        for batch in self._requests:
            once = {pending.key: pending for pending in batch if pending.key not in seen}
            seen |= once.keys()
            self._tally.known += is_first * (len(batch) - len(once))
            yield from self._taken(once, is_first=is_first)

    def _taken(self, once: dict[str, Pending], *, is_first: bool) -> Iterator[Pending]:
        carried = batch_of(self._ledger.journal, list(once))
        wanted = [
            key for key in once if key not in carried and self._failures[key] < self._attempts
        ]
        settled, mine = self._ledger.take(wanted, frozenset(self.again.intersection(once)))
        # What a batch of this call brought is counted already.
        old = sum(record.created_at < self._began for record in settled.values())
        self._tally.known += is_first * old
        self.has_rivals |= len(settled) + len(mine) < len(wanted)
        for key in (key for key in wanted if key in mine):
            pending, last = once[key], mine[key]
            is_cut = last is not None and last.is_cut
            yield pending.longer() if is_cut and pending.longer else pending
