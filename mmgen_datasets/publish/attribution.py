"""Whom to name for each picture: ``ATTRIBUTION.csv``, beside every export and push."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from datasets import Dataset

from mmgen_datasets.files import whole_file
from mmgen_datasets.publish.licence import terms_of

ATTRIBUTION = "ATTRIBUTION.csv"
"""The name of the file."""

_OF_ROW = ("source", "split", "sample_id", "file_name")
_OF_CREDIT = ("author", "title", "landing_url", "original_url")
_OF_LICENSE = ("name", "url", "commercial", "derivatives", "share_alike")
_HEAD = (*_OF_ROW, *_OF_CREDIT, *(f"license_{name}" for name in _OF_LICENSE))
_ROWS_A_BATCH = 1000


def write_attribution(conversations: Dataset, path: Path) -> int:
    """Write a line for every picture, clip or recording that conversations are about.

    UTF-8, in the order of the conversations; what is not known is empty. Written as a stream.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`, those with an error left out.
        path: the file, which appears whole or not at all.

    Returns:
        The number of lines below the head.
    """
    number = 0
    with whole_file(path) as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEAD)
        for line in _lines(conversations):
            writer.writerow(line)
            number += 1
    return number


def _lines(conversations: Dataset) -> Iterator[list[Any]]:
    wanted = [*_OF_ROW, "license", "credit", "error"]
    columns = conversations.select_columns(
        [name for name in wanted if name in conversations.column_names]
    )
    seen: set[int] = set()  # of hashes: several conversations are about one picture
    for batch in columns.with_format("arrow").iter(_ROWS_A_BATCH):
        for row in batch.to_pylist():
            key = hash(tuple(row.get(name) for name in _OF_ROW))
            if row.get("error") is None and key not in seen:
                seen.add(key)
                yield _line(row)


def _line(row: Mapping[str, Any]) -> list[Any]:
    terms = terms_of(row.get("license"), row.get("source"))
    credit = row.get("credit") or {}
    return [
        *(row.get(name) for name in _OF_ROW),
        *(credit.get(name) for name in _OF_CREDIT),
        *(_word(terms.get(name)) for name in _OF_LICENSE),
    ]


def _word(value: Any) -> Any:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else value
