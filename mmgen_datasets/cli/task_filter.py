"""The command for the last step of targeted generation: keep a part of what was generated."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.cli.console import say
from mmgen_datasets.cli.task_create import (
    BatchSize,
    ClipModel,
    Device,
    InputFolder,
    Progress,
    clip_of,
    tell_bad,
)
from mmgen_datasets.errors import UsageError
from mmgen_datasets.quantity import quantity
from mmgen_datasets.registry import Entry, resolve

_PLACE = "mmgen_datasets.targeting"
_BY_LOSS = ("high-loss", "low-loss")
_SCORERS = {
    "loss": Entry(f"{_PLACE}.answer_loss:score", "the loss of answers", "hf"),
    "scorer": Entry(f"{_PLACE}.answer_loss:Scorer", "what computes it", "hf"),
}


def filter(
    data_file: Annotated[
        Path, typer.Argument(help="What was generated: a data file of MM-Gen, or LLaVA's list.")
    ],
    out: Annotated[Path, typer.Option(help="The file to write, of the same form.")],
    by: Annotated[
        Literal["high-loss", "low-loss", "random", "facility-location"],
        typer.Option(
            help="What is kept: what the model finds hardest, easiest, some by chance, or"
            " what stands best for all."
        ),
    ] = "high-loss",
    keep: Annotated[float, typer.Option(help="The share to keep.", min=0, max=1)] = 0.5,
    num: Annotated[
        int | None, typer.Option(help="How many to keep, in place of a share.", min=1)
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="For a loss: the vision-language model to be tuned, of transformers."),
    ] = None,
    clip_model: ClipModel = None,
    input_folder: InputFolder = Path(),
    seed: Annotated[int, typer.Option(help="Of what is by chance.")] = 0,
    scores: Annotated[
        Path | None,
        typer.Option(help="Folder of the losses or vectors.", show_default="OUT.scores"),
    ] = None,
    batch_size: BatchSize = None,
    device: Device = None,
    dtype: Annotated[
        Literal["float32", "bfloat16", "float16"] | None,
        typer.Option(help="Of the model's weights, if not the checkpoint's."),
    ] = None,
    max_image_side: Annotated[
        int | None,
        typer.Option(help="Shrink larger pictures to so many pixels of the longer side.", min=1),
    ] = None,
) -> None:
    """Keep a part of generated data. Those of the highest loss, or others for comparison.

    The loss is the model's, per token of the answers, given pictures and questions. It stands in
    each record that is kept. Interrupted, the same command goes on where it was.

    Example: mmgen task filter generated.json --model llava-hf/llava-1.5-7b-hf --out kept.json
    """
    filtering = importlib.import_module(f"{_PLACE}.filtering")
    files = importlib.import_module(f"{_PLACE}.filter_file")
    chosen = filtering.Keep(by, keep, num, seed)
    records = files.read_records(data_file, input_folder)
    scores = scores or out.with_name(f"{out.name}.scores")
    losses, bad = None, records.bad
    if by in _BY_LOSS:
        scorer = _scorer(model, batch_size, device=device, dtype=dtype, side=max_image_side)
        scored = resolve("score", _SCORERS, "loss")(
            records.rows, scorer, scores, Progress("conversations")
        )
        losses = list(scored["loss"])
        bad = bad | _errors(scored)
        places = filtering.choose_by_loss(records.rows["id"], losses, chosen)
    elif by == "facility-location":
        clip = clip_of(clip_model, batch_size, device)
        rows = importlib.import_module(f"{_PLACE}.row_vectors")
        found = rows.vectors_of_rows(records.rows, clip, scores / "vectors", Progress("pictures"))
        bad = bad | found.bad
        chosen_vectors = filtering.choose_by_vectors(found.vectors, chosen)
        places = [found.places[place] for place in chosen_vectors]
    else:
        places = filtering.choose_by_chance(len(records.rows), chosen)
    files.write_kept(records, places, out, losses)
    say(f"{out}: kept {len(places):,} of {quantity(len(records.task.samples), 'record')} by {by}")
    _tell_losses(places, losses)
    tell_bad(bad)


def _scorer(model: str | None, batch_size: int | None, *, side: int | None, **settings: Any) -> Any:
    if model is None:
        raise UsageError("a loss needs a model", "name the one to be tuned: --model")
    kind = resolve("backend", BACKENDS, "huggingface")
    scorer = resolve("score", _SCORERS, "scorer")
    sizes = {} if batch_size is None else {"batch_size": batch_size}
    return scorer(kind(model, **settings), max_image_side=side, **sizes)


def _errors(scored: Any) -> dict[str, str]:
    pairs = zip(scored["record"], scored["loss_error"], strict=True)
    return {f"record {number}": error for number, error in pairs if error is not None}


def _tell_losses(places: Sequence[int], losses: Sequence[float | None] | None) -> None:
    kept = [losses[place] for place in places] if losses else []
    every = [loss for loss in losses or () if loss is not None]
    if kept:
        mean = sum(loss for loss in kept if loss is not None) / len(kept)
        say(f"  mean loss: {mean:.3f} of those kept, {sum(every) / len(every):.3f} of all")
