"""Arguments and options that several commands have."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.errors import UsageError

DataDir = Annotated[
    str | None,
    typer.Option(help="Folder with the source's files; without it, annotations are downloaded."),
]
WithImages = Annotated[
    bool,
    typer.Option(
        "--with-images",
        help="Download the pictures too, where there is no --data-dir: 19 GB for train2017.",
    ),
]
SourceOptions = Annotated[
    list[str] | None,
    typer.Option(
        "--source-option",
        help="Another setting of the source, as docs/sources.md lists them: NAME=VALUE.",
    ),
]
Out = Annotated[Path, typer.Option(help="Folder to write to.")]
Run = Annotated[Path, typer.Argument(help="Folder of a run.", show_default=False)]
SampleDir = Annotated[
    str | None,
    typer.Option(
        "--data-dir", help="Folder with the source's files, if it is not where the run found it."
    ),
]
NoAnnotations = Annotated[
    bool,
    typer.Option("--no-annotations", help="Do not load the source; compare with nothing."),
]
Concurrency = Annotated[int, typer.Option(help="The most requests in flight, in all processes.")]
RequestsPerMinute = Annotated[
    float | None, typer.Option(help="Requests that the server allows, where it does not say.")
]
TokensPerMinute = Annotated[
    float | None, typer.Option(help="Tokens that the server allows, prompt and reply together.")
]
SourceName = Annotated[
    str,
    typer.Argument(help="Name from 'mmgen sources', or a prepared folder.", show_default=False),
]
Split = Annotated[str, typer.Option(help="Split, or a slice: validation[:100].")]
RecipeName = Annotated[str, typer.Option(help="Name from 'mmgen recipes', or a recipe file.")]
BackendName = Annotated[str | None, typer.Option(help=f"Who is asked: {', '.join(BACKENDS)}.")]
Model = Annotated[str | None, typer.Option(help="Model, as the backend names it.")]
BaseUrl = Annotated[
    str | None, typer.Option(help="Address of the server, as http://127.0.0.1:8000/v1.")
]
WholeAddress = Annotated[
    str | None, typer.Option(help="Address of the server, where it has a login or query.")
]
Options = Annotated[
    list[str] | None,
    typer.Option("--option", help="Another setting of the backend: NAME=VALUE."),
]
MaxImageSide = Annotated[
    int | None,
    typer.Option(
        help="Shrink larger pictures before they are sent, to so many pixels of the longer side; "
        "in place of what the recipe says.",
        min=1,
    ),
]
Licence = Annotated[
    Literal["commercial", "research", "any"],
    typer.Option(help="Keep only what the licence of its picture allows for such use."),
]
Limit = Annotated[int | None, typer.Option(help="Use only so many samples.", min=1)]
MaxCost = Annotated[
    float | None, typer.Option(help="Stop before the run has cost more, in US dollars.")
]
MaxTokens = Annotated[int | None, typer.Option(help="Stop before it has used more tokens.")]
Prices = Annotated[
    Path | None, typer.Option(help="Table of your own prices, YAML or JSON; see docs/costs.md.")
]
Cache = Annotated[
    Path | None,
    typer.Option(help="File of replies that runs share: what it has is not asked for."),
]
MaxRejects = Annotated[
    float,
    typer.Option(help="Largest share of rejects that still counts as done.", min=0, max=1),
]


def backend_settings(
    model: str | None, base_url: str | None, options: Sequence[str] | None
) -> dict[str, str]:
    """The settings of a backend that were given; others as ``NAME=VALUE`` words."""
    settings = {"model": model, "base_url": base_url} | _named_values("--option", options)
    return {name: value for name, value in settings.items() if value is not None}


def source_settings(with_images: bool, options: Sequence[str] | None) -> dict[str, Any]:
    """The settings of a source that were given; not every source has ``with_images``."""
    return ({"with_images": True} if with_images else {}) | _named_values(
        "--source-option", options
    )


def _named_values(flag: str, words: Sequence[str] | None) -> dict[str, str]:
    values = {}
    for word in words or ():
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"{flag} {word!r} has no value", "write it as NAME=VALUE")
        values[name] = value
    return values
