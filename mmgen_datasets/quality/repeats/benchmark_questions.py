"""Which questions of conversations stand in benchmarks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from datasets import Dataset

from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.check import Checked
from mmgen_datasets.quality.detail import write_detail
from mmgen_datasets.quality.repeats.benchmark import SPECIFIC, Benchmark
from mmgen_datasets.quality.repeats.benchmark_pictures import BenchmarkRows
from mmgen_datasets.quality.repeats.matching import match_one
from mmgen_datasets.quality.repeats.passages import beginning
from mmgen_datasets.quality.repeats.rare_shingles import by_rare_shingles
from mmgen_datasets.quality.repeats.similar_text import (
    SIMILAR,
    comparing,
    fold,
    jaccard,
    shingle_set,
    shingles,
    text_keys,
    words,
)

_ROWS_A_BATCH = 1000


@dataclass(frozen=True)
class Asked:
    """What benchmarks ask of what some conversations ask."""

    anywhere: Mapping[str, str]
    """As `asked_anywhere` finds it."""
    shown: Mapping[int, BenchmarkRows]
    """Row of a conversation to the rows of benchmarks that show its picture."""

    def find(self, batch: Mapping[str, Any], rows: Sequence[int]) -> Iterator[list[Checked]]:
        """What to write of each row of a batch."""
        for row, messages in zip(rows, batch["messages"], strict=True):
            asked = Case(messages or ()).questions
            faults = [fault for said in asked if (fault := self._fault(row, said))]
            detail = write_detail(faults) or None
            yield [{"name": "benchmark_question", "passed": not faults, "detail": detail}]

    def _fault(self, row: int, said: Said) -> Fault | None:
        there = _asked_there(said.text, self.shown.get(row, ()))
        where = there or self.anywhere.get(fold(said.text))
        return Fault(said.turn, beginning(said.text), f"is asked in {where}") if where else None


def asked_anywhere(conversations: Dataset, benchmarks: Sequence[Benchmark]) -> dict[str, str]:
    """Find the questions that can be told by themselves: `Benchmark.specific`, or nearly.

    All are compared at once, since the keys of a benchmark are sorted for each comparison.

    Returns:
        Question of a conversation, folded, to where it stands.
    """
    specific = {
        text: benchmark.tell(row)
        for benchmark in reversed(benchmarks)
        for text, row in benchmark.specific().items()
    }
    asked: set[str] = set()
    for batch in conversations.with_format(None).select_columns(["messages"]).iter(_ROWS_A_BATCH):
        for messages in batch["messages"]:
            folded = (fold(said.text) for said in Case(messages or ()).questions)
            asked.update(text for text in folded if len(words(text)) >= SPECIFIC)
    found = {text: specific[text] for text in asked & specific.keys()}
    return found | _nearly(sorted(asked - specific.keys()), specific)


def _nearly(asked: Sequence[str], specific: Mapping[str, str]) -> dict[str, str]:
    """Those of some folded questions that nearly are specific ones, and where those stand."""
    if not asked or not specific:
        return {}
    texts = [*asked, *specific]
    sets = [shingle_set(text) for text in texts]
    compare, closely = comparing(sets, SIMILAR), by_rare_shingles(sets, SIMILAR)
    near = match_one(text_keys(texts), len(asked), compare, SIMILAR, closely)
    return {
        asked[item]: f"{specific[texts[link.other]]} (similarity {link.similarity:.2f})"
        for item, link in near.items()
    }


def _asked_there(question: str, rows: BenchmarkRows) -> str | None:
    """The first of some rows of benchmarks that ask the same or nearly, and how nearly."""
    folded = fold(question)
    for benchmark, row in rows:
        if folded in map(fold, benchmark.questions[row]):
            return f"{benchmark.tell(row)}, about the same picture"
    own = {*shingles(question)}
    for benchmark, row in rows:
        near = max((jaccard(own, {*shingles(q)}) for q in benchmark.questions[row]), default=0.0)
        if near >= SIMILAR:
            return f"{benchmark.tell(row)}, about the same picture (similarity {near:.2f})"
    return None
