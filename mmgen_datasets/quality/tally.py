"""How often each check failed, and an example of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from datasets import Dataset

_ROWS_A_BATCH = 1000


@dataclass
class Outcome:
    """What became of one check over a table."""

    name: str
    passed: int = 0
    failed: int = 0
    not_judged: int = 0
    example: str | None = None
    """The detail of the first conversation that failed."""
    example_id: str | None = None

    @property
    def failed_share(self) -> float:
        """Of those that were judged, 0..1."""
        judged = self.passed + self.failed
        return self.failed / judged if judged else 0.0


def tally_checks(conversations: Dataset) -> list[Outcome]:
    """Count the outcomes of all checks that stand in the column ``checks``.

    Returns:
        In the order in which the checks first appear.
    """
    outcomes: dict[str, Outcome] = {}
    for batch in conversations.select_columns(["id", "checks"]).iter(_ROWS_A_BATCH):
        for name, found in zip(batch["id"], batch["checks"], strict=True):
            count_checks(outcomes, name, found)
    return list(outcomes.values())


def count_checks(
    outcomes: dict[str, Outcome], name: str, found: Iterable[Mapping[str, object]]
) -> None:
    """Count the checks of one conversation.

    Args:
        outcomes: by the name of the check; filled as checks appear.
        name: the id of the conversation.
        found: rows of `mmgen_datasets.schema.CHECK`.
    """
    for check in found:
        check_name = str(check["name"])
        _count(outcomes.setdefault(check_name, Outcome(check_name)), check, name)


def _count(outcome: Outcome, check: Mapping[str, object], name: str) -> None:
    if check["passed"] is None:
        outcome.not_judged += 1
    elif check["passed"]:
        outcome.passed += 1
    else:
        outcome.failed += 1
        if outcome.example is None:
            outcome.example, outcome.example_id = str(check["detail"]), name
