"""Write a result in one of the formats."""

from __future__ import annotations

from pathlib import Path

from datasets import Dataset

from mmgen_datasets.errors import UsageError
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.exporters.base import Exported, Exporter, Pictures
from mmgen_datasets.licence import Use
from mmgen_datasets.publish.attribution import ATTRIBUTION, write_attribution
from mmgen_datasets.publish.licence import keep, refuse_empty
from mmgen_datasets.registry import resolve


def export(
    conversations: Dataset,
    format: str,
    out: str | Path,
    *,
    pictures: Pictures = "copy",
    licence: Use = "any",
) -> Exported:
    """Write conversations into a folder in a trainer's format, and whom to name for them.

    Args:
        conversations: rows of `mmgen_datasets.schema.CONVERSATION`; those with an error are
            left out.
        format: a name of `EXPORTERS`, or ``"module:attribute"`` of a function of your own.
        out: the folder; made where it is missing.
        pictures: what becomes of the picture files: ``"copy"``, ``"link"`` or ``"none"``; see
            `mmgen_datasets.exporters.base.Pictures`.
        licence: write only what its licence allows for this: ``"commercial"``, ``"research"``
            or ``"any"``.

    Raises:
        UnknownNameError: no such format.
        UsageError: nothing can be exported.
    """
    write: Exporter = resolve("format", EXPORTERS, format)
    if pictures not in ("copy", "link", "none"):
        raise UsageError(f"pictures is {pictures!r}", "give 'copy', 'link' or 'none'")
    needed = {"id", "messages", "error", "file_name"}
    if missing := needed - set(getattr(conversations, "features", ())):
        raise UsageError(
            f"what is to be exported has no column {min(missing)!r}",
            "give one table of conversations, as generate() and load_run() return it",
        )
    kept = keep(conversations, licence)
    refuse_empty(kept, licence)
    exported = write(kept.rows, Path(out), pictures=pictures)
    exported.not_allowed = kept.left_out
    write_attribution(kept.rows, Path(out) / ATTRIBUTION)
    return exported
