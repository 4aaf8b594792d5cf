"""Keep only what a purpose allows.

A row carries the licence of its picture, clip or recording. Where it carries none, that of its
whole source counts, if there is one (`mmgen_datasets.publish.origins`); else it is unknown, and
what is unknown is allowed for nothing but ``"any"``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, NamedTuple, get_args

from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.licence import Use, is_allowed, name_of
from mmgen_datasets.publish.origins import ORIGINS

_ROWS_A_BATCH = 1000


class Kept(NamedTuple):
    """What a purpose allows, and what it does not."""

    rows: Dataset
    left_out: Counter[str]
    """Name of a licence to number of rows."""


def keep(dataset: Dataset, licence: Use) -> Kept:
    """Leave out the rows whose licence does not allow a purpose.

    Args:
        dataset: rows with the columns ``license`` and ``source`` of `mmgen_datasets.schema`.
        licence: the purpose.

    Raises:
        UsageError: no such purpose, or the rows carry no licences.

    Example::

        kept = keep(load_run("runs/llava"), "commercial")
        kept.left_out  # Counter({"Attribution-NonCommercial License": 31, ...})
    """
    if licence not in get_args(Use):
        known = ", ".join(map(repr, get_args(Use)))
        raise UsageError(f"licence is {licence!r}", f"give one of {known}")
    if licence == "any":
        return Kept(dataset, Counter())
    if missing := {"license", "source"} - set(dataset.column_names):
        raise UsageError(
            f"the rows have no column {min(missing)!r}, so nothing is known to be allowed",
            "use 'any', or a source that keeps the licence of its media",
        )
    indices, left_out = [], Counter[str]()
    columns = dataset.select_columns(["license", "source"]).with_format(None)
    for start in range(0, len(columns), _ROWS_A_BATCH):
        batch = columns[start : start + _ROWS_A_BATCH]
        for index, terms in enumerate(map(terms_of, batch["license"], batch["source"]), start):
            if is_allowed(terms, licence):
                indices.append(index)
            else:
                left_out[name_of(terms)] += 1
    return Kept(dataset.select(indices) if left_out else dataset, left_out)


def refuse_empty(kept: Kept, licence: Use) -> None:
    """Raise where nothing is left that a purpose allows.

    Raises:
        UsageError: naming the commonest licence.
    """
    if len(kept.rows) or not kept.left_out:
        return
    [(name, count)] = kept.left_out.most_common(1)
    raise UsageError(
        f"no row has a licence for {licence} use: of {kept.left_out.total():,}, {count:,} have"
        f" {name!r}",
        "allow more: 'research' takes every known licence, 'any' takes all",
    )


def terms_of(license: Mapping[str, Any] | None, source: str | None) -> dict[str, Any]:
    """The licence of a row's media: its own, or else that of its source."""
    terms = dict(license or {})
    if not (terms.get("url") or terms.get("name")) and terms.get("commercial") is None:
        origin = ORIGINS.get(source or "")
        if origin and origin.media:
            return asdict(origin.media)
    return terms
