"""Replies, laid beside the samples they belong to.

What was said becomes messages in one batched `Dataset.map`; media and licences are copied from
the samples as Arrow columns, untouched.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, get_args

import pyarrow as pa
from datasets import Dataset

from mmgen_datasets.backends.base import Addressed
from mmgen_datasets.chat import Exchange, MediaKind
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.journal import Journal, Record, open_journal
from mmgen_datasets.generation.manifest import NOT_ASKED
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.rows import VERSION, fingerprint, rows_of
from mmgen_datasets.prompts.parse import read_reply
from mmgen_datasets.prompts.recipe import Recipe
from mmgen_datasets.schema import PROVENANCE, conversations_of, media_kinds

_COPIED = ("source", "split", "file_name", "license", "credit")
_PLACEHOLDERS = tuple(f"<{kind}>" for kind in get_args(MediaKind))
_UNUSABLE = {
    "length": "the reply was cut short",
    "content_filter": "the server's content filter cut the reply off",
    "refusal": "the model refused",
}
"""Why a reply is not used, by the reason that it ended for."""
_TOLD = ("prompt_tokens", "completion_tokens", "dropped_examples", "finish_reason")
"""What a conversation tells of its reply."""
_READ = ("id", "sample", "task", "sampling", "digest", "error")
"""What is read of a request."""
_ROWS_A_BATCH = 256
_Row: TypeAlias = dict[str, Any]


def lay_out(
    requests: Dataset,
    samples: Dataset,
    *,
    recipe: Recipe,
    backend: Addressed,
    journal: Path,
    seed: int,
    cache: str | None = None,
) -> Dataset:
    """Read the journal's replies into conversations, in the order of the requests.

    A request without a usable reply becomes a row without messages that says why.

    Args:
        requests: of `mmgen_datasets.generation.requests.build_requests`.
        samples: what they were built from.
        recipe: what they were built with; it also says how a reply is read.
        backend: whom they were put to.
        journal: the file with the replies.
        seed: of the choice of instructions.
        cache: as for `answer_all`.

    Returns:
        Rows of `mmgen_datasets.schema.CONVERSATION`, one per request.
    """
    media = media_kinds(samples.features)
    reader = _Reader(recipe, backend, seed, media)
    ids = samples.select_columns(["id"])
    with open_journal(journal) as opened:

        def fill(batch: Mapping[str, list[Any]]) -> pa.Table:
            rows = reader.rows(list(rows_of(batch)), ids[batch["sample"]]["id"], opened)
            return beside(samples, batch["sample"], rows)

        return requests.remove_columns(["chat", "prompt_tokens"]).map(
            fill,
            batched=True,
            batch_size=_ROWS_A_BATCH,
            features=conversations_of(samples.features),
            new_fingerprint=fingerprint(
                "replies", requests, recipe.model_dump_json(), seed, backend, opened.last_id()
            ),
            cache_file_name=cache,
            desc="conversations",
        )


def read_replies(
    requests: Dataset,
    samples: Dataset,
    *,
    recipe: Recipe,
    backend: Addressed,
    journal: Path,
    seed: int,
) -> Dataset:
    """What `lay_out` makes of some requests, in memory; for a look while others are asked.

    The arguments are those of `lay_out`, which says what is returned.
    """
    reader = _Reader(recipe, backend, seed, media_kinds(samples.features))
    asked = list(requests.select_columns(list(_READ)))
    places = [request["sample"] for request in asked]
    with open_journal(journal) as opened:
        rows = reader.rows(asked, samples.select_columns(["id"])[places]["id"], opened)
    return Dataset(beside(samples, places, rows))


@dataclass(frozen=True)
class _Reader:
    """What turns the outcome of a request into a row."""

    recipe: Recipe
    backend: Addressed
    seed: int
    media: Sequence[MediaKind]

    def rows(
        self, requests: Sequence[_Row], sample_ids: Sequence[str], journal: Journal
    ) -> list[_Row]:
        """A row for each request, without what it takes over from its sample."""
        keys = [key_of(request, self.backend) for request in requests]
        records = journal.records(keys)
        return [
            self._row(request, sample_id, key, records.get(key))
            for request, sample_id, key in zip(requests, sample_ids, keys, strict=True)
        ]

    def _row(
        self, request: Mapping[str, Any], sample_id: str, key: str, record: Record | None
    ) -> _Row:
        """A conversation, or why there is none."""
        task = {task.name: task for task in self.recipe.tasks}[request["task"]]
        exchanges, error = [], request["error"]
        if error is None:
            try:
                exchanges = read_reply(
                    task, usable_text(record), seed=self.seed, sample_id=sample_id
                )
                refuse_placeholders(exchanges)
            except RowError as problem:
                error = problem.problem
        return {
            "id": request["id"],
            "sample_id": sample_id,
            "messages": [] if error else messages_of(exchanges, self.media),
            "kind": task.kind,
            "provenance": provenance_of(self.recipe, self.seed)
            | {"request_key": key, "sampling": request["sampling"]}
            | {"model": self.backend.model, "backend": self.backend.endpoint}
            | told_by(record),
            "checks": [],
            "scores": [],
            "error": error,
        }


def usable_text(record: Record | None) -> str:
    """The text of a reply that is there and whole."""
    if record is None:
        raise RowError(NOT_ASKED)
    if record.reply is None:
        raise RowError(record.problem or "no reply")
    reply = record.reply
    if not reply.text.strip() and reply.is_cut:
        raise RowError("the reply was cut short before its first word")
    if reply.finish_reason in _UNUSABLE:
        raise RowError(_UNUSABLE[reply.finish_reason])
    if not reply.text.strip():
        raise RowError("the reply is empty")
    return reply.text


def refuse_placeholders(exchanges: Sequence[Exchange]) -> None:
    """A placeholder in a model's words would stand for a picture that is not there."""
    for exchange in exchanges:
        for word in _PLACEHOLDERS:
            if word in exchange.question or word in exchange.answer:
                raise RowError(f"the reply contains the placeholder {word}")


def messages_of(exchanges: Sequence[Exchange], media: Sequence[MediaKind]) -> list[dict[str, str]]:
    """Alternate user and assistant; media placeholders lead the first question."""
    messages = []
    lead = "".join(f"<{kind}>\n" for kind in media)
    for exchange in exchanges:
        messages += [
            {"role": "user", "content": lead + exchange.question},
            {"role": "assistant", "content": exchange.answer},
        ]
        lead = ""
    return messages


def provenance_of(recipe: Recipe, seed: int | None) -> _Row:
    """What a conversation tells of its recipe; all else is null."""
    return dict.fromkeys(PROVENANCE) | {
        "recipe": recipe.name,
        "recipe_sha256": recipe.sha256,
        "seed": seed,
        "library_version": VERSION,
    }


def told_by(record: Record | None) -> _Row:
    """What a conversation tells of its reply, if there is one."""
    if record is None or record.reply is None:
        return {}
    reply = record.reply
    model = {"model": reply.model} if reply.model else {}
    told = {name: getattr(reply, name) for name in _TOLD}
    return model | told | {"created_at": record.created_at}


def beside(samples: Dataset, indices: list[int], rows: list[_Row]) -> pa.Table:
    """Complete rows with what they take over from their samples."""
    media = media_kinds(samples.features)
    schema = conversations_of(samples.features).arrow_schema
    taken = [*_COPIED, *media]
    copied = samples.select_columns(taken).with_format("arrow")[indices]
    columns = [
        copied[name] if name in taken else pa.array([row.get(name) for row in rows], field.type)
        for name, field in zip(schema.names, schema, strict=True)
    ]
    return pa.table(columns, schema=schema)
