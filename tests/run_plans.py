"""What runs of tests are asked to do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from mmgen_datasets import (
    Plan,
)
from mmgen_datasets.chat import Request
from tests.sample import SAMPLE_DIR

GROUNDED = Plan("coco2017", data_dir=str(SAMPLE_DIR))


def asking(url: str, **changes: Any) -> Plan:
    settings = {"model": "any", "base_url": url}
    plan = replace(GROUNDED, recipe="llava", backend="openai", settings=settings)
    return replace(plan, **changes)


def scripted(function: str, **changes: Any) -> Plan:
    settings = {"function": f"{__name__}:{function}"}
    return replace(GROUNDED, recipe="llava-small", backend="scripted", settings=settings, **changes)


def every_third_fails(request: Request) -> str:
    text = "" if int(request.key, 16) % 3 == 0 else "Question: What?\n===\nAnswer: A drawing."
    return text if any("===" in turn.text for turn in request.chat) else text and "A drawing."
