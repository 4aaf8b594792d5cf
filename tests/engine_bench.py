"""The engine put to a test: requests of a text, and a backend in this process."""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.chat import Reply, Request, text_turn
from mmgen_datasets.errors import RetryError, RowError, StopError
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally


def key_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def pending_of(*texts: str) -> list[Pending]:
    def request(text: str) -> Request:
        return Request(key_of(text), (text_turn("user", text),))

    return [Pending(key_of(text), partial(request, text)) for text in texts]


@dataclass
class Bench:
    """A backend in this process that does what the words of a request say.

    ``busy 2`` fails twice before it is answered; a further word tells requests apart.
    """

    model: str = "bench"
    endpoint: str = "bench"
    asked: Counter[str] = field(default_factory=Counter)
    under_way: int = 0
    peak: int = 0

    async def reply(self, request: Request) -> Reply:
        text = request.chat[-1].text
        self.asked[text] += 1
        self.under_way += 1
        self.peak = max(self.peak, self.under_way)
        try:
            await asyncio.sleep(0.01)
            return self._outcome(text)
        finally:
            self.under_way -= 1

    def _outcome(self, text: str) -> Reply:
        match text.split():
            case ["refused", *_]:
                raise RowError(f"refused: {text}")
            case ["busy", times, *_] if self.asked[text] <= int(times):
                raise RetryError("busy", retry_after=0.002)
            case ["stop", *_]:
                raise StopError("no quota")
        return Reply(f"answer to {text}", "stop", 10, 5)


def ask(
    tmp_path: Path, backend: Bench | OpenAI, *texts: str, pace: Pace | None = None
) -> tuple[Tally, dict[str, Record]]:
    tally = Tally(len(texts))
    journal = tmp_path / "journal.sqlite"
    try:
        ask_all([pending_of(*texts)], backend, journal=journal, pace=pace or Pace(), tally=tally)
    finally:
        with open_journal(journal) as opened:
            records = opened.records([key_of(text) for text in texts])
    return tally, {text: records[key_of(text)] for text in texts if key_of(text) in records}
