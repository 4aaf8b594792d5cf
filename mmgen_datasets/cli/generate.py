"""Commands that fill a run, or tell beforehand what that takes."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import say
from mmgen_datasets.cli.options import (
    BackendName,
    BaseUrl,
    Cache,
    Concurrency,
    DataDir,
    Licence,
    Limit,
    MaxCost,
    MaxImageSide,
    MaxRejects,
    MaxTokens,
    Model,
    Options,
    Prices,
    RecipeName,
    RequestsPerMinute,
    SourceName,
    SourceOptions,
    Split,
    TokensPerMinute,
    WithImages,
    backend_settings,
    source_settings,
)
from mmgen_datasets.cli.outcome import outcome


def generate(
    source: SourceName,
    out: Annotated[Path, typer.Option(help="Folder of the run; one that is there is continued.")],
    data_dir: DataDir = None,
    with_images: WithImages = False,
    source_option: SourceOptions = None,
    split: Split = "train",
    recipe: RecipeName = "grounded",
    backend: BackendName = None,
    model: Model = None,
    base_url: BaseUrl = None,
    option: Options = None,
    concurrency: Concurrency = 16,
    requests_per_minute: RequestsPerMinute = None,
    tokens_per_minute: TokensPerMinute = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    prices: Prices = None,
    max_image_side: MaxImageSide = None,
    licence: Licence = "any",
    limit: Limit = None,
    seed: Annotated[int, typer.Option(help="Of every random choice.")] = 0,
    shard: Annotated[str, typer.Option(help="Do only the part i/n of the samples.")] = "0/1",
    cache: Cache = None,
    num_proc: Annotated[
        int, typer.Option(help="Processes that ask; the limits hold for all together.", min=1)
    ] = 1,
    max_rejects: MaxRejects = 0.05,
) -> None:
    """Make conversations about samples, or go on where it was left.

    Without a model:

    mmgen generate coco2017 --data-dir coco --recipe grounded --out runs/first

    With one; the key is read from OPENAI_API_KEY in the environment:

    mmgen generate coco2017 --data-dir coco --recipe llava --backend openai
    --model gpt-5-mini --concurrency 64 --out runs/llava

    With one in this process:

    mmgen generate coco2017 --data-dir coco --recipe llava-small --backend llama-cpp
    --model FILE.gguf --out runs/local
    """
    plan = mmgen.Plan(
        source=source,
        recipe=recipe,
        split=split,
        data_dir=data_dir,
        source_settings=source_settings(with_images, source_option),
        backend=backend,
        settings=backend_settings(model, base_url, option),
        max_image_side=max_image_side,
        seed=seed,
        limit=limit,
        licence=licence,
    )
    folder = mmgen.RunFolder(out, mmgen.Shard.parse(shard))
    pace = mmgen.Pace(concurrency, requests_per_minute, tokens_per_minute)
    caps = mmgen.Caps(max_cost, max_tokens, prices)
    manifest = mmgen.fill_run(folder, plan, pace=pace, caps=caps, cache=cache, num_proc=num_proc)
    raise typer.Exit(outcome(folder, manifest, max_rejects))


def estimate(
    source: SourceName,
    backend: BackendName,
    out: Annotated[Path | None, typer.Option(help="Folder of the run, if it has begun.")] = None,
    data_dir: DataDir = None,
    with_images: WithImages = False,
    source_option: SourceOptions = None,
    split: Split = "train",
    recipe: RecipeName = "llava",
    model: Model = None,
    base_url: BaseUrl = None,
    option: Options = None,
    prices: Prices = None,
    max_image_side: MaxImageSide = None,
    licence: Licence = "any",
    limit: Limit = None,
) -> None:
    """Tell what requests, tokens and money a run will take. Asks nobody.

    Example: mmgen estimate coco2017 --data-dir coco --backend openai --model gpt-5-mini
    """
    plan = mmgen.Plan(
        source=source,
        recipe=recipe,
        split=split,
        data_dir=data_dir,
        source_settings=source_settings(with_images, source_option),
        backend=backend,
        settings=backend_settings(model, base_url, option),
        max_image_side=max_image_side,
        limit=limit,
        licence=licence,
    )
    folder = mmgen.RunFolder(out) if out else None
    say(mmgen.describe(mmgen.estimate_run(plan, prices=prices, folder=folder)))
