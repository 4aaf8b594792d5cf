"""Replies in the journal to conversations: one for each item and record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from datasets import Dataset

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Exchange
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.conversations import (
    beside,
    messages_of,
    provenance_of,
    refuse_placeholders,
    told_by,
    usable_text,
)
from mmgen_datasets.generation.journal import Journal, Record, open_journal
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.rows import fingerprint, rows_of
from mmgen_datasets.schema import conversation_features
from mmgen_datasets.targeting.items import exchanges, read_items
from mmgen_datasets.targeting.repair_reply import repair_of
from mmgen_datasets.targeting.requests import Requests

_ROWS_A_BATCH = 256


def lay_out_items(
    requests: Requests,
    *,
    backend: Backend,
    journal: Path,
    seed: int | None = None,
    cache: str | None = None,
) -> Dataset:
    """Read the journal's replies into conversations, in the order of the prompts.

    The id of a conversation is that of its prompt, the number of the item and, where a mode has
    several, the name of the record: unique, and the same in every call. A prompt that came to
    nothing is one row without messages that says why.

    Args:
        requests: that were put to the backend.
        backend: that was asked.
        journal: the file with the replies.
        seed: of the plan.
        cache: the file that `datasets` keeps the result in.

    Returns:
        Rows of `mmgen_datasets.schema.CONVERSATION` with ``image``: the candidate's, or null.
    """
    with open_journal(journal) as opened:
        reader = _Reader(requests, backend, seed, opened)

        def write(batch: Mapping[str, list[Any]]) -> pa.Table:
            made = [row for asked in rows_of(batch) for row in reader.rows(asked)]
            return beside(
                requests.pictures.rows, [sample for sample, _ in made], [r for _, r in made]
            )

        return requests.rows.remove_columns(["chat", "prompt_tokens"]).map(
            write,
            batched=True,
            batch_size=_ROWS_A_BATCH,
            features=conversation_features("image"),
            new_fingerprint=fingerprint(
                "items", requests.rows, requests.mode.sha256, seed, backend, opened.last_id()
            ),
            cache_file_name=cache,
            desc="conversations",
        )


@dataclass(frozen=True)
class _Reader:
    """What turns the outcome of a request into rows."""

    requests: Requests
    backend: Backend
    seed: int | None
    journal: Journal

    def rows(self, asked: Mapping[str, Any]) -> Iterator[tuple[int, dict[str, Any]]]:
        """The conversations of a prompt, each with its row of the pictures."""
        key, mode = key_of(asked, self.backend), self.requests.mode
        record = self.journal.records([key]).get(key)
        try:
            items = self._items(asked, record)
        except RowError as error:
            yield asked["sample"], self._row(asked, key, record) | {"error": error.problem}
            return
        for number, item in enumerate(items):
            for kind, exchange in zip(mode.records, exchanges(mode, item), strict=True):
                name = f"{asked['id']}-{number}{f'-{kind.name}' if kind.name else ''}"
                row = self._row(asked, key, record) | {"id": name}
                yield asked["sample"], row | {"messages": self._messages(exchange)}

    def _items(self, asked: Mapping[str, Any], record: Record | None) -> list[dict[str, str]]:
        if asked["error"] is not None:
            raise RowError(asked["error"])
        mode, text = self.requests.mode, usable_text(record)
        try:
            items = read_items(mode, text)
        except RowError:
            repair = repair_of(asked, record, self.requests)
            again = key_of(repair, self.backend) if repair else ""
            found = self.journal.records([again]).get(again)
            if found is None or found.reply is None:
                raise
            items = read_items(mode, usable_text(found))
        refuse_placeholders([one for item in items for one in exchanges(mode, item)])
        return items

    def _messages(self, exchange: Exchange) -> list[dict[str, Any]]:
        return messages_of([exchange], ["image"] if self.requests.mode.shows_picture else [])

    def _row(self, asked: Mapping[str, Any], key: str, record: Record | None) -> dict[str, Any]:
        return {
            "id": asked["id"],
            "sample_id": self.requests.pictures.sample_ids[asked["sample"]] or asked["id"],
            "messages": [],
            "kind": self.requests.mode.name,
            "provenance": provenance_of(self.requests.recipe, self.seed)
            | {"request_key": key, "sampling": asked["sampling"]}
            | {"keyword": asked["keyword"], "icl_indices": asked["icl_indices"]}
            | {"model": self.backend.model, "backend": self.backend.endpoint}
            | told_by(record),
            "checks": [],
            "scores": [],
            "error": None,
        }
