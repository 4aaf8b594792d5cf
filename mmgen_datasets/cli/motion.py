"""Commands about motion."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import track

from mmgen_datasets.cli.console import say
from mmgen_datasets.cli.outcome import DONE, TOO_MANY_REJECTS

_SHOWN = 3

app = typer.Typer(
    name="motion",
    help="Look after motion, and turn it into codes. See docs/motion.md.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def doctor(
    folder: Annotated[
        Path, typer.Argument(help="In the layout of HumanML3D or KIT-ML.", show_default=False)
    ],
    every: Annotated[
        bool, typer.Option("--all", help="List every clip, not three of a kind.")
    ] = False,
) -> None:
    """Say what is wrong with a folder of motions.

    Such as clips that are missing, broken, or at odds with one another.

    With clips that are left out, or in two splits, the exit status is 1.

    Example: mmgen motion doctor HumanML3D
    """
    found = importlib.import_module("mmgen_datasets.motion.doctor")
    diagnosis = found.examine(folder, _tracked)
    sizes = ", ".join(f"{len(ids):,} {split}" for split, ids in diagnosis.splits.items())
    say(f"{diagnosis.root}: {diagnosis.skeleton.name}, clips: {sizes}")
    for kind, clips in diagnosis.found.items():
        if clips:
            _tell(kind, found.KINDS[kind], clips, every)
    if not any(diagnosis.found.values()):
        say("  nothing is wrong with them")
    for name, words in diagnosis.statistics.items():
        say(f"{name}: {words}")
    raise typer.Exit(DONE if diagnosis.is_healthy else TOO_MANY_REJECTS)


def _tell(kind: str, remark: str, clips: list[str], every: bool) -> None:
    say(f"  {len(clips):,} {kind} ({remark})")
    for clip in clips if every else clips[:_SHOWN]:
        say(f"    {clip}")
    if not every and len(clips) > _SHOWN:
        say("    ...")


def _tracked(ids: list[str]) -> Iterable[Any]:
    console = Console(stderr=True)
    return track(ids, "clips", console=console, disable=not console.is_terminal)
