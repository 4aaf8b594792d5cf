"""Commands that bring a run to others."""

from __future__ import annotations

import importlib
from typing import Annotated

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import complain, say, tell_missing, tell_reasons
from mmgen_datasets.cli.options import Licence, Run
from mmgen_datasets.quantity import quantity

Config = Annotated[str, typer.Option(help="Configuration of the repository to put it in.")]
PushedSplit = Annotated[
    str | None, typer.Option(help="Name of the split; by default that of the samples.")
]
Language = Annotated[str, typer.Option(help="Language of the conversations, ISO 639.")]


def push(
    run: Run,
    repo: Annotated[
        str,
        typer.Argument(help="OWNER/NAME on the hub; made where missing.", show_default=False),
    ],
    config: Config = "default",
    split: PushedSplit = None,
    private: Annotated[
        bool, typer.Option("--private", help="Make a new repository private.")
    ] = False,
    licence: Licence = "any",
    language: Language = "en",
    max_shard_mb: Annotated[
        int, typer.Option(help="About the size of a parquet file, in megabytes.", min=1)
    ] = 500,
) -> None:
    """Push a run to the Hugging Face hub, with a dataset card. Its media are inside.

    The token is that of HF_TOKEN in the environment, or of 'hf auth login'. Given again after an
    interruption, it uploads what is missing. Other configurations and splits stay as they are.

    Example: mmgen push runs/llava alice/coco-llava --config llava --licence commercial
    """
    pushed = mmgen.push_to_hub(
        run,
        repo,
        config=config,
        split=split,
        private=private,
        licence=licence,
        language=language,
        max_shard_mb=max_shard_mb,
    )
    tell_reasons(f"not for {licence} use:", pushed.not_allowed)
    size = f"{pushed.num_bytes / 10**6:,.1f} MB in {quantity(pushed.files, 'parquet file')}"
    say(f"{quantity(pushed.rows, 'conversation')}, {size}")
    tell_missing(pushed.missing)
    say(f"{pushed.url} is at {pushed.commit[:8]}")


def card(
    run: Run,
    repo: Annotated[
        str, typer.Argument(help="OWNER/NAME that the card is to tell.")
    ] = "OWNER/NAME",
    config: Config = "default",
    split: PushedSplit = None,
    licence: Licence = "any",
    language: Language = "en",
) -> None:
    """Write the dataset card of a run, and print it. It becomes README.md in the run's folder.

    It is the card that 'mmgen push' with the same options gives to a new repository.

    Example: mmgen card runs/llava
    """
    writing = importlib.import_module("mmgen_datasets.publish.write_card")
    text = writing.write_card(
        run, repo, config=config, split=split, licence=licence, language=language
    )
    head, _, body = text.removeprefix("---\n").partition("\n---\n")
    say(body.strip())
    lines = quantity(len(head.splitlines()), "line")
    complain(f"{run / 'README.md'}: written, with {lines} of YAML for the hub before this")
