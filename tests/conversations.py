"""Conversations for tests of what compares many."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from datasets import Dataset

from mmgen_datasets.schema import CONVERSATION, conversation_features

Row = dict[str, Any]


def talk(sample: str, *turns: str, image: bytes | str | None = None, source: str = "s") -> Row:
    """A conversation about a sample; user and assistant take turns."""
    first, *rest = turns
    roles = ["user", "assistant"] * len(turns)
    contents = [f"<image>\n{first}", *rest]
    picture = {"bytes": None, "path": image} if isinstance(image, str) else {"bytes": image}
    return {
        **dict.fromkeys(CONVERSATION),
        "sample_id": sample,
        "source": source,
        "split": "train",
        "messages": [
            {"role": role, "content": content}
            for role, content in zip(roles, contents, strict=False)
        ],
        "kind": "conversation",
        "checks": [],
        "scores": [],
        "image": None if image is None else {"path": None, **picture},
    }


def table(rows: Iterable[Row], prefix: str = "row") -> Dataset:
    """Rows with the ids ``row-0``, ``row-1``, ..."""
    named = [{**row, "id": f"{prefix}-{n}"} for n, row in enumerate(rows)]
    features = conversation_features("image")
    columns = {name: [row[name] for row in named] for name in features}
    return Dataset.from_dict(columns, features=features)


def failed(checked: Dataset, name: str) -> dict[str, str]:
    """Id of each conversation that failed a check, to the detail."""
    return {
        row["id"]: check["detail"]
        for row in checked.select_columns(["id", "checks"])
        for check in row["checks"]
        if check["name"] == name and check["passed"] is False
    }


def outcome(checked: Dataset, row: int, name: str) -> Mapping[str, Any]:
    """What a check says of a row."""
    [found] = [check for check in checked["checks"][row] if check["name"] == name]
    return dict(found)
