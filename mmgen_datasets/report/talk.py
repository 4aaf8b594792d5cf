"""What is counted of the words of conversations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mmgen_datasets.quality.case import PLACEHOLDER
from mmgen_datasets.report.lengths import histogram
from mmgen_datasets.report.openings import Opening, opening_of, opening_tree


@dataclass
class Talk:
    """Counts over conversations; by default those of none."""

    openings: Counter[Opening] = field(default_factory=Counter)
    lengths: dict[str, Counter[int]] = field(
        default_factory=lambda: {"questions": Counter(), "answers": Counter()}
    )
    """In words."""
    exchanges: Counter[int] = field(default_factory=Counter)
    """Questions in a conversation."""

    def count(self, messages: Sequence[Mapping[str, str]]) -> None:
        """Count one conversation."""
        questions = 0
        for message in messages:
            text = PLACEHOLDER.sub("", message["content"])
            if message["role"] == "user":
                questions += 1
                self.openings[opening_of(text)] += 1
                self.lengths["questions"][len(text.split())] += 1
            elif message["role"] == "assistant":
                self.lengths["answers"][len(text.split())] += 1
        self.exchanges[questions] += 1

    def told(self) -> dict[str, Any]:
        """As plain data."""
        return {
            "openings": opening_tree(self.openings),
            "lengths": {name: histogram(found) for name, found in self.lengths.items()},
            "exchanges": sorted(self.exchanges.items()),
        }
