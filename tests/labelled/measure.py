"""Precision and recall of the checks on labelled conversations.

::

    python -m tests.labelled development
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass, field

from mmgen_datasets.quality import CHECKS
from mmgen_datasets.quality.check import resolve_check
from tests.labelled import Labelled, read_labelled


@dataclass
class Measured:
    """How the findings of one check, or of all, compare with the labels, by conversation."""

    right: int = 0
    """Conversations with the fault in which it was found."""
    wrong: int = 0
    """Conversations without it in which it was found."""
    missed: int = 0
    """Conversations with it in which it was not found."""
    errors: list[str] = field(default_factory=list)
    """The last two, in words."""

    @property
    def precision(self) -> float:
        """Of what was found, the share that is right; 1 where nothing was found."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        """Of what there is, the share that was found; 1 where there is none."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def measure(labelled: list[Labelled]) -> dict[str, Measured]:
    """Run each check on each conversation."""
    found = {name: Measured() for name in CHECKS}
    for one in labelled:
        for name, measured in found.items():
            _compare(one, name, measured)
    return found


def total(found: dict[str, Measured]) -> Measured:
    """All checks together."""
    return Measured(
        sum(m.right for m in found.values()),
        sum(m.wrong for m in found.values()),
        sum(m.missed for m in found.values()),
    )


def _compare(one: Labelled, name: str, measured: Measured) -> None:
    case = one.case
    is_judged = case.is_annotated or not CHECKS[name].reads_annotations
    faults = list(resolve_check(name)(case)) if is_judged else []
    if name in one.faults and faults:
        measured.right += 1
    elif faults:
        measured.wrong += 1
        measured.errors.append(f"wrong   {one.name}\n          {faults[0]}")
    elif name in one.faults:
        measured.missed += 1
        measured.errors.append(f"missed  {one.name}\n          {one.faults[name]}")


def main(folder: str, *only: str) -> None:
    """Print the errors, then a table."""
    labelled = read_labelled(folder)
    found = {name: m for name, m in measure(labelled).items() if not only or name in only}
    lines = [f"{name}: {error}" for name, measured in found.items() for error in measured.errors]
    faulty = Counter(name for one in labelled for name in one.faults)
    lines.append(f"{len(labelled)} conversations, {faulty.total()} faults")
    for name, m in {**found, "all": total(found)}.items():
        lines.append(
            f"{name:16} precision {m.precision:6.1%}  recall {m.recall:6.1%}"
            f"  right {m.right:3}  wrong {m.wrong:3}  missed {m.missed:3}"
        )
    sys.stdout.write("\n".join(lines) + "\n")
