"""The command that shows a run."""

from __future__ import annotations

import importlib
import os
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from mmgen_datasets.cli.console import complain, say
from mmgen_datasets.cli.options import NoAnnotations, Run, SampleDir
from mmgen_datasets.errors import UsageError
from mmgen_datasets.quantity import quantity

_LATER = 10
"""How far the server of a page steps back where there is too little CPU: the run goes first."""


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
    live: Annotated[
        bool,
        typer.Option(
            "--live",
            help="Write nothing; show the page in the browser, and let it follow the run while it"
            " goes on. Ctrl-C ends it.",
        ),
    ] = False,
    port: Annotated[
        int,
        typer.Option(
            help="With --live: where the page is served on this machine; 0 takes a free one.",
            min=0,
            max=65535,
        ),
    ] = 0,
    no_browser: Annotated[
        bool,
        typer.Option("--no-browser", help="With --live: only print the address of the page."),
    ] = False,
) -> None:
    """Write a run as one page, to look at.

    It shows what the run came to, and every conversation beside its picture. The page is a single
    file that any browser opens, and loads nothing from anywhere. Words that 'mmgen check' found at
    fault are marked in it. With --live it is served on this machine alone, and shows what comes in,
    checked, so that a run which goes wrong can be stopped early.

    Example: mmgen report runs/llava --live
    """
    if live:
        if out is not None:
            raise UsageError("--live writes no file", "leave out --out, or --live")
        _serve(run, port, thumbnail_side, data_dir, no_annotations, open_page=not no_browser)
        return
    writing = importlib.import_module("mmgen_datasets.report.write")
    payload = writing.write_report(
        run,
        out,
        thumbnail_side=thumbnail_side,
        data_dir=data_dir,
        annotations=not no_annotations,
    )
    if payload.without_boxes:
        complain(f"without boxes: {payload.without_boxes}")
        complain("  → say where the source's files are now (--data-dir)")
    path = out or run / "report.html"
    number = quantity(len(payload.conversations), "conversation")
    say(f"{path}: {number}, {path.stat().st_size / 1e6:,.1f} MB")


def _serve(
    run: Path,
    port: int,
    thumbnail_side: int | None,
    data_dir: str | None,
    no_annotations: bool,
    *,
    open_page: bool,
) -> None:
    if hasattr(os, "nice"):  # not on Windows
        os.nice(_LATER)
    live = importlib.import_module("mmgen_datasets.report.live")
    options = {"thumbnail_side": thumbnail_side, "data_dir": data_dir}
    with live.live_report(run, port=port, annotations=not no_annotations, **options) as server:
        say(f"{run}: {server.url} (Ctrl-C ends it)")
        sys.stdout.flush()  # who reads it from a pipe is waiting for the address
        if open_page:
            webbrowser.open(server.url)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            say("the page is no longer served; the run is as it was")
