"""Conversations with pictures or questions of the benchmarks that a model will be measured on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from datasets import Dataset

from mmgen_datasets.quality.check import put_checks
from mmgen_datasets.quality.repeats.benchmark import Benchmark
from mmgen_datasets.quality.repeats.benchmark_pictures import BenchmarkRows, same_pictures
from mmgen_datasets.quality.repeats.benchmark_questions import Asked, asked_anywhere
from mmgen_datasets.quality.repeats.pictures import Pictures
from mmgen_datasets.quality.repeats.together import put_findings, together


def check_contamination(
    conversations: Dataset,
    benchmarks: Sequence[Benchmark],
    *,
    pictures: Pictures | None = None,
    compare_pictures: bool = True,
) -> Dataset:
    """Check for what stands in benchmarks: `benchmark_picture`, `benchmark_question`.

    A picture is that of a benchmark where its file is, or looks the same
    (`mmgen_datasets.quality.repeats.picture_hash`). A question is one of a benchmark where it is
    asked there about the same picture, in the same words or nearly. By itself it counts where it
    has at least 12 words and the benchmark asks it about one picture only, since "What is the man
    doing?" is nobody's. The detail names the benchmark and its row.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`.
        benchmarks: what to look for.
        pictures: those of the conversations, where they were looked at already.
        compare_pictures: whether pictures are read at all.

    Returns:
        The same rows, in the same order. A check stands in them only where there was something to
        compare with.
    """
    shown: Mapping[int, BenchmarkRows] = {}
    if compare_pictures and "image" in conversations.column_names:
        pictures = pictures or Pictures(together(conversations))
        if any(benchmark.pictures for benchmark in benchmarks):
            shown, details = same_pictures(pictures, benchmarks)
            conversations = put_findings(
                conversations, {"benchmark_picture": details}, desc="pictures of benchmarks"
            )
    if any(any(benchmark.questions) for benchmark in benchmarks):
        asked = Asked(asked_anywhere(conversations, benchmarks), shown)
        conversations = put_checks(conversations, asked.find, desc="questions of benchmarks")
    return conversations
