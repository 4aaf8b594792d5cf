"""Commands for a run that has begun."""

from __future__ import annotations

import importlib
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.cli.console import say, tell_chosen, tell_status
from mmgen_datasets.cli.options import (
    Concurrency,
    MaxCost,
    MaxRejects,
    MaxTokens,
    Prices,
    RequestsPerMinute,
    Run,
    SampleDir,
    TokensPerMinute,
    WholeAddress,
)
from mmgen_datasets.cli.outcome import DONE, outcome
from mmgen_datasets.errors import MissingFileError, RunError, UsageError
from mmgen_datasets.generation.manifest import GENERATE
from mmgen_datasets.quantity import quantity


def retry(
    run: Run,
    errors: Annotated[
        list[str] | None,
        typer.Option(
            metavar="WORDS",
            help="Only rejects with these words in their reason, or a pattern such as '*filter*';"
            " may be given several times. 'mmgen status RUN' shows the reasons.",
            show_default=False,
        ),
    ] = None,
    data_dir: SampleDir = None,
    base_url: WholeAddress = None,
    concurrency: Concurrency = 16,
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
    max_rejects: MaxRejects = 0.05,
) -> None:
    """Put the rejected requests of a run once more.

    Requests that have no answer yet, since the run did not come to them or gave them up for now,
    are put too, as they are by 'mmgen generate'.

    All rejects: mmgen retry runs/llava

    Some: mmgen retry runs/llava --errors 'cut short' --errors '*filter*'
    """
    code = DONE
    caps = mmgen.Caps(max_cost, max_tokens, prices)
    pace = mmgen.Pace(concurrency, requests_per_minute, tokens_per_minute)
    shards = mmgen.read_run(run)
    for _, manifest in shards:
        if manifest.selections:
            raise UsageError(
                f"{run}: was selected from {manifest.selections[-1].run}",
                "give the folder of the run that asked, then select anew",
            )
        if (command := manifest.plan.command) != GENERATE:
            raise UsageError(
                f"{run}: was filled by '{command}'", "give that command again, with --again"
            )
    chosen = [mmgen.rejected_keys(folder, errors or ()) for folder, _ in shards]
    if errors:
        tell_chosen(errors, sum(map(len, chosen)), [manifest for _, manifest in shards])
    for (folder, manifest), again in zip(shards, chosen, strict=True):
        plan = _plan_of(folder, manifest, base_url)
        if data_dir is not None:
            plan = replace(plan, data_dir=data_dir)
        try:
            filled = mmgen.fill_run(folder, plan, pace=pace, caps=caps, again=again)
        except MissingFileError as error:
            raise RunError(
                f"{run}: the samples that it was made from cannot be loaded: {error.problem}",
                "say where its source's files are now (--data-dir)",
            ) from error
        code = max(code, outcome(folder, filled, max_rejects))
    raise typer.Exit(code)


def cancel(
    run: Run,
    base_url: WholeAddress = None,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Ask the server nothing; for batches that it has lost."),
    ] = False,
) -> None:
    """Give up batches under way, and collect what they have answered.

    What is answered by then is paid for. It may take the server ten minutes.

    Example: mmgen cancel runs/llava
    """
    for folder, manifest in mmgen.read_run(run):
        plan = _plan_of(folder, manifest, base_url)
        if not (parts := folder.batches()) or plan.backend is None:
            say(f"{folder.manifest_path}: no batches are under way")
            continue
        opened = mmgen.open_backend(plan.backend, **plan.settings)
        if not isinstance(opened, BatchBackend):  # which the run was tried with since
            opened = mmgen.OpenAIBatch(**plan.settings)
        with folder.locked():
            tally = mmgen.cancel_batches(folder.journal_path, opened, forget=forget)
        given_up, kept = f"batches given up: {len(parts):,}", f"replies kept: {tally.replies:,}"
        say(f"{folder.manifest_path}: {given_up}, {kept}")
        say(f"  → to have the rest answered, give the run's '{plan.command}' command again")


def status(run: Run) -> None:
    """Tell how far a run is and what was rejected.

    Example: mmgen status runs/llava
    """
    for folder, manifest in mmgen.read_run(run):
        tell_status(folder, manifest)


def repair(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or a journal.", show_default=False)],
) -> None:
    """Save what can be read of a damaged journal.

    A power cut or a broken copy may damage one. The damaged file is kept beside the new one. What
    is missing is asked for by the command that fills the run, given again.

    Example: mmgen repair runs/llava
    """
    repairing = importlib.import_module("mmgen_datasets.generation.repair")
    for path in repairing.journals_of(run):
        repaired = repairing.repair(path)
        what = f"{quantity(repaired.attempts, 'attempt')}, {repaired.replies:,} of them replies"
        if repaired.damaged:
            say(f"{path}: saved {what}; the damaged file is {repaired.damaged}")
        else:
            say(f"{path}: not damaged; {what}")


def _plan_of(folder: Any, manifest: Any, base_url: str | None) -> mmgen.Plan:
    """The plan of a run, with the whole address of its server."""
    plan: mmgen.Plan = manifest.plan
    if base_url is not None:
        return replace(plan, settings=plan.settings | {"base_url": base_url})
    if manifest.hides_address:
        raise UsageError(
            f"{folder.manifest_path}: does not tell the whole address that was asked,"
            " which had a login or query",
            "give it again: --base-url",
        )
    return plan
