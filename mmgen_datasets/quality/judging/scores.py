"""Replies of a judge in the journal to scores in the column ``scores``."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from datasets import Dataset, Features, Value

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.errors import RowError
from mmgen_datasets.generation.conversations import usable_text
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.rows import fingerprint, rows_of
from mmgen_datasets.quality.column import rewrite_column
from mmgen_datasets.quality.judging.rubric import Rubric
from mmgen_datasets.quality.judging.verdict import Score, read_verdict
from mmgen_datasets.schema import CONVERSATION

VERDICT = Features(
    {
        **{name: CONVERSATION[name] for name in ("id", "sample_id", "kind", "scores", "error")},
        "provenance": {"request_key": Value("string"), "finish_reason": Value("string")},
    }
)
"""What became of the judging of a conversation: scores, or ``error``, why there are none."""
_ABOUT = ["id", "sample_id", "kind"]
_ROWS_A_BATCH = 256


def read_verdicts(
    requests: Dataset,
    table: Dataset,
    rubric: Rubric,
    *,
    judge: str,
    backend: Backend,
    journal: Path,
    cache: str | None = None,
) -> Dataset:
    """Read the journal's replies as scores, in the order of the requests.

    Args:
        requests: that were put to the backend.
        table: of `mmgen_datasets.quality.judging.table.judged_table`, what they were built from.
        rubric: that the judge was given.
        judge: the name that the scores are to bear.
        backend: that was asked.
        journal: the file with the replies.
        cache: the file that `datasets` keeps the result in.

    Returns:
        Rows of `VERDICT`.
    """
    about = table.select_columns(_ABOUT)
    with open_journal(journal) as opened:

        def read(batch: Mapping[str, list[Any]]) -> dict[str, list[Any]]:
            keys = [key_of(row, backend) for row in rows_of(batch)]
            records = opened.records(keys)
            judged = [
                _judged(error, key, records.get(key), rubric, judge)
                for error, key in zip(batch["error"], keys, strict=True)
            ]
            columns = {name: [row[name] for row in judged] for name in judged[0]}
            return dict(about[batch["sample"]]) | columns

        return requests.select_columns(["sample", "digest", "error"]).map(
            read,
            batched=True,
            batch_size=_ROWS_A_BATCH,
            remove_columns=["sample", "digest"],
            features=VERDICT,
            new_fingerprint=fingerprint(
                "verdicts", requests, rubric.sha256, judge, backend, opened.last_id()
            ),
            cache_file_name=cache,
            desc="scores",
        )


def put_scores(conversations: Dataset, verdicts: Dataset, judge: str) -> Dataset:
    """Lay a judge's scores beside conversations, in the place of those it gave before.

    Scores of other judges stay, and so do those of conversations that were not to be judged now.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        verdicts: rows of `VERDICT`, in any order.
        judge: whose they are.
    """
    places = {name: row for row, name in enumerate(verdicts["id"][:])}
    given = verdicts.select_columns(["scores"])
    write = partial(_merged, given=given, places=places, judge=judge)
    return rewrite_column(conversations, "scores", write, read=["id", "scores"], desc="scores")


def _judged(
    error: str | None, key: str, record: Record | None, rubric: Rubric, judge: str
) -> dict[str, Any]:
    scores: list[Score] = []
    if error is None:
        try:
            scores = read_verdict(rubric, usable_text(record), judge)
        except RowError as problem:
            error = problem.problem
    reply = record.reply if record else None
    made = {"request_key": key, "finish_reason": reply.finish_reason if reply else None}
    return {"scores": scores, "error": error, "provenance": made}


def _merged(
    batch: Mapping[str, list[Any]],
    indices: list[int],
    given: Dataset,
    places: Mapping[str, int],
    judge: str,
) -> dict[str, Any]:
    rows = [places.get(name) for name in batch["id"]]
    have = [row for row in rows if row is not None]
    new = iter(given[have]["scores"] if have else [])
    old = batch.get("scores") or [[]] * len(rows)
    return {
        "scores": [
            before
            if row is None
            else [*(score for score in before or () if score["judge"] != judge), *next(new)]
            for before, row in zip(old, rows, strict=True)
        ]
    }
