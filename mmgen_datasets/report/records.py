"""Rows as the page has them: what it shows of a conversation, and of what it is about."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from mmgen_datasets.quality.detail import read_detail

BOX_STEPS = 10_000
"""Coordinates of boxes are whole numbers of so many parts of a side."""
_FLAGS = ("is_crowd", "is_group_of", "is_occluded", "is_truncated", "is_depiction", "is_inside")


def conversation_record(row: Mapping[str, Any]) -> dict[str, Any]:
    """What is shown of a row of `mmgen_datasets.schema.CONVERSATION`."""
    return {
        "turns": [[message["role"], message["content"]] for message in row["messages"]],
        "failed": [
            {
                "name": check["name"],
                "detail": check["detail"],
                "faults": read_detail(check["detail"]),
            }
            for check in failed_checks(row)
        ],
        "passed": [check["name"] for check in row.get("checks") or () if check["passed"]],
        "unjudged": [check["name"] for check in row.get("checks") or () if check["passed"] is None],
        "scores": [_finite(score) for score in row.get("scores") or ()],
        "made": _known(row.get("provenance")),
    }


def failed_checks(row: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The checks that a conversation failed."""
    return [check for check in row.get("checks") or () if check["passed"] is False]


def sample_record(row: Mapping[str, Any], annotated: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is shown of the sample that a conversation is about.

    Args:
        row: the conversation; it names the file and whom to credit.
        annotated: the row of `mmgen_datasets.schema.SAMPLE`, where it is at hand.
    """
    record = {
        "id": row["sample_id"],
        "source": row["source"],
        "split": row.get("split"),
        "file": row.get("file_name"),
        "credit": _known(row.get("credit")),
    }
    if annotated is None:
        return record
    narratives = (said["text"] for said in annotated.get("narratives") or ())
    return record | {
        "captions": [*(annotated.get("captions") or ()), *narratives],
        "size": [annotated["width"], annotated["height"]] if annotated.get("width") else None,
        "boxes": [_box(thing) for thing in annotated.get("objects") or () if thing["bbox"]],
        "absent": sorted(_labels(annotated, present=False)),
    }


def categories_of(annotated: Mapping[str, Any] | None) -> set[str]:
    """What annotators saw in a picture: categories of boxes, and labels of all of it."""
    if annotated is None:
        return set()
    boxed = {thing["category"] for thing in annotated.get("objects") or ()}
    return boxed | _labels(annotated, present=True)


def _labels(annotated: Mapping[str, Any], *, present: bool) -> set[str]:
    """Labels that a person has seen to."""
    labels: Iterable[Mapping[str, Any]] = annotated.get("labels") or ()
    return {one["name"] for one in labels if one["verified"] and one["present"] is present}


def _box(thing: Mapping[str, Any]) -> list[Any]:
    """Name, four whole numbers, and the words of flags that are set."""
    edges = [round(BOX_STEPS * min(max(edge, 0.0), 1.0)) for edge in thing["bbox"]]
    flags = [flag.removeprefix("is_").replace("_", " ") for flag in _FLAGS if thing.get(flag)]
    return [thing["category"], *edges, ", ".join(flags)]


def _finite(score: Mapping[str, Any]) -> dict[str, Any]:
    """A score whose value JSON knows."""
    value = score["value"]
    return {**score, "value": value if value is not None and math.isfinite(value) else None}


def _known(values: Mapping[str, Any] | None) -> dict[str, Any]:
    return {name: value for name, value in (values or {}).items() if value not in (None, [], "")}
