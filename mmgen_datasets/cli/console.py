"""What the command line says, on standard output and standard error."""

from __future__ import annotations

import importlib
import shlex
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.manifest import GENERATE, NOT_ASKED, Manifest
from mmgen_datasets.quantity import quantity

if TYPE_CHECKING:
    from mmgen_datasets.generation.run import RunFolder

_REASONS_SHOWN = 5
_REASONS_TO_CHOOSE_FROM = 20


def say(line: str = "") -> None:
    """Print a line of a result."""
    print(line)  # noqa: T201


def complain(line: str) -> None:
    """Print a line about what went wrong."""
    print(line, file=sys.stderr)  # noqa: T201


def command(verb: str, *words: object) -> str:
    """A command of mmgen as a shell reads it, to be copied."""
    return shlex.join(["mmgen", verb, *map(str, words)])


def list_rows(rows: Mapping[str, str]) -> None:
    """Print names and what they stand for."""
    width = max(map(len, rows))
    for name, summary in rows.items():
        say(f"{name:{width}}  {summary}")


def tell_status(folder: RunFolder, manifest: Manifest) -> None:
    """Print how far a run is and what became of it."""
    say(f"{folder.manifest_path}: {_state(folder, manifest)}")
    if manifest.problem:
        say(f"  stopped: {manifest.problem}")
    plan = manifest.plan
    samples = quantity(manifest.samples, "sample")
    say(f"  {plan.source} {plan.split}, recipe {plan.recipe}, {samples}")
    tell_reasons(f"  not for {plan.licence} use:", manifest.not_allowed)
    if manifest.selections:
        _tell_selection(folder, manifest)
        return
    if plan.backend:
        _tell_batches(folder, plan.command)
    if manifest.status in ("running", "interrupted"):
        if plan.backend:
            say(f"  answered {folder.num_settled():,} of {quantity(manifest.requests, 'request')}")
        return
    say(
        f"  conversations {manifest.conversations:,}, rejects {manifest.num_rejects:,}"
        f" of {manifest.requests:,}, in {manifest.seconds:,.1f} s"
    )
    tell_usage(manifest)
    tell_reasons("  rejected", manifest.rejects)
    if manifest.num_rejects:
        say(f"  each with its reason in {folder.rejects_path}")
    if manifest.num_rejects and plan.backend:
        more = (
            command("retry", folder.path)
            if plan.command == GENERATE
            else f"its '{plan.command}' command, given again with --again"
        )
        say(f"  to ask for them once more: {more}")


def tell_usage(manifest: Manifest) -> None:
    """Print the tokens and the money that replies took."""
    if tokens := manifest.prompt_tokens + manifest.completion_tokens:
        cached = f", {manifest.cached_tokens:,} from a cache of prompts"
        say(
            f"  {quantity(tokens, 'token')}, {manifest.completion_tokens:,} of them written by the"
            " model" + (cached if manifest.cached_tokens else "")
        )
    if manifest.taken_over:
        say(f"  {quantity(manifest.taken_over, 'reply', 'replies')} taken over from a cache")
    if manifest.cost:
        say(f"  ${manifest.cost:,.2f} ({manifest.price_source})")


def _tell_selection(folder: RunFolder, manifest: Manifest) -> None:
    """Print what the conversations of a run were chosen from, and how."""
    chosen = manifest.selections[-1]
    say(f"  conversations {manifest.conversations:,}, selected from {chosen.conversations:,} by")
    say(f"    {chosen.command(chosen.run, str(folder.path))}")
    for reason, number in chosen.dropped.items():
        say(f"  dropped {number:,}: {reason}")
    say(f"  each with its reason in {folder.dropped_path}")


def tell_chosen(errors: Sequence[str], number: int, shards: Sequence[Manifest]) -> None:
    """Print how many rejects of a run were chosen by their reason.

    Raises:
        UsageError: none; it names the reasons that there are.
    """
    reasons: Counter[str] = Counter()
    for manifest in shards:
        reasons.update(manifest.rejects)
    del reasons[NOT_ASKED]
    if not number:
        commonest = reasons.most_common(_REASONS_TO_CHOOSE_FROM)
        found = "".join(f"\n    {count:,}: {reason}" for reason, count in commonest)
        raise UsageError(
            f"no reject has {' or '.join(map(repr, errors))} in its reason",
            f"choose from these:{found}" if found else "there are no rejects in this run",
        )
    say(f"asking once more for {number:,} of {quantity(reasons.total(), 'reject')}")


def _tell_batches(folder: RunFolder, filled_by: str) -> None:
    """Print what is under way at a server that answers in batches."""
    parts = folder.batches()
    if not parts:
        return
    records = importlib.import_module("mmgen_datasets.generation.batch_records")
    say(f"  {records.describe_parts(parts)}, when last looked at")
    for part in parts:
        say(f"    {part.batch or 'not made yet'}: {part.answered:,} of {part.requests:,}")
    say(f"  → to collect them, give the run's '{filled_by}' command again")
    say(f"  → to give them up: {command('cancel', folder.path)}")


def tell_reasons(verb: str, reasons: Mapping[str, int]) -> None:
    """Print the commonest reasons, and how much the others make up."""
    commonest = sorted(reasons.items(), key=lambda row: -row[1])
    for reason, count in commonest[:_REASONS_SHOWN]:
        say(f"{verb} {count:,}: {reason}")
    if others := commonest[_REASONS_SHOWN:]:
        count = sum(number for _, number in others)
        say(f"{verb} {count:,} for {quantity(len(others), 'other reason')}")


def tell_missing(missing: Mapping[str, int]) -> None:
    """Print how many conversations lack a file that they are about."""
    for kind, count in missing.items():
        if count:
            say(f"without their {kind}, which was not there: {count:,}")
    if any(missing.values()):
        say("  → to do without them: mmgen select RUN --where 'missing != any' --out DIR")


def _state(folder: RunFolder, manifest: Manifest) -> str:
    is_cut_off = manifest.status == "running" and not folder.is_held()
    if is_cut_off or manifest.status == "interrupted":
        state = "cut off" if is_cut_off else "interrupted"
        return f"{state}; its '{manifest.plan.command}' command, given again, goes on"
    return manifest.status
