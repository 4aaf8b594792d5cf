"""The command that chooses what to train on."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import say, tell_missing
from mmgen_datasets.cli.options import Run, SampleDir
from mmgen_datasets.cli.outcome import next_step
from mmgen_datasets.errors import UsageError
from mmgen_datasets.quantity import quantity

if TYPE_CHECKING:
    from mmgen_datasets.quality.selection.selected import Selected

_GROUPS_SHOWN = 20

Where = Annotated[
    list[str] | None,
    typer.Option(
        metavar="'NAME OP VALUE,...'",
        help="A condition, in quotes; may be given several times, and all must hold. 'mmgen fields'"
        " lists the names; a score is one too. OP is =, !=, >=, <=, > or <; of several values one"
        " has to be met.",
        show_default=False,
    ),
]
Balance = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Share the total out evenly by this: category, kind, ...; one of several categories"
        " counts for its rarest.",
    ),
]


def fields(
    run: Annotated[
        Path | None,
        typer.Argument(
            help="Folder of a run, to list what its conversations have.", show_default=False
        ),
    ] = None,
) -> None:
    """List what conversations can be chosen by, and balanced by.

    Of a run it lists the values that its conversations have, as a condition has them, and how
    often; and who scored what. Categories stand in the source, and are not among them.

    Example: mmgen fields runs/first
    """
    if run is not None:
        _tell_values(run)
        return
    table = importlib.import_module("mmgen_datasets.quality.selection.fields").FIELDS
    width = max(map(len, table))
    for name, field in table.items():
        balanced = " (also to balance by)" if field.is_group else ""
        say(f"{name:{width}}  {field.summary}{balanced}")


def _tell_values(run: Path) -> None:
    """Print the values of each field, the commonest first, and the names of scores."""
    values = importlib.import_module("mmgen_datasets.quality.selection.values")
    written = importlib.import_module("mmgen_datasets.quality.selection.where").written
    conversations = mmgen.load_run(run)
    for name, counts in values.values_in(conversations).items():
        commonest = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
        told = [f"{written(value)} {number:,}" for value, number in commonest[:_GROUPS_SHOWN]]
        more = len(commonest) - len(told)
        say(f"{name}: {', '.join(told)}" + (f", and {quantity(more, 'other')}" if more else ""))
    for judge, names in values.scored_in(conversations).items():
        say(f"scores{f' of {judge}' if judge else ''}: {', '.join(names)}")


def select(
    run: Run,
    out: Annotated[
        Path | None,
        typer.Option(help="Folder to make; a run like any other.", show_default=False),
    ] = None,
    where: Where = None,
    balance: Balance = None,
    total: Annotated[
        int | None, typer.Option(help="Draw so many of those that meet all conditions.", min=1)
    ] = None,
    seed: Annotated[int, typer.Option(help="Of the draw.")] = 0,
    data_dir: SampleDir = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what would be chosen, and write nothing.")
    ] = False,
) -> None:
    """Choose conversations to train on, and make a run of them.

    The folder that is chosen from stays as it is. What is dropped stands in 'dropped.jsonl' of the
    new one, each with its reason.

    What passed all checks: mmgen select runs/llava --where 'failed != any' --out runs/good

    10,000, by category: mmgen select runs/llava --where 'licence = commercial' --where 'words >= 5'
    --balance category --total 10000 --out runs/even
    """
    if out is None and not dry_run:
        raise UsageError(
            "no folder is given to write to", "give one: --out runs/NAME, or --dry-run"
        )
    selected = mmgen.select_run(
        run,
        None if dry_run else out,
        where=where or (),
        balance=balance,
        total=total,
        seed=seed,
        data_dir=data_dir,
    )
    _tell(selected)
    if out is not None and not dry_run:
        say(next_step(out))


def _tell(selected: Selected) -> None:
    """Print what was dropped for what reason, and what remains."""
    width = len(f"{selected.of:,}")
    say(quantity(selected.of, "conversation"))
    for reason, number in selected.dropped.items():
        say(f"{number:{width},} dropped: {reason}")
    say(f"{len(selected.rows):{width},} selected")
    shown = selected.groups[:_GROUPS_SHOWN]
    names = max(len(selected.grouped_by), *(len(group.name) for group in shown))
    say(f"  {selected.grouped_by:{names}}  {'selected':>{width + 8}}  {'of':>{width + 2}}")
    for group in shown:
        say(f"  {group.name:{names}}  {group.selected:>{width + 8},}  {group.of:>{width + 2},}")
    if others := selected.groups[_GROUPS_SHOWN:]:
        number, of = sum(each.selected for each in others), sum(each.of for each in others)
        say(f"  and {quantity(len(others), 'other')} with {number:,} of {of:,}")
    tell_missing(selected.missing())
