"""Exporters: a result in the format that a trainer reads."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from mmgen_datasets.errors import UsageError
from mmgen_datasets.registry import Entry, resolve

if TYPE_CHECKING:
    from datasets import Dataset

    from mmgen_datasets.exporters.base import Exported, Exporter, Pictures

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


def export(
    conversations: Dataset, format: str, out: str | Path, *, pictures: Pictures = "copy"
) -> Exported:
    """Write conversations into a folder in a trainer's format.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`; those with an error are
            left out.
        format: a name of `EXPORTERS`, or ``"module:attribute"`` of a function of your own.
        out: the folder; made where it is missing.
        pictures: what becomes of the picture files: ``"copy"``, ``"link"`` or ``"none"``; see
            `mmgen_datasets.exporters.base.Pictures`.

    Raises:
        UnknownNameError: no such format.
        UsageError: nothing can be exported.
    """
    write: Exporter = resolve("format", EXPORTERS, format)
    if pictures not in ("copy", "link", "none"):
        raise UsageError(f"pictures is {pictures!r}", "give 'copy', 'link' or 'none'")
    if missing := {"messages", "error", "file_name"} - set(getattr(conversations, "features", ())):
        raise UsageError(
            f"what is to be exported has no column {min(missing)!r}",
            "give one table of conversations, as generate() and load_run() return it",
        )
    return write(conversations, Path(out), pictures=pictures)
