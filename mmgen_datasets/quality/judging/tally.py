"""How often each score was given."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from datasets import Dataset

_ROWS_A_BATCH = 1000


@dataclass
class ScoreTally:
    """What one judge gave for one criterion over a table."""

    judge: str
    name: str
    counts: Counter[float] = field(default_factory=Counter)
    """Value to number of conversations."""

    @property
    def judged(self) -> int:
        """How many conversations have the score."""
        return self.counts.total()

    @property
    def mean(self) -> float:
        """Of all of them; 0 where there are none."""
        return sum(v * n for v, n in self.counts.items()) / self.judged if self.judged else 0.0


def tally_scores(conversations: Dataset) -> list[ScoreTally]:
    """Count all scores that stand in the column ``scores``.

    Returns:
        For each judge and criterion, in the order in which they first appear.
    """
    tallies: dict[tuple[str, str], ScoreTally] = {}
    for batch in conversations.with_format(None).select_columns(["scores"]).iter(_ROWS_A_BATCH):
        for score in (score for row in batch["scores"] for score in row):
            if score["value"] is not None:
                key = (score["judge"], score["name"])
                tallies.setdefault(key, ScoreTally(*key)).counts[score["value"]] += 1
    return list(tallies.values())
