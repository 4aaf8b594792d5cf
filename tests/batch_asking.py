"""Requests of a text, asked in batches, and what the journal has of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from pathlib import Path

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.backends.openai_batch import OpenAIBatch
from mmgen_datasets.chat import Request, Sampling, chat_digest, request_key, text_turn
from mmgen_datasets.generation.budget import Account, Spending
from mmgen_datasets.generation.engine import ask_all
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.pace import Pace
from mmgen_datasets.generation.pending import Pending
from mmgen_datasets.generation.tally import Tally
from tests.servers.batch_api import BatchBehaviour
from tests.servers.openai_server import Behaviour, Server, reply_text


def batches(**how: object) -> Behaviour:
    return Behaviour(batches=BatchBehaviour(**how))  # type: ignore[arg-type]


def pending_of(url: str, *texts: str) -> list[Pending]:
    """The requests of some texts; each counts as 100 tokens and 10 cents."""
    found = []
    for text in texts:
        chat = (text_turn("user", text),)
        key = request_key(chat_digest(chat, Sampling()), "any", url)
        size = Spending(50, 50, 0, 0.1)
        found.append(Pending(key, partial(Request, key, chat), tokens=100, expected=size))
    return found


def ask(
    journal: Path,
    backend: OpenAI,
    texts: Iterable[str],
    *,
    account: Account | None = None,
    pace: Pace | None = None,
    again: Iterable[str] = (),
) -> Tally:
    requests = pending_of(backend.endpoint, *texts)
    tally = Tally(len(requests))
    ask_all(
        [requests[start : start + 10] for start in range(0, len(requests), 10)],
        backend,
        journal=journal,
        pace=pace or Pace(),
        tally=tally,
        account=account,
        again=frozenset(pending.key for pending in pending_of(backend.endpoint, *again)),
    )
    return tally


def records_of(journal: Path, server: Server, texts: Iterable[str]) -> dict[str, Record]:
    requests = dict(zip(texts, pending_of(server.url, *texts), strict=True))
    with open_journal(journal) as opened:
        records = opened.records([pending.key for pending in requests.values()])
    return {text: records[p.key] for text, p in requests.items() if p.key in records}


def replies_of(journal: Path, server: Server, texts: Iterable[str]) -> dict[str, str | None]:
    records = records_of(journal, server, texts)
    return {text: record.reply.text if record.reply else None for text, record in records.items()}


def expected_of(texts: Iterable[str]) -> dict[str, str]:
    return {text: reply_text(text) for text in texts}


def later(server: Server, **settings: int) -> OpenAIBatch:
    return OpenAIBatch("any", server.url, poll_s=0.01, **settings)  # type: ignore[arg-type]


TEXTS = [f"question {number}" for number in range(45)]
