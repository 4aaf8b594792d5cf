"""Exporters: a result in the format that a trainer reads."""

from __future__ import annotations

from mmgen_datasets.registry import Entry

EXPORTERS = {
    "llava": Entry(
        "mmgen_datasets.exporters.llava:write",
        "a JSON list as LLaVA and its relatives read it, with the pictures beside it",
    ),
    "instruct-jsonl": Entry(
        "mmgen_datasets.exporters.instruct_jsonl:write",
        "a line for each question and answer, the six fields of multimodal-instruct",
    ),
}
