"""Commands for the third step of targeted generation: the data that a plan asks for."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Annotated, Any

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import say
from mmgen_datasets.cli.options import (
    BaseUrl,
    Cache,
    Concurrency,
    MaxCost,
    MaxRejects,
    MaxTokens,
    Model,
    Options,
    Prices,
    RequestsPerMinute,
    TokensPerMinute,
    backend_settings,
)
from mmgen_datasets.cli.outcome import DONE, outcome
from mmgen_datasets.cli.task_create import InputFolder
from mmgen_datasets.quantity import quantity

_PlanFile = Annotated[Path, typer.Argument(help="Plan: a prompt file.", show_default=False)]


def generate(
    plan: _PlanFile,
    out: Annotated[Path, typer.Option(help="Folder of the run; one that is there is continued.")],
    backend: Annotated[str, typer.Option(help="Who is asked; see 'mmgen backends'.")] = "openai",
    input_folder: InputFolder = Path(),
    model: Model = None,
    base_url: BaseUrl = None,
    option: Options = None,
    start_idx: Annotated[
        int, typer.Option("--start-idx", "--start_idx", help="The first prompt to send.", min=0)
    ] = 0,
    num_prompts: Annotated[
        int,
        typer.Option(
            "--num-prompts", "--num_prompts", help="How many from there; -1: all.", min=-1
        ),
    ] = -1,
    shard: Annotated[str, typer.Option(help="Do only the part i/n of these prompts.")] = "0/1",
    max_image_side: Annotated[
        int | None,
        typer.Option(help="Shrink larger pictures to so many pixels of the longer side.", min=1),
    ] = None,
    origins: Annotated[
        Path | None,
        typer.Option(
            help="Table of the candidates' licences and credits.",
            show_default="TASK.candidates.parquet, if it is there",
        ),
    ] = None,
    no_json_schema: Annotated[
        bool,
        typer.Option("--no-json-schema", help="For a server that cannot hold a model to a form."),
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Tell what it costs, show what would be sent; send none."),
    ] = False,
    show: Annotated[int, typer.Option(help="How many requests a dry run shows.", min=0)] = 1,
    again: Annotated[
        bool, typer.Option("--again", help="Ask once more for what came to nothing.")
    ] = False,
    concurrency: Concurrency = 16,
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
    cache: Cache = None,
    max_rejects: MaxRejects = 0.05,
) -> None:
    """Carry out a plan, or go on where it was left.

    The folder is that of a run (mmgen status, show, export) and holds generated.json, MM-Gen's
    file of generated data.

    What it would cost: mmgen task generate plans/charts.json --model gpt-5-mini
    --input-folder data --out runs/charts --dry-run

    On four machines: ... --shard 0/4 to --shard 3/4, then: mmgen task merge runs/charts
    """
    carrying = importlib.import_module("mmgen_datasets.targeting.generate")
    kind = importlib.import_module("mmgen_datasets.targeting.sending").Sending
    files = importlib.import_module("mmgen_datasets.targeting.prompt_file")
    part, prompts = mmgen.Shard.parse(shard), files.read_prompt_file(plan)
    # A plan that was made in Python names no task.
    beside = Path(prompts.task_desc_path or "task").with_suffix(".candidates.parquet")
    sending = kind(
        input_folder,
        start_idx,
        None if num_prompts == -1 else num_prompts,
        part,
        max_image_side,
        not no_json_schema,
        origins or (beside if beside.is_file() else None),
    )
    whom = mmgen.Whom(
        backend,
        backend_settings(model, base_url, option),
        mmgen.Pace(concurrency, requests_per_minute, tokens_per_minute),
        mmgen.Caps(max_cost, max_tokens, prices),
        cache,
    )
    folder = mmgen.RunFolder(out, part)
    if dry_run:
        _tell_dry(prompts, sending, whom, folder, show)
        return
    chosen = mmgen.rejected_keys(folder) if again else frozenset()
    manifest = carrying.fill_plan(folder, prompts, sending, whom, again=chosen)
    code = outcome(folder, manifest, max_rejects)
    if code == DONE:
        say(f"MM-Gen's file: {carrying.generated_path(folder)}")
    raise typer.Exit(code)


def merge(
    files: Annotated[
        list[Path],
        typer.Argument(
            help="Folders of 'mmgen task generate', or their files.", show_default=False
        ),
    ],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    plan: Annotated[
        Path | None, typer.Option(help="The plan: tells which prompts are missing.")
    ] = None,
) -> None:
    """Put parts of generated data together.

    Writes generated.json as MM-Gen's, and llava.json as LLaVA's.

    Example: mmgen task merge runs/charts-0 runs/charts-1 --plan plans/charts.json --out data
    """
    merging = importlib.import_module("mmgen_datasets.targeting.generated_file")
    merged = merging.merge(files)
    merging.write_merged(merged.samples, out)
    number = quantity(len(merged.samples), "sample")
    say(f"{number} in {out / 'generated.json'} and {out / 'llava.json'}")
    if merged.repeated:
        say(f"  {merged.repeated:,} stood there twice and are kept once")
    if merged.renamed:
        say(f"  {merged.renamed:,} got another id: theirs was taken, or missing")
    if plan is not None:
        prompts = importlib.import_module("mmgen_datasets.targeting.prompt_file")
        missing = merging.missing_prompts(merged.samples, prompts.read_prompt_file(plan))
        say(f"  {quantity(len(missing), 'prompt')} of the plan without a sample{_some(missing)}")


def _tell_dry(prompts: Any, sending: Any, whom: Any, folder: mmgen.RunFolder, show: int) -> None:
    preview = importlib.import_module("mmgen_datasets.targeting.preview")
    carrying = importlib.import_module("mmgen_datasets.targeting.generate")
    requests = importlib.import_module("mmgen_datasets.targeting.requests")
    made = requests.targeted_requests(prompts, sending)
    say(preview.describe_plan(prompts))
    say(mmgen.describe(carrying.estimate_plan(made, whom, folder=folder)))
    if shown := preview.describe_requests(made, show):
        say(f"\n{shown}")


def _some(missing: list[int]) -> str:
    if not missing:
        return ""
    shown = ", ".join(map(str, missing[:10]))
    return f": {shown}{', ...' if len(missing) > 10 else ''}"
