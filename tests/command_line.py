"""The command line as tests give it."""

from __future__ import annotations

from pathlib import Path

from mmgen_datasets.cli import main
from tests.sample import SAMPLE_DIR

GENERATE = ["generate", "coco2017", "--data-dir", str(SAMPLE_DIR)]
ASKING = [*GENERATE, "--recipe", "llava", "--backend", "openai", "--model", "any", "--out", "OUT"]


def run(*words: str | Path) -> int:
    """Give a command; its exit status."""
    return main([str(word) for word in words])
