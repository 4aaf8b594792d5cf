"""Commands that look at how good the conversations of a run are."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from textwrap import fill
from typing import TYPE_CHECKING, Annotated

import typer

from mmgen_datasets.cli.console import command, list_rows, say
from mmgen_datasets.cli.options import NoAnnotations, Run, SampleDir
from mmgen_datasets.quality import CHECKS, SET_CHECKS
from mmgen_datasets.quantity import quantity

if TYPE_CHECKING:
    from mmgen_datasets.quality.tally import Outcome

_WIDEST = 100

Checks = Annotated[
    list[str] | None,
    typer.Option(
        "--check",
        help="Only this one, of 'mmgen checks' or MODULE:FUNCTION of your own; may be given"
        " several times.",
        show_default=False,
    ),
]

Against = Annotated[
    list[Path] | None,
    typer.Option(
        help="Folder of another run, whose conversations and pictures are not to be repeated; may"
        " be given several times.",
        show_default=False,
    ),
]
Benchmarks = Annotated[
    list[str] | None,
    typer.Option(
        "--benchmark",
        help="What the model will be measured on: JSON, JSONL, parquet, CSV or TSV, a folder of"
        " such files or of pictures, as it is published; may be given several times.",
        show_default=False,
    ),
]
NoPictures = Annotated[
    bool, typer.Option("--no-pictures", help="Do not read the pictures; compare texts alone.")
]


def checks() -> None:
    """List the checks of conversations."""
    list_rows({name: entry.summary for name, entry in (CHECKS | SET_CHECKS).items()})


def check(
    run: Run,
    only: Checks = None,
    language: Annotated[
        str, typer.Option(help="That the conversations are to be in, ISO 639-1.")
    ] = "en",
    data_dir: SampleDir = None,
    no_annotations: NoAnnotations = False,
    against: Against = None,
    benchmark: Benchmarks = None,
    no_pictures: NoPictures = False,
) -> None:
    """Find what is wrong with a run's conversations.

    It is written into their column 'checks'. Nothing is dropped: 'mmgen select' does that, and
    'mmgen report' shows what failed.

    Example: mmgen check runs/llava --against runs/first --benchmark pope.jsonl
    """
    checking = importlib.import_module("mmgen_datasets.quality.check_run")
    tallying = importlib.import_module("mmgen_datasets.quality.tally")
    conversations = checking.check_run(
        run,
        checks=only,
        annotations=not no_annotations,
        data_dir=data_dir,
        language=language,
        compared=checking.compare_with(against or (), benchmark or (), pictures=not no_pictures),
    )
    outcomes = tallying.tally_checks(conversations)
    told = {one.name: one for one in outcomes if only is None or one.name in only}
    tell_outcomes([*told.values()])
    failed = sum(
        any(check["passed"] is False and check["name"] in told for check in found)
        for found in conversations["checks"]
    )
    say(f"{failed:,} of {quantity(len(conversations), 'conversation')} failed a check")
    if failed:
        say(f"next: {command('report', run)}")
        say(f"  or: {command('select', run, '--where', 'failed != any', '--out', 'DIR')}")


def tell_outcomes(outcomes: Sequence[Outcome]) -> None:
    """Print what failed, each check with an example, and then what did not."""
    failed = sorted((one for one in outcomes if one.failed), key=lambda one: -one.failed)
    width = max((len(one.name) for one in failed), default=0)
    wide = max((len(f"{one.passed + one.failed:,}") for one in failed), default=0)
    for one in failed:
        counts = f"{one.failed:>{wide},} of {one.passed + one.failed:>{wide},} failed"
        say(f"{one.name:{width}}  {counts}  {one.failed_share:>6.1%}")
        if one.example:
            first = one.example.splitlines()[0]
            say(f"{'':{width}}  {one.example_id}: {_shortened(first)}")
    _list("nothing found by", [one.name for one in outcomes if one.passed and not one.failed])
    _list(
        "not judged, for want of annotations or pictures",
        [f"{one.name} {one.not_judged:,}" for one in outcomes if one.not_judged],
    )


def _list(head: str, names: Sequence[str]) -> None:
    if names:
        say(fill(f"{head}: {', '.join(names)}", _WIDEST, subsequent_indent="  "))


def _shortened(text: str) -> str:
    return text if len(text) <= _WIDEST else f"{text[: _WIDEST - 1]}…"
