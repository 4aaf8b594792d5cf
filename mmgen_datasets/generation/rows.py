"""What the mapped functions of generation have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from datasets import Dataset
from datasets.fingerprint import Hasher

VERSION = version("mmgen-datasets")


def rows_of(batch: Mapping[str, list[Any]]) -> Iterator[dict[str, Any]]:
    """A batch of columns as rows."""
    names = list(batch)
    return (dict(zip(names, row, strict=True)) for row in zip(*batch.values(), strict=True))


def fingerprint(way: str, table: Dataset, *inputs: object) -> str:
    """Name the result of a map by all that it depends on, this library's version included."""
    return str(Hasher.hash([way, table._fingerprint, VERSION, *inputs]))
