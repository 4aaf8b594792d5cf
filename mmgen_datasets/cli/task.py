"""Commands of targeted generation: from a few references to data for their task."""

from __future__ import annotations

import typer

from mmgen_datasets.cli import task_create, task_filter, task_generate, task_plan

_COMMANDS = (
    task_create.create,
    task_plan.plan,
    task_generate.generate,
    task_generate.merge,
    task_filter.filter,
)

app = typer.Typer(
    name="task",
    help="Make data for one task from a few examples of it. See docs/mm_gen.md.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
for _command in _COMMANDS:
    app.command()(_command)
