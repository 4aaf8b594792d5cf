"""Run the checks that compare conversations with one another, and with benchmarks."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.quality import SET_CHECKS
from mmgen_datasets.quality.repeats.benchmark import Benchmark
from mmgen_datasets.quality.repeats.contamination import check_contamination
from mmgen_datasets.quality.repeats.duplicates import check_duplicates
from mmgen_datasets.quality.repeats.pictures import Pictures, check_pictures
from mmgen_datasets.quality.repeats.together import together

_TEXTS = {"duplicate", "near_duplicate"}
_PICTURES = {"picture_duplicate", "benchmark_picture"}
_BENCHMARKS = {"benchmark_picture", "benchmark_question"}


@dataclass(frozen=True)
class Compared:
    """What conversations are compared with, beside one another."""

    known: Mapping[str, Dataset] = field(default_factory=dict)
    """Other tables of conversations, by name, which count as earlier."""
    benchmarks: Sequence[Benchmark] = ()
    """What a model will be measured on."""
    pictures: bool = True
    """Whether pictures are read."""

    def choose(self, checks: Collection[str] | None = None) -> list[str]:
        """Those of some names that compare many conversations; where None, all that can.

        Raises:
            UsageError: one is named that has nothing to compare with.
        """
        lacking = {} if self.benchmarks else dict.fromkeys(_BENCHMARKS, "needs a benchmark")
        if not self.pictures:
            lacking |= dict.fromkeys(_PICTURES, "compares pictures, which are not to be read")
        if checks is None:
            return [name for name in SET_CHECKS if name not in lacking]
        chosen = [name for name in SET_CHECKS if name in checks]
        for name in chosen:
            if name in lacking:
                raise UsageError(
                    f"the check {name!r} {lacking[name]}",
                    "give one with --benchmark, leave out --no-pictures, or choose another check",
                )
        return chosen


def check_set(conversations: Dataset, checks: Collection[str], compared: Compared) -> Dataset:
    """Run checks of `SET_CHECKS`, each picture being looked at once for all of them.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        checks: their names; what a table cannot be checked for, having no pictures, is left out.
        compared: with what.

    Returns:
        The same rows, in the same order.
    """
    pictures = None
    if compared.pictures and "image" in conversations.column_names:
        pictures = Pictures(together(conversations, compared.known))
    if _TEXTS & {*checks}:
        conversations = check_duplicates(conversations, known=compared.known, pictures=pictures)
    if pictures and "picture_duplicate" in checks:
        conversations = check_pictures(conversations, pictures=pictures)
    if _BENCHMARKS & {*checks}:
        conversations = check_contamination(
            conversations,
            compared.benchmarks,
            pictures=pictures,
            compare_pictures=compared.pictures,
        )
    return conversations
