"""Which questions of conversations stand in benchmarks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from mmgen_datasets.quality.case import Case, Fault, Said
from mmgen_datasets.quality.check import Checked
from mmgen_datasets.quality.detail import write_detail
from mmgen_datasets.quality.repeats.banding import match
from mmgen_datasets.quality.repeats.benchmark import SPECIFIC, Benchmark
from mmgen_datasets.quality.repeats.benchmark_pictures import BenchmarkRows
from mmgen_datasets.quality.repeats.passages import beginning
from mmgen_datasets.quality.repeats.similar_text import (
    SIMILAR,
    Shingles,
    comparing,
    fold,
    jaccard,
    shingle_set,
    shingles,
    text_keys,
    words,
)


@dataclass(frozen=True)
class Asked:
    """What benchmarks ask."""

    benchmarks: Sequence[Benchmark]
    shown: Mapping[int, BenchmarkRows]
    """Row of a conversation to the rows of benchmarks that show its picture."""

    @cached_property
    def specific(self) -> dict[str, str]:
        """Questions that can be told by themselves, folded, to where they stand."""
        return {
            text: benchmark.tell(row)
            for benchmark in reversed(self.benchmarks)
            for text, row in benchmark.specific().items()
        }

    @cached_property
    def texts(self) -> list[str]:
        return list(self.specific)

    @cached_property
    def keys(self) -> npt.NDArray[np.uint64]:
        return text_keys(self.texts)

    @cached_property
    def sets(self) -> list[Shingles]:
        return [shingle_set(text) for text in self.texts]

    def find(self, batch: Mapping[str, Any], rows: Sequence[int]) -> Iterator[list[Checked]]:
        """What to write of each row of a batch."""
        questions = [Case(messages or ()).questions for messages in batch["messages"]]
        near = self._near({fold(said.text) for asked in questions for said in asked})
        for row, asked in zip(rows, questions, strict=True):
            faults = [fault for said in asked if (fault := self._fault(row, said, near))]
            detail = write_detail(faults) or None
            yield [{"name": "benchmark_question", "passed": not faults, "detail": detail}]

    def _fault(self, row: int, said: Said, near: Mapping[str, str]) -> Fault | None:
        where = _asked_there(said.text, self.shown.get(row, ())) or near.get(fold(said.text))
        return Fault(said.turn, beginning(said.text), f"is asked in {where}") if where else None

    def _near(self, questions: Iterable[str]) -> dict[str, str]:
        """Those of some folded questions that are specific ones, or nearly, and where."""
        found = {text: self.specific[text] for text in questions if text in self.specific}
        own = sorted(t for t in questions if t not in found and len(words(t)) >= SPECIFIC)
        num_known = len(self.texts)
        compare = comparing([*self.sets, *map(shingle_set, own)])
        keys = np.concatenate([self.keys, text_keys(own)])
        for item, links in match(keys, num_known, compare, SIMILAR).items():
            similarity, place = max((value, -known) for known, value in links.items())
            found[own[item - num_known]] = (
                f"{self.specific[self.texts[-place]]} (similarity {similarity:.2f})"
            )
        return found


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
