"""Run checks over a table of conversations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, partial
from typing import Any, TypeAlias

from datasets import Dataset

from mmgen_datasets.chat import MediaKind
from mmgen_datasets.errors import UsageError
from mmgen_datasets.missing_media import media_of
from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.case import Case, Check
from mmgen_datasets.quality.column import rewrite_column
from mmgen_datasets.quality.detail import write_detail
from mmgen_datasets.registry import resolve
from mmgen_datasets.schema import SAMPLE

Checked: TypeAlias = dict[str, Any]
"""A row of `mmgen_datasets.schema.CHECK`."""

_READ = ("messages", "kind", "provenance", "sample_id", "error", "checks")


def check(
    conversations: Dataset,
    samples: Dataset | None = None,
    *,
    checks: Sequence[str] | None = None,
    language: str = "en",
) -> Dataset:
    """Check conversations, and write what was found into their column ``checks``.

    A check that passed stands in the column with ``passed`` true and no detail; one that needs
    annotations which are not at hand has ``passed`` null. The detail of one that failed quotes
    the words at fault: `mmgen_datasets.quality.detail`. What other checks found earlier stays.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        samples: what they were made from, in any order, for the checks that compare with
            annotations; media columns are not read.
        checks: names of `CHECKS`, or ``"module:attribute"`` of a `Check` of your own; all of the
            table where None.
        language: that the conversations are to be in, ISO 639-1.

    Returns:
        The same rows, in the same order.

    Raises:
        UnknownNameError: a check that does not exist.
        UsageError: a check of your own failed.

    Example::

        checked = check(conversations, samples)
        good = checked.filter(lambda found: all(c["passed"] is not False for c in found),
                              input_columns=["checks"])
    """
    chosen = tuple(CHECKS if checks is None else checks)
    for name in chosen:
        resolve_check(name)  # an unknown name is told before the work begins
    find = partial(
        _check_batch,
        chosen=chosen,
        media=media_of(conversations),
        known=Annotations(samples) if samples is not None else None,
        language=language,
    )
    return put_checks(conversations, find, desc="checks")


def check_case(case: Case, checks: Iterable[str] = tuple(CHECKS)) -> list[Checked]:
    """Check one conversation.

    Returns:
        Rows of `mmgen_datasets.schema.CHECK`, in the order of `checks`.
    """
    return [_check_one(case, name) for name in checks]


@cache
def resolve_check(name: str) -> Check:
    """The check of a name.

    Raises:
        UnknownNameError: there is none.
    """
    found: Check = resolve("check", CHECKS, name)
    return found


def put_checks(
    conversations: Dataset, find: Callable[..., Iterable[list[Checked]]], *, desc: str
) -> Dataset:
    """Lay the findings of checks beside conversations; only this column is written anew.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        find: from a batch of the columns messages, kind, provenance and sample_id, and with the
            numbers of its rows, what was found about each row. Findings of the same names that
            stand there are replaced.
        desc: what the progress bar says.
    """
    merge = partial(_merged, find=find)
    return rewrite_column(conversations, "checks", merge, read=_READ, desc=desc)


@dataclass(frozen=True)
class Annotations:
    """Samples that can be looked up by their id."""

    samples: Dataset

    @cached_property
    def places(self) -> Mapping[str, int]:
        """Row number by id."""
        ids = self.samples.with_format("arrow").select_columns(["id"])[:]["id"]
        return {name: row for row, name in enumerate(ids.to_pylist())}

    @cached_property
    def texts(self) -> Dataset:
        """The columns of `mmgen_datasets.schema.SAMPLE`, without media."""
        columns = [name for name in SAMPLE if name in self.samples.column_names]
        return self.samples.with_format(None).select_columns(columns)

    def of(self, sample_ids: Sequence[str]) -> list[Mapping[str, Any] | None]:
        """The sample of each id; None where there is none."""
        rows = [self.places.get(name) for name in sample_ids]
        have = sorted({row for row in rows if row is not None})
        found = dict(zip(have, self.texts.select(have), strict=True)) if have else {}
        return [None if row is None else found[row] for row in rows]


def _merged(batch: Mapping[str, list[Any]], indices: list[int], find: Any) -> dict[str, Any]:
    found = list(find(batch, indices))
    old = batch.get("checks") or [[]] * len(found)
    names = [{check["name"] for check in new} for new in found]
    return {
        "checks": [
            [*(check for check in before or () if check["name"] not in replaced), *new]
            for before, new, replaced in zip(old, found, names, strict=True)
        ]
    }


def _check_batch(
    batch: Mapping[str, list[Any]],
    indices: list[int],
    chosen: Sequence[str],
    media: Sequence[Sequence[MediaKind]],
    known: Annotations | None,
    language: str,
) -> list[list[Checked]]:
    samples = known.of(batch["sample_id"]) if known else [None] * len(batch["messages"])
    errors = batch.get("error") or [None] * len(samples)
    kinds = (media[index] for index in indices)
    columns = (batch[name] for name in ("messages", "kind", "provenance"))
    rows = zip(*columns, kinds, samples, errors, strict=True)
    return [
        [_not_judged(name, "there is no conversation") for name in chosen]
        if error is not None or messages is None
        else check_case(
            Case(messages, kind, there, (made or {}).get("finish_reason"), sample, language), chosen
        )
        for messages, kind, made, there, sample, error in rows
    ]


def _check_one(case: Case, name: str) -> Checked:
    needs = name in CHECKS and CHECKS[name].reads_annotations
    if needs and not case.is_annotated:
        return _not_judged(name, "no annotations are at hand")
    try:
        faults = list(resolve_check(name)(case))
        return {"name": name, "passed": not faults, "detail": write_detail(faults) or None}
    except Exception as error:
        if name in CHECKS:
            raise
        begin = next((said.text for said in case.questions), "")[:60]
        raise UsageError(
            f"the check {name!r} failed at the conversation that begins {begin!r}: {error!r}",
            "a check takes a mmgen_datasets.quality.case.Case and yields Faults",
        ) from error


def _not_judged(name: str, why: str) -> Checked:
    return {"name": name, "passed": None, "detail": f"not judged: {why}"}
