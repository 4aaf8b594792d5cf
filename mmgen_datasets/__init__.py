"""Turn annotated images, human motion and speech into multimodal instruction data.

::

    from mmgen_datasets import export, generate, load_dataset

    samples = load_dataset("coco2017", data_dir="coco", split="train")
    conversations = generate(samples, recipe="grounded")
    export(conversations, "llava", "out")

Every public name is imported when it is first used, so that importing the package is free.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mmgen_datasets.backends import open_backend
    from mmgen_datasets.backends.openai import OpenAI
    from mmgen_datasets.backends.openai_batch import OpenAIBatch
    from mmgen_datasets.backends.scripted import Scripted
    from mmgen_datasets.conversion.convert import convert
    from mmgen_datasets.errors import MMGenError, UsageError
    from mmgen_datasets.exporters.export import export
    from mmgen_datasets.generation.batch_cancel import cancel_batches
    from mmgen_datasets.generation.budget import Caps
    from mmgen_datasets.generation.estimate import describe, estimate
    from mmgen_datasets.generation.fill import estimate_run, fill_run
    from mmgen_datasets.generation.generate import generate
    from mmgen_datasets.generation.manifest import Plan, Shard
    from mmgen_datasets.generation.pace import Pace
    from mmgen_datasets.generation.requests import build_requests
    from mmgen_datasets.generation.result import rejected_keys
    from mmgen_datasets.generation.run import RunFolder, load_run, read_run
    from mmgen_datasets.generation.whom import Whom
    from mmgen_datasets.loading import load_dataset, register
    from mmgen_datasets.motion.tokenizer import MotionTokenizer
    from mmgen_datasets.own_table import as_conversations
    from mmgen_datasets.parquet import prepare
    from mmgen_datasets.prompts.recipe import Recipe, load_recipe
    from mmgen_datasets.publish.hub import push_to_hub
    from mmgen_datasets.quality.check import check
    from mmgen_datasets.quality.check_run import check_run
    from mmgen_datasets.quality.judging.judge_run import Judging, judge_run
    from mmgen_datasets.quality.repeats.benchmark import load_benchmark
    from mmgen_datasets.quality.repeats.contamination import check_contamination
    from mmgen_datasets.quality.repeats.duplicates import check_duplicates
    from mmgen_datasets.quality.repeats.pictures import check_pictures
    from mmgen_datasets.quality.selection.select import select
    from mmgen_datasets.quality.selection.select_run import select_run
    from mmgen_datasets.report.write import write_report
    from mmgen_datasets.speech.tokenizer import SpeechTokenizer

_PUBLIC = {
    "Caps": "generation.budget",
    "Judging": "quality.judging.judge_run",
    "MMGenError": "errors",
    "MotionTokenizer": "motion.tokenizer",
    "OpenAI": "backends.openai",
    "OpenAIBatch": "backends.openai_batch",
    "Pace": "generation.pace",
    "Plan": "generation.manifest",
    "Recipe": "prompts.recipe",
    "RunFolder": "generation.run",
    "Scripted": "backends.scripted",
    "Shard": "generation.manifest",
    "SpeechTokenizer": "speech.tokenizer",
    "UsageError": "errors",
    "Whom": "generation.whom",
    "as_conversations": "own_table",
    "build_requests": "generation.requests",
    "cancel_batches": "generation.batch_cancel",
    "check": "quality.check",
    "check_contamination": "quality.repeats.contamination",
    "check_duplicates": "quality.repeats.duplicates",
    "check_pictures": "quality.repeats.pictures",
    "check_run": "quality.check_run",
    "convert": "conversion.convert",
    "describe": "generation.estimate",
    "estimate": "generation.estimate",
    "estimate_run": "generation.fill",
    "export": "exporters.export",
    "fill_run": "generation.fill",
    "generate": "generation.generate",
    "judge_run": "quality.judging.judge_run",
    "load_benchmark": "quality.repeats.benchmark",
    "load_dataset": "loading",
    "load_recipe": "prompts.recipe",
    "load_run": "generation.run",
    "open_backend": "backends",
    "prepare": "parquet",
    "push_to_hub": "publish.hub",
    "read_run": "generation.run",
    "register": "loading",
    "rejected_keys": "generation.result",
    "select": "quality.selection.select",
    "select_run": "quality.selection.select_run",
    "write_report": "report.write",
}

__all__ = [
    "Caps",
    "Judging",
    "MMGenError",
    "MotionTokenizer",
    "OpenAI",
    "OpenAIBatch",
    "Pace",
    "Plan",
    "Recipe",
    "RunFolder",
    "Scripted",
    "Shard",
    "SpeechTokenizer",
    "UsageError",
    "Whom",
    "as_conversations",
    "build_requests",
    "cancel_batches",
    "check",
    "check_contamination",
    "check_duplicates",
    "check_pictures",
    "check_run",
    "convert",
    "describe",
    "estimate",
    "estimate_run",
    "export",
    "fill_run",
    "generate",
    "judge_run",
    "load_benchmark",
    "load_dataset",
    "load_recipe",
    "load_run",
    "open_backend",
    "prepare",
    "push_to_hub",
    "read_run",
    "register",
    "rejected_keys",
    "select",
    "select_run",
    "write_report",
]

_root = Path(__file__).resolve().parent.parent
if not Path(__file__).with_name("builders").is_dir() and (_root / "builders").is_dir():
    # A bare checkout: `builders/` stands beside the package, where no installer has moved it.
    __path__.append(str(_root))


def __getattr__(name: str) -> Any:
    if name not in _PUBLIC:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{_PUBLIC[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
