"""Commands that read what a run or a source holds, and write it for others."""

from __future__ import annotations

import importlib
from typing import Annotated, Literal

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import say, tell_reasons
from mmgen_datasets.cli.options import (
    DataDir,
    Licence,
    Out,
    Run,
    SourceOptions,
    WithImages,
    source_settings,
)
from mmgen_datasets.errors import UsageError
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.quantity import quantity

_MEDIA = {"videos": "video", "audios": "recording", "motions": "motion"}
"""What the files in a folder of an export are; those in any other are pictures."""


def prepare(
    source: Annotated[str, typer.Argument(help="Name from 'mmgen sources'.", show_default=False)],
    out: Out,
    data_dir: DataDir = None,
    with_images: WithImages = False,
    source_option: SourceOptions = None,
) -> None:
    """Write a source as parquet, pictures inside. Anybody's load_dataset(DIR) reads it.

    Example: mmgen prepare coco2017 --data-dir coco --out coco-parquet
    """
    settings = source_settings(with_images, source_option)
    mmgen.prepare(source, out, data_dir=data_dir, **settings)
    say(f"wrote {out}; read it with: datasets.load_dataset({str(out)!r})")


def show(
    run: Run,
    number: Annotated[int, typer.Option(help="How many.", min=1)] = 3,
    start: Annotated[int, typer.Option(help="From which on; the first is 0.", min=0)] = 0,
) -> None:
    """Print conversations of a run, to be read.

    Example: mmgen show runs/first --number 10
    """
    conversations = mmgen.load_run(run)
    if start >= len(conversations):
        raise UsageError(
            f"--start is {start:,}, and there are {quantity(len(conversations), 'conversation')}",
            "begin with a smaller number; the first is 0",
        )
    # Without the media: they are not printed, and their files may be elsewhere by now.
    texts = importlib.import_module("mmgen_datasets.missing_media").without_media(conversations)
    for row in texts.select(range(start, min(start + number, len(texts)))):
        licence = (row["license"] or {}).get("name") or "licence unknown"
        say(f"{row['id']} · {row['kind']} · {row['file_name']} · {licence}")
        for message in row["messages"]:
            content = message["content"].strip().replace("\n", "\n" + " " * 13)
            say(f"  {message['role']:>9}  {content}")
        say("")


def export(
    run: Run,
    out: Out,
    format: Annotated[str, typer.Option(help=f"One of {', '.join(EXPORTERS)}.")] = "llava",
    images: Annotated[
        Literal["copy", "link", "none"],
        typer.Option(
            help="Whether picture files are copied, linked (no space used) or left; a format with "
            "pictures inside holds them or only their names."
        ),
    ] = "copy",
    licence: Licence = "any",
) -> None:
    """Write a run's conversations in the format that a trainer reads.

    Whom to name for the pictures stands in ATTRIBUTION.csv beside them.

    Example: mmgen export runs/first --format llava --out llava-data
    """
    conversations = mmgen.load_run(run)
    exported = mmgen.export(conversations, format, out, pictures=images, licence=licence)
    say(f"{quantity(exported.conversations, 'conversation')} in {exported.file}")
    if exported.pictures:
        folder = exported.pictures_in
        kind = _MEDIA.get(folder.name if folder else "", "picture")
        say(f"{quantity(exported.pictures, kind)} in {folder or exported.file}")
    tell_reasons(f"not for {licence} use:", exported.not_allowed)
    tell_reasons("left out", exported.left_out)
    if exported.left_out and exported.pictures_in:
        say("  → to write them too, with the names of their pictures only: --images none")
