"""The command that has a run judged by a model."""

from __future__ import annotations

import importlib
from typing import Annotated, Any

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import say, tell_reasons, tell_usage
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
    Run,
    SampleDir,
    TokensPerMinute,
    backend_settings,
)
from mmgen_datasets.cli.outcome import DONE, TOO_MANY_REJECTS, WRONG_USE
from mmgen_datasets.quality.judging.rubrics import RUBRICS
from mmgen_datasets.quantity import quantity


def judge(
    run: Run,
    backend: Annotated[str, typer.Option(help="Who judges; see 'mmgen backends'.")],
    model: Model = None,
    base_url: BaseUrl = None,
    option: Options = None,
    rubric: Annotated[
        str, typer.Option(help=f"What is scored: {', '.join(RUBRICS)}, or a rubric file.")
    ] = "default",
    name: Annotated[
        str | None,
        typer.Option(
            help="Name that the scores bear; tells judges apart who are the same model.",
            show_default="the model's, and the rubric's",
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(help="Judge only so many, from all parts of the run.", min=1),
    ] = None,
    data_dir: SampleDir = None,
    no_annotations: Annotated[
        bool,
        typer.Option("--no-annotations", help="Do not load the source; show the judge none."),
    ] = False,
    max_image_side: Annotated[
        int | None,
        typer.Option(
            help="Shrink larger pictures to so many pixels of the longer side; in place of what "
            "the rubric says.",
            min=1,
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Tell what it would cost; ask nobody.")
    ] = False,
    again: Annotated[
        bool, typer.Option("--again", help="Ask once more where the verdict could not be used.")
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
    """Have a model score a run's conversations, or go on with it.

    Scores and reasons go into the column 'scores', and replies into RUN/judging. After 'mmgen
    check', it is told how far the judge and the checks agree.

    By a model that sees the pictures:

    mmgen judge runs/llava --backend openai --model gpt-5-mini --limit 500

    By one without eyes, from the annotations:

    mmgen judge runs/llava --backend llama-cpp --model FILE.gguf --rubric annotations
    """
    judging = importlib.import_module("mmgen_datasets.quality.judging.judge_run")
    whom = mmgen.Whom(
        backend,
        backend_settings(model, base_url, option),
        mmgen.Pace(concurrency, requests_per_minute, tokens_per_minute),
        mmgen.Caps(max_cost, max_tokens, prices),
        cache,
    )
    how = mmgen.Judging(rubric, name, limit, not no_annotations, data_dir, max_image_side)
    if dry_run:
        say(mmgen.describe(judging.estimate_judging(run, whom, how)))
        return
    judged = mmgen.judge_run(run, whom, how, again=again)
    _tell_scores(judged)
    manifest = judged.manifest
    if manifest.conversations:
        _tell_agreement(judged)
    if manifest.problem:
        raise typer.Exit(WRONG_USE)
    raise typer.Exit(TOO_MANY_REJECTS if manifest.rejected_share > max_rejects else DONE)


def _tell_scores(judged: Any) -> None:
    """Print the scores of each criterion, what they took, and what came to nothing."""
    manifest = judged.manifest
    judged_now = f"{manifest.conversations:,} of {quantity(manifest.requests, 'conversation')}"
    say(f"{judged.judge}: {judged_now} judged, in {manifest.seconds:,.1f} s")
    if manifest.problem:
        say(f"  stopped: {manifest.problem}")
    tallying = importlib.import_module("mmgen_datasets.quality.judging.tally")
    tallies = [t for t in tallying.tally_scores(judged.conversations) if t.judge == judged.judge]
    width = max((len(tally.name) for tally in tallies), default=0)
    for tally in tallies:
        counts = "  ".join(f"{value:g}: {tally.counts[value]:,}" for value in sorted(tally.counts))
        say(f"  {tally.name:{width}}  mean {tally.mean:.2f}  of {tally.judged:,}  {counts}")
    tell_usage(manifest)
    tell_reasons("  without a score", manifest.rejects)
    if manifest.num_rejects:
        say(f"  each with its reason in {judged.folder.rejects_path}")
        say("  to ask for them once more: the same command with --again")
    asked = importlib.import_module("mmgen_datasets.generation.requests")
    if {asked.NO_PICTURE, asked.ABOUT_TEXT} & manifest.rejects.keys():
        say("  to judge without pictures, from the annotations: --rubric annotations")


def _tell_agreement(judged: Any) -> None:
    """Print how the scores of what failed a check differ from those of what passed it."""
    comparing = importlib.import_module("mmgen_datasets.quality.judging.agreement")
    found = comparing.agreement(judged.conversations, judged.judge)
    if not found:
        say("to see how far the judge agrees with the checks: mmgen check, then this once more")
        return
    say("agreement with the checks, by the lowest score of each conversation")
    width = max(len(row.check) for row in found)
    low, high = f"<= {comparing.LOW}", f">= {comparing.HIGH}"
    heads = ("failed", "mean", low, "passed", "mean", high, "AUC")
    say(f"  {'':{width}}" + "".join(f"{head:>8}" for head in heads))
    for row in found:
        cells = (
            f"{row.failed:,}",
            _number(row.mean_failed, ".2f"),
            _number(row.failed_low, ".0%"),
            f"{row.passed:,}",
            _number(row.mean_passed, ".2f"),
            _number(row.passed_high, ".0%"),
            _number(row.auc, ".2f"),
        )
        say(f"  {row.check:{width}}" + "".join(f"{cell:>8}" for cell in cells))


def _number(value: float | None, form: str) -> str:
    return "-" if value is None else format(value, form)
