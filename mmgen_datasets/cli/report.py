"""The command that shows a run."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from mmgen_datasets.cli.console import complain, say
from mmgen_datasets.cli.options import Run
from mmgen_datasets.cli.quality import NoAnnotations, SampleDir


def report(
    run: Run,
    out: Annotated[
        Path | None,
        typer.Option(help="HTML file to write; report.html in the run's folder where left out."),
    ] = None,
    thumbnail_side: Annotated[
        int | None,
        typer.Option(
            help="Longer side of pictures, in pixels; where left out, 640 for up to 400 of them, "
            "else 320.",
            min=16,
            max=4096,
        ),
    ] = None,
    data_dir: SampleDir = None,
    no_annotations: NoAnnotations = False,
) -> None:
    """Write a run as one page: what it came to, and every conversation beside its picture.

    The page is a single file that any browser opens, and loads nothing from anywhere. Words that
    'mmgen check' found at fault are marked in it.

    Example: mmgen report runs/llava
    """
    writing = importlib.import_module("mmgen_datasets.report.write")
    payload = writing.write_report(
        run,
        out,
        thumbnail_side=thumbnail_side,
        data_dir=data_dir,
        annotations=not no_annotations,
    )
    if payload.without_boxes and not no_annotations:
        complain(f"without boxes: {payload.without_boxes}")
        complain("  → say where the source's files are now (--data-dir)")
    path = out or run / "report.html"
    say(
        f"{path}: {len(payload.conversations):,} conversations, {path.stat().st_size / 1e6:,.1f} MB"
    )
