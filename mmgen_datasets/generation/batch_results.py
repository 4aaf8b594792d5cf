"""The results of batches, filed in the journal."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

from mmgen_datasets.backends.batch import BatchBackend, Outcome
from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import BackendError, RowError, StopError
from mmgen_datasets.generation.batch_records import BatchRecords, Line, Part
from mmgen_datasets.generation.batch_rounds import Rounds
from mmgen_datasets.generation.budget import Account
from mmgen_datasets.generation.ledger import Ledger
from mmgen_datasets.generation.tally import Tally

_LINES_A_STEP = 500


@dataclass
class Collector:
    """Files what became of the requests of a part, each once.

    A request leaves its part in the same step in which its outcome is kept, so that results
    which are read again, after a kill or a broken connection, count no second time.
    """

    backend: BatchBackend
    ledger: Ledger
    records: BatchRecords
    account: Account
    tally: Tally
    rounds: Rounds
    """Told of what has to be tried again."""
    fatal: StopError | None = None
    """What one of the results said that no other request can get by."""

    async def read(self, part: Part, file: Path) -> None:
        """File all results of a file."""
        with file.open("rb") as lines:
            while step := list(islice(lines, _LINES_A_STEP)):
                self._file(part, [o for line in step if (o := self.backend.outcome(line))])
                await asyncio.sleep(0)

    def leave(self, part: Part, problem: str) -> None:
        """File that those without a result have none; they may be tried again."""
        keys = self.records.open_lines(part)
        with self.records.settling(keys):
            for key in keys:
                self.ledger.keep_failure(key, "retry", problem)
        for key in keys:
            self.account.settle(part.share, None)
            self.rounds.fail(key, problem)

    def reject(self, part: Part, problems: dict[str, RowError]) -> None:
        """File that some requests will get no reply."""
        self._file(part, [Outcome(key, error) for key, error in problems.items()])

    def _file(self, part: Part, outcomes: Sequence[Outcome]) -> None:
        lines = self.records.open_lines(part, [outcome.key for outcome in outcomes])
        new = {o.key: o.answer for o in reversed(outcomes) if o.key in lines}
        with self.records.settling(new):
            for key, answer in new.items():
                self._keep(lines[key], answer)
        for key, answer in new.items():
            self._count(part, lines[key], answer)

    def _keep(self, line: Line, answer: Reply | BackendError) -> None:
        if isinstance(answer, Reply):
            self.ledger.keep_reply(line.key, answer, is_last=_is_last(line, answer))
        else:
            kind: Literal["row", "retry"] = "row" if isinstance(answer, RowError) else "retry"
            self.ledger.keep_failure(line.key, kind, answer.problem)

    def _count(self, part: Part, line: Line, answer: Reply | BackendError) -> None:
        self.account.settle(part.share, answer if isinstance(answer, Reply) else None)
        if isinstance(answer, Reply):
            is_last = _is_last(line, answer)
            self.tally.add(answer, is_last=is_last)
            self.tally.cost = self.account.spent.cost
            if not is_last:
                self.rounds.demand()
        elif isinstance(answer, RowError):
            self.tally.give_up(answer.problem)
        else:
            self.rounds.fail(line.key, answer.problem)
            if isinstance(answer, StopError):
                self.fatal = self.fatal or answer
        if isinstance(answer, (Reply, RowError)):
            self.rounds.again.discard(line.key)


def _is_last(line: Line, reply: Reply) -> bool:
    """Whether no other attempt is to follow."""
    return not (reply.is_cut and line.has_longer)
