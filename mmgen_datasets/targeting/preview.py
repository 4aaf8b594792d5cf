"""What would be sent, in words, without sending it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from mmgen_datasets.quantity import quantity
from mmgen_datasets.targeting.prompt_file import PromptFile
from mmgen_datasets.targeting.requests import Requests


def describe_plan(prompts: PromptFile) -> str:
    """A plan in a few lines: how many prompts, for which keywords, with how many examples."""
    total, items = len(prompts.prompts), prompts.num_items
    width = max([len(keyword) for keyword in prompts.per_keyword()], default=0)
    shown = [len(prompt.icl_indices) for prompt in prompts.prompts]
    mean = sum(shown) / total if total else 0
    return "\n".join(
        [
            f"{quantity(total, 'prompt')} ask for {quantity(items, 'item')}, mode {prompts.mode},"
            f" {mean:.3g} examples a prompt",
            *(f"  {word:{width}}  {count:,}" for word, count in prompts.per_keyword().items()),
        ]
    )


def describe_requests(requests: Requests, most: int) -> str:
    """The first requests as they will be sent; a picture stands as its path.

    Args:
        requests: of `mmgen_datasets.targeting.requests.targeted_requests`.
        most: how many to show.
    """
    some = requests.rows.select(range(min(most, len(requests.rows))))
    blocks = ["\n".join(_lines(row, requests)) for row in some]
    errors = requests.rows.select_columns(["error"]).with_format("arrow")[:]["error"]
    if faulty := len(errors) - errors.null_count:
        first = next(error for error in errors.to_pylist() if error)
        blocks.append(f"{faulty:,} cannot be sent; the first: {first}")
    return "\n\n".join(blocks)


def _lines(row: Mapping[str, Any], requests: Requests) -> Iterator[str]:
    yield f"{row['id']} ({row['keyword']})"
    if row["error"]:
        yield f"cannot be sent: {row['error']}"
    for turn in row["chat"]:
        said = "".join(_shown(part, row, requests) for part in turn["parts"])
        yield f"--- {turn['role']}\n{said.strip()}"
    sampling = json.loads(row["sampling"])
    held = sampling.pop("json_schema", None)
    yield f"--- sampling\n{json.dumps(sampling)}{', held to a JSON schema' if held else ''}"


def _shown(part: Mapping[str, Any], row: Mapping[str, Any], requests: Requests) -> str:
    if part["kind"] == "text":
        return str(part["text"])
    place = row["sample"] if part["sample"] is None else part["sample"]
    return f"[{part['kind']}: {requests.pictures.names[place]}]"
