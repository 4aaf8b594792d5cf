"""The command for the second step of targeted generation: the plan of what is asked."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated

import typer

from mmgen_datasets.cli.console import say
from mmgen_datasets.errors import UsageError
from mmgen_datasets.targeting.modes import MODES

_Task = Annotated[Path, typer.Argument(help="Task file.", show_default=False)]
_Kept = Annotated[
    list[str] | None,
    typer.Option(metavar="KEYWORD=N", help="Keep only the first N; may be given several times."),
]


def plan(
    task: _Task,
    out: Annotated[Path, typer.Option(help="The prompt file to write.")],
    total_gen: Annotated[
        int, typer.Option("--total-gen", "--total_gen", help="Items wanted, in all.", min=1)
    ],
    mode: Annotated[
        str, typer.Option(help=f"One of {', '.join(MODES)}, or a mode file.")
    ] = "vqa_nr",
    min_gen_per_candidate: Annotated[
        int,
        typer.Option(
            "--min-gen-per-candidate",
            "--min_gen_per_candidate",
            help="Items that a prompt asks for.",
            min=1,
        ),
    ] = 1,
    num_icl: Annotated[
        int,
        typer.Option("--num-icl", "--num_icl_samples", help="Examples in a prompt.", min=0, max=10),
    ] = 1,
    exact_total: Annotated[
        bool, typer.Option("--exact-total", help="Ask for --total-gen items and no more.")
    ] = False,
    allow_self: Annotated[
        bool,
        typer.Option("--allow-self", help="Let an example be of the picture that is asked about."),
    ] = False,
    no_partition: Annotated[
        bool, typer.Option("--no-partition", help="Make one subgroup of all.")
    ] = False,
    references: _Kept = None,
    candidates: _Kept = None,
    reference_share: Annotated[
        float | None, typer.Option(help="Keep this share of each keyword's references.")
    ] = None,
    captions_per_image: Annotated[
        int | None,
        typer.Option(help="Keep one of so many candidates, so that each is used so often.", min=1),
    ] = None,
    seed: Annotated[int, typer.Option(help="Of every draw.")] = 0,
) -> None:
    """Lay out every prompt for new data of a task.

    Each has its candidate, its examples, and how many items are asked for.

    Asks nobody. The plan is a file that can be read; 'mmgen task generate PLAN --dry-run' tells
    what it would cost and shows what would be sent.

    Example: mmgen task plan tasks/charts.json --total-gen 150000 --out plans/charts.json
    """
    read = importlib.import_module("mmgen_datasets.targeting.task").read_task
    planning = importlib.import_module("mmgen_datasets.targeting.plan")
    less = importlib.import_module("mmgen_datasets.targeting.ablations")
    files = importlib.import_module("mmgen_datasets.targeting.prompt_file")
    chosen = less.first_references(read(task), _numbers("--references", references))
    chosen = less.first_candidates(chosen, _numbers("--candidates", candidates))
    if reference_share is not None:
        chosen = less.share_of_references(chosen, reference_share, seed)
    if captions_per_image is not None:
        chosen = less.captions_per_image(chosen, captions_per_image, seed)
    if no_partition:
        chosen = less.without_partition(chosen)
    amounts = planning.Amounts(
        total_gen, min_gen_per_candidate, num_icl, exact_total, allow_self, seed
    )
    prompts = planning.plan_prompts(chosen, amounts, mode, task_path=str(task))
    files.write_prompt_file(prompts, out)
    say(importlib.import_module("mmgen_datasets.targeting.preview").describe_plan(prompts))
    say(f"next: mmgen task generate {out} --backend openai --model MODEL --dry-run --out DIR")


def _numbers(flag: str, words: list[str] | None) -> dict[str, int]:
    found = {}
    for word in words or ():
        keyword, _, number = word.rpartition("=")
        if not keyword or not number.isdecimal():
            raise UsageError(f"{flag} {word!r} has no number", "write it as KEYWORD=N")
        found[keyword] = int(number)
    return found
