"""How far a judge and the rule checks say the same.

A conversation counts with its lowest score: one that fails in one respect is a bad one. The figure
is the area under the ROC curve: how likely it is that the judge scores a conversation which passed
a check above one which failed it, a tie counting half. 1 is full agreement, 0.5 none, and below the
judge prefers what the check condemns. It needs no threshold, and does not grow by most
conversations passing, as the share of equal verdicts does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from datasets import Dataset

from mmgen_datasets.quality import SET_CHECKS

ANY_CHECK = "any check"
"""Failed: at least one check; passed: at least one, and none failed."""
LOW, HIGH = 2, 4
"""The highest score that condemns, and the lowest that approves."""
_ROWS_A_BATCH = 1000
_Scores: TypeAlias = "np.ndarray[Any, np.dtype[np.float64]]"


@dataclass(frozen=True)
class Agreement:
    """What a judge gave to the conversations that failed a check and to those that passed it.

    A figure of conversations that there are none of is None.
    """

    check: str
    failed: int
    """That the judge has scored."""
    passed: int
    mean_failed: float | None
    mean_passed: float | None
    failed_low: float | None
    """Of those that failed, the share that the judge scored `LOW` at most, 0..1."""
    passed_high: float | None
    """Of those that passed, the share that it scored `HIGH` at least, 0..1."""
    auc: float | None
    """The area under the ROC curve, 0..1."""


def agreement(conversations: Dataset, judge: str) -> list[Agreement]:
    """Compare a judge's scores with what checks found.

    Conversations that the judge has not scored are left out, of each check those that it could
    not judge, and the checks that compare conversations: a judge sees one at a time.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        judge: a name in their scores.

    Returns:
        `ANY_CHECK` first, then each check that something failed, in the order of the column;
        nothing where there are no conversations with both.
    """
    by_check: dict[str, tuple[list[float], list[float]]] = {}
    columns = conversations.with_format(None).select_columns(["checks", "scores"])
    for batch in columns.iter(_ROWS_A_BATCH):
        for checks, scores in zip(batch["checks"], batch["scores"], strict=True):
            if (lowest := lowest_score(scores, judge)) is None:
                continue
            passed = {
                found["name"]: found["passed"]
                for found in checks
                if found["passed"] is not None and found["name"] not in SET_CHECKS
            }
            overall = {ANY_CHECK: all(passed.values())} if passed else {}
            for name, good in (overall | passed).items():
                by_check.setdefault(name, ([], []))[good].append(lowest)
    return [
        compare(name, np.array(failed), np.array(passed))
        for name, (failed, passed) in by_check.items()
        if failed or name == ANY_CHECK
    ]


def lowest_score(scores: list[dict[str, Any]], judge: str) -> float | None:
    """What a judge thinks of a conversation as a whole; None where it gave no score."""
    mine = (score["value"] for score in scores if score["judge"] == judge)
    return min((value for value in mine if value is not None), default=None)


def compare(check: str, failed: _Scores, passed: _Scores) -> Agreement:
    """Compare the scores of conversations that failed with those of others that passed."""
    return Agreement(
        check,
        len(failed),
        len(passed),
        mean_failed=_mean(failed),
        mean_passed=_mean(passed),
        failed_low=_mean(failed <= LOW),
        passed_high=_mean(passed >= HIGH),
        auc=_auc(failed, passed),
    )


def _mean(values: Any) -> float | None:
    return float(np.mean(values)) if len(values) else None


def _auc(failed: _Scores, passed: _Scores) -> float | None:
    if not len(failed) or not len(passed):
        return None
    ranked = np.sort(failed)
    below, up_to = (np.searchsorted(ranked, passed, side) for side in ("left", "right"))
    return float(np.mean(below + up_to) / 2 / len(failed))
