"""Conversations with their faults, labelled one by one: what the checks are measured by.

``README.md`` beside this file tells the form.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from mmgen_datasets.quality.case import Case
from mmgen_datasets.schema import SAMPLE

HERE = Path(__file__).resolve().parent
_FLAGS = ("area", "is_crowd", "confidence", "method", "is_occluded", "is_truncated")
_MORE_FLAGS = ("is_group_of", "is_depiction", "is_inside")


@dataclass(frozen=True)
class Labelled:
    """A conversation and what is wrong with it."""

    name: str
    """File, scene and what makes it hard."""
    case: Case
    faults: dict[str, list[str]]
    """Check to the words at fault."""


def read_labelled(folder: str) -> list[Labelled]:
    """All conversations of a folder: ``development``, ``once_held_out`` or ``held_out``."""
    return [
        labelled
        for path in sorted((HERE / folder).glob("*.yaml"))
        for scene in yaml.safe_load(path.read_text(encoding="utf-8"))
        for labelled in _read_scene(path.stem, scene)
    ]


def _read_scene(file: str, scene: dict[str, Any]) -> Iterator[Labelled]:
    sample = dict.fromkeys(SAMPLE) | {
        "id": scene["scene"],
        "source": "labelled",
        "split": "test",
        "width": 640,
        "height": 480,
        "vocabulary": scene.get("vocabulary"),
        "captions": scene.get("captions") or [],
        "objects": [_object(*row) for row in scene.get("objects") or []],
        "labels": [_label(*row) for row in scene.get("labels") or []],
        "relations": [_relation(*row) for row in scene.get("relations") or []],
        "narratives": [{"text": text, "words": []} for text in scene.get("narratives") or []],
    }
    for row in scene["conversations"]:
        case = Case(
            _messages(row),
            row["kind"],
            tuple(row.get("media", ["image"])),
            row.get("finish_reason"),
            sample,
        )
        name = f"{file}: {scene['scene']}: {row['hard because']}"
        yield Labelled(name, case, row.get("faults") or {})


def _messages(row: dict[str, Any]) -> list[dict[str, str]]:
    if "messages" in row:
        return list(row["messages"])
    roles = ("user", "assistant")
    said = [f"<image>\n{row['turns'][0]}", *row["turns"][1:]]
    return [{"role": roles[n % 2], "content": str(text)} for n, text in enumerate(said)]


def _object(
    category: str,
    x_min: float,
    y_min: float,
    x_max: float,
    y_max: float,
    flags: dict[str, Any] | None = None,
) -> dict[str, Any]:
    unknown = dict.fromkeys((*_FLAGS, *_MORE_FLAGS))
    return {"category": category, "bbox": [x_min, y_min, x_max, y_max], **unknown, **(flags or {})}


def _label(name: str, present: bool, verified: bool = True) -> dict[str, Any]:
    return {"name": name, "present": present, "verified": verified, "confidence": None}


def _relation(subject: str, predicate: str, thing: str) -> dict[str, Any]:
    boxes = {"subject_bbox": None, "object_bbox": None}
    return {"subject": subject, "predicate": predicate, "object": thing, **boxes}
