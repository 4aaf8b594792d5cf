"""Part a result into parquet and rejects, and read the rejects back."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from fnmatch import fnmatchcase
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from datasets import Dataset

from mmgen_datasets.errors import RunError
from mmgen_datasets.files import PARTIAL, named, whole_file
from mmgen_datasets.generation.found_before import with_findings
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.manifest import GENERATE, NOT_ASKED
from mmgen_datasets.generation.rows import rows_of
from mmgen_datasets.generation.run import RunFolder

_BYTES_A_FILE = 500_000_000
_BYTES_A_GROUP = 100_000_000
_ROWS_A_QUERY = 256


class Written(NamedTuple):
    """What a result came to."""

    conversations: int
    rejects: Counter[str]
    """Reason to number."""
    keeps_findings: bool
    """Whether what was checked and judged before is the same, and was taken over."""


def write_result(folder: RunFolder, split: str, result: Dataset) -> Written:
    """Put conversations into parquet, and what is missing from them into ``rejects.jsonl``.

    What was found about the same conversations before stays beside them.

    Args:
        folder: whose files are replaced.
        split: of the samples; its first word names the parquet files.
        result: rows of `mmgen_datasets.schema.CONVERSATION`.
    """
    errors = result.select_columns(["error"]).with_format("arrow")[:]["error"]
    good = pc.indices_nonzero(pc.is_null(errors)).to_pylist()
    bad = pc.indices_nonzero(pc.is_valid(errors)).to_pylist()
    before = sorted(folder.conversations_path.glob(f"{_stem(folder, split)}*.parquet"))
    conversations, keeps_findings = with_findings(result.select(good), before)
    write_conversations(folder, split, conversations)
    return Written(len(good), write_rejects(folder, result.select(bad)), keeps_findings)


def rejected_keys(folder: RunFolder, errors: Sequence[str] = ()) -> frozenset[str]:
    """The requests of a run that came to nothing, for `fill_run` to put once more.

    Those that were put again since are left out, so that an interrupted call can be repeated.

    Args:
        folder: of the run.
        errors: only those with a reason that holds one of these words or fits one of these
            patterns of a shell, such as ``"*filter*"``, in capitals or not; empty: all.
    """
    if not folder.rejects_path.exists():
        return frozenset()
    try:
        lines = folder.rejects_path.read_text(encoding="utf-8").splitlines()
        rejects = [json.loads(line) for line in lines]
        judged = {
            reject["request_key"]: reject["asked_at"]
            for reject in rejects
            if not errors or any(_fits(reject["reason"], words) for words in errors)
        }
    except (ValueError, KeyError, TypeError) as error:
        command = manifest.plan.command if (manifest := folder.read()) else GENERATE
        raise RunError(
            f"{folder.rejects_path}: cannot be read: {error}",
            f"give the run's '{command}' command again; it writes the file anew",
        ) from error
    records = _records(folder, list(judged))
    return frozenset(key for key, record in records.items() if record.created_at == judged[key])


def _fits(reason: str, words: str) -> bool:
    reason, words = reason.lower(), words.lower()
    return words in reason or fnmatchcase(reason, words)


def write_conversations(folder: RunFolder, split: str, conversations: Dataset) -> None:
    """Replace the parquet files of a shard.

    Partial files stand outside the folder that `datasets.load_dataset` is given. Pictures that
    stand elsewhere are not looked for: they may be gone by now.

    Args:
        folder: that exists.
        split: of the samples; its first word names the files.
        conversations: rows without an error.
    """
    target = folder.conversations_path
    target.mkdir(exist_ok=True)
    stem = _stem(folder, split)
    size = _size(conversations)
    pieces = math.ceil(size / _BYTES_A_FILE)
    rows_a_group = max(1, len(conversations) * _BYTES_A_GROUP // max(1, size))
    written = {}
    try:
        for index in range(pieces):
            path = target / f"{stem}{f'-{index:05d}' if pieces > 1 else ''}.parquet"
            partial = folder.path / f".{path.name}{PARTIAL}"
            written[partial] = path
            with named(path):
                piece = conversations.shard(pieces, index, contiguous=True)
                write_groups(piece, partial, repeat(rows_a_group))
        for old in target.glob(f"{stem}*.parquet"):
            old.unlink()  # a reader that comes between finds too little, never a row twice
        for partial, path in written.items():
            partial.replace(path)
    finally:
        for partial in written:
            partial.unlink(missing_ok=True)


def write_groups(rows: Dataset, path: Path, sizes: Iterable[int]) -> None:
    """Write rows into a parquet file in groups of these sizes.

    `Dataset.to_parquet` writes rows that were picked from others piece by piece, which takes a
    hundred times as long; and it looks for pictures, which may be elsewhere by now.
    """
    schema, start = rows.features.arrow_schema, 0
    with path.open("wb") as file, pq.ParquetWriter(file, schema) as writer:
        for size in sizes:
            if start >= len(rows):
                return
            group = rows.select(range(start, min(start + size, len(rows))))
            writer.write_table(pa.concat_tables(_whole(group)).cast(schema))
            start += len(group)


def write_rejects(folder: RunFolder, rejects: Dataset) -> Counter[str]:
    """Write what is missing from a result, with the raw reply where there is one.

    Args:
        folder: whose file is replaced.
        rejects: with the columns id, sample_id, kind, error and, in provenance, request_key and
            finish_reason, as `mmgen_datasets.schema.CONVERSATION` has them.

    Returns:
        Reason to number.
    """
    reasons: Counter[str] = Counter()
    wanted = rejects.select_columns(["id", "sample_id", "kind", "error", "provenance"])
    with whole_file(folder.rejects_path) as file:
        for batch in wanted.iter(_ROWS_A_QUERY):
            records = _records(folder, [made["request_key"] for made in batch["provenance"]])
            for row in rows_of(batch):
                reasons[row["error"]] += 1
                if row["error"] == NOT_ASKED:
                    continue
                key = row["provenance"]["request_key"]
                record = records.get(key)
                reject = {name: row[name] for name in ("id", "sample_id", "kind")} | {
                    "reason": row["error"],
                    "reply": record.reply.text if record and record.reply else None,
                    "finish_reason": row["provenance"]["finish_reason"],
                    "request_key": key,
                    "asked_at": record.created_at if record else None,
                }
                file.write(json.dumps(reject, ensure_ascii=False) + "\n")
    return reasons


def _records(folder: RunFolder, keys: list[str | None]) -> dict[str, Record]:
    asked = [key for key in keys if key]
    if not asked:
        return {}
    with open_journal(folder.journal_path) as journal:
        return journal.records(asked)


def _stem(folder: RunFolder, split: str) -> str:
    """What the names of a shard's parquet files begin with."""
    return f"{split_word(split)}-{folder.shard.index:05d}-of-{folder.shard.count:05d}"


def split_word(split: str) -> str:
    """The name of a split without its slice: ``train[:5%]`` is part of ``train``."""
    match = re.match(r"\w+", split)
    return match[0] if match else "train"


def _size(dataset: Dataset) -> int:
    """Bytes of a table, media included where they are embedded."""
    return sum(table.nbytes for table in _whole(dataset))


def _whole(rows: Dataset) -> Iterator[pa.Table]:
    """Rows, some at a time, in one piece; those picked from others come in a piece each."""
    tables = rows.with_format("arrow").iter(_ROWS_A_QUERY)
    return (table.combine_chunks() for table in tables)
