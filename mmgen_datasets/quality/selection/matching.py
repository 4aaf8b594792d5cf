"""For which rows a condition holds, and whether what it asks for is there at all."""

from __future__ import annotations

import difflib
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.errors import UnknownNameError, UsageError
from mmgen_datasets.quality import CHECKS, SET_CHECKS
from mmgen_datasets.quality.selection.fields import FIELDS, Cells, Field, score_field
from mmgen_datasets.quality.selection.where import Condition

ANY = "any"
"""The value that whatever a conversation has is equal to."""

_ROWS_A_BATCH = 10_000
_FEW = 3
_ALIKE = 0.75
"""How much of a name has to be right to be taken for a slip; 'relevance' is none of 'licence'."""
_ABOUT_CHECKS = ("failed", "passed")
_MOST_NAMED = 20

_COMPARE: Mapping[str, Callable[[Any, Any], Any]] = MappingProxyType(
    {
        "=": np.isin,
        "!=": lambda found, wanted: ~np.isin(found, wanted),
        ">=": np.greater_equal,
        "<=": np.less_equal,
        ">": np.greater,
        "<": np.less,
    }
)


@dataclass(frozen=True)
class Term:
    """A condition, and how what it is about is read."""

    condition: Condition
    field: Field

    def holds(self, cells: Cells, num_rows: int) -> npt.NDArray[np.bool_]:
        """For which rows of a batch it holds.

        Words are compared without regard to capitals. No comparison with a number holds for a
        row that has none, as one that a judge did not score.
        """
        held = np.zeros(num_rows, np.bool_)
        condition = self.condition
        if self.field.is_number:
            wanted = np.array([float(value) for value in condition.values], np.float32)
            found = cells.values.to_numpy(zero_copy_only=False)
            held[cells.rows[_COMPARE[condition.sign](found, wanted)]] = True
            return held
        if ANY in condition.values:
            held[cells.rows] = True
        else:
            wanted = pc.utf8_lower(pa.array(condition.values, pa.string()))
            is_in = pc.is_in(pc.utf8_lower(cells.values), value_set=wanted)
            held[cells.rows[is_in.to_numpy(zero_copy_only=False)]] = True
        return held if condition.sign == "=" else ~held

    def known(self, table: pa.Table, cells: Cells) -> Cells:
        """What may be asked for in its place, of a batch."""
        return self.field.known(table) if self.field.known else cells

    def is_unchecked(self, known: Cells, num_rows: int) -> npt.NDArray[np.bool_]:
        """Which rows of a batch it holds for though a check was not run on them that it names."""
        if self.condition.name not in _ABOUT_CHECKS or self.condition.sign != "!=":
            return np.zeros(num_rows, np.bool_)
        rows, needed = known.rows, 1
        if ANY not in self.condition.values:
            wanted = sorted({value.lower() for value in self.condition.values})
            is_in = pc.is_in(pc.utf8_lower(known.values), value_set=pa.array(wanted))
            rows, needed = rows[is_in.to_numpy(zero_copy_only=False)], len(wanted)
        return np.asarray(np.bincount(rows, minlength=num_rows) < needed)

    def refuse_unknown(self, known: Iterable[str]) -> None:
        """See that the conversations have what the condition asks for, or asks to be without.

        A name that is written wrong would drop everything, or nothing.

        Args:
            known: all values that any of them has.

        Raises:
            UnknownNameError: they have not.
        """
        if self.field.is_number:
            return
        known, name = sorted(known), self.condition.name
        about_checks = name in _ABOUT_CHECKS
        if not known:
            if about_checks:
                raise UnknownNameError(
                    f"{self.condition}: none of the conversations was checked yet",
                    "check them first: mmgen check RUN",
                )
            raise UnknownNameError(
                f"{self.condition}: no conversation has a {name}",
                "choose by something else, of 'mmgen fields'",
            )
        lower = {value.lower() for value in known}
        for value in self.condition.values:
            if value == ANY or value.lower() in lower:
                continue
            if about_checks and value in (*CHECKS, *SET_CHECKS):
                raise UnknownNameError(
                    f"{self.condition}: the check {value!r} was not run on them",
                    f"run it: mmgen check RUN --check {value}",
                )
            what = (
                f"no check {value!r} was run on"
                if about_checks
                else f"there is no {name} {value!r} in"
            )
            raise UnknownNameError(
                f"{self.condition}: {what} these conversations", _use(value, known)
            )

    def refuse_unchecked(self, number: int, of: int) -> None:
        """See that nothing is chosen for not having failed a check that was not run on it.

        Raises:
            UsageError: on so many they were not.
        """
        if not number:
            return
        names = [] if ANY in self.condition.values else self.condition.values
        those = f"{number:,} of {of:,} conversations"
        what = f"the check {' or '.join(map(repr, names))} was not run on {those}"
        raise UsageError(
            f"{self.condition}: {what if names else f'{those} were not checked'}",
            " ".join(["check them: mmgen check RUN", *(f"--check {name}" for name in names)]),
        )


def terms_of_conditions(conditions: Sequence[Condition], conversations: Dataset) -> list[Term]:
    """Find out what conditions are about.

    Args:
        conditions: as they were written.
        conversations: whose scores may be named.

    Raises:
        UnknownNameError: nothing is called so, among the fields and these scores.
        UsageError: it cannot be compared like that, or several judges scored it.
    """
    named = all(condition.name in FIELDS for condition in conditions)
    scores = {} if named else scores_in(conversations)
    terms = [Term(condition, _field(condition, scores)) for condition in conditions]
    for term in terms:
        _refuse_comparison(term)
    return terms


def scores_in(conversations: Dataset) -> dict[str, list[str]]:
    """What was scored, and by which judges, in the order of their names."""
    found: dict[str, set[str]] = {}
    if "scores" not in conversations.column_names:
        return {}
    column = conversations.select_columns(["scores"]).with_format("arrow")
    for table in column.iter(_ROWS_A_BATCH):
        scores = pc.list_flatten(table["scores"].combine_chunks())
        pairs = pa.table({name: pc.struct_field(scores, name) for name in ("name", "judge")})
        for row in pairs.group_by(["name", "judge"]).aggregate([]).to_pylist():
            found.setdefault(row["name"], set()).add(row["judge"] or "")
    return {name: sorted(judges) for name, judges in sorted(found.items())}


def _field(condition: Condition, scores: Mapping[str, Sequence[str]]) -> Field:
    name, judge = condition.name, condition.judge
    if name in FIELDS:
        if judge is not None:
            raise UsageError(f"{condition}: a {name} has no judge", f"leave out '@{judge}'")
        return FIELDS[name]
    if name not in scores:
        given = (
            f", or a score of these: {', '.join(scores)}"
            if scores
            else "; scores come from: mmgen judge RUN"
        )
        close = difflib.get_close_matches(name, [*FIELDS, *scores], n=1, cutoff=_ALIKE)
        raise UnknownNameError(
            f"{condition}: nothing to choose by is called {name!r}",
            f"use {close[0]!r}" if close else f"use {', '.join(FIELDS)}{given}",
        )
    judges = scores[name]
    if judge is None and len(judges) > 1:
        raise UsageError(
            f"{condition}: {len(judges)} judges scored {name}",
            f"name one: {' or '.join(f'{name}@{each}' for each in judges)}",
        )
    if judge is not None and judge not in judges:
        raise UnknownNameError(
            f"{condition}: {judge!r} did not score {name}",
            f"use {' or '.join(f'{name}@{each}' for each in judges)}",
        )
    return score_field(name, judges[0] if judge is None else judge)


def _refuse_comparison(term: Term) -> None:
    condition = term.condition
    if not term.field.is_number:
        if condition.sign not in ("=", "!="):
            raise UsageError(
                f"{condition}: a {condition.name} is a word, not a number", "compare it by = or !="
            )
        return
    for value in condition.values:
        try:
            is_number = math.isfinite(float(value))
        except ValueError:
            is_number = False
        if not is_number:
            raise UsageError(
                f"{condition}: {value!r} is no number", f"write, for example: {condition.name} >= 4"
            )


def _use(value: str, known: Sequence[str]) -> str:
    """Which values there are, or those that are written alike where there are many."""
    named = difflib.get_close_matches(value, known, n=_FEW) or known
    if len(named) <= _FEW:
        return f"use {' or '.join(map(repr, named))}"
    others = f", or one of {more:,} more" if (more := len(named) - _MOST_NAMED) > 0 else ""
    return f"use one of {', '.join(map(repr, named[:_MOST_NAMED]))}{others}"
