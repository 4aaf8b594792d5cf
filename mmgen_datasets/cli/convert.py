"""The command that turns parquet into LLaVA's format."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import complain, say, tell_reasons
from mmgen_datasets.cli.options import MaxRejects
from mmgen_datasets.cli.outcome import DONE, TOO_MANY_REJECTS
from mmgen_datasets.errors import UsageError
from mmgen_datasets.quantity import quantity


def convert(
    dataset_path: Annotated[
        str,
        typer.Option(
            "--dataset-path",
            "--dataset_path",
            help="A folder of parquet files, or a dataset of the hub: USER/NAME.",
            show_default=False,
        ),
    ],
    save_root: Annotated[
        Path, typer.Option("--save-root", "--save_root", help="Where its folder is made.")
    ] = Path("data"),
    config: Annotated[
        list[str] | None,
        typer.Option(help="Configuration; give it again for several.", show_default="all"),
    ] = None,
    split: Annotated[
        list[str] | None,
        typer.Option(
            help="Split; give it again for several, or 'all': then their names are in the names"
            " of the files.",
            show_default="train",
        ),
    ] = None,
    revision: Annotated[
        str | None, typer.Option(help="Branch, tag or commit on the hub.", show_default="main")
    ] = None,
    column: Annotated[
        list[str] | None,
        typer.Option(
            help="KIND=NAME of a column with a name of its own; KIND is id, conversations, image,"
            " audio or video."
        ),
    ] = None,
    media_root: Annotated[
        Path | None,
        typer.Option(
            "--media-root",
            "--media_root",
            help="Folder of the files that rows name; the dataset's own if left out.",
        ),
    ] = None,
    names: Annotated[
        Literal["row", "data"],
        typer.Option(help="Call files by the number of their row, or as the data call them."),
    ] = "row",
    num_proc: Annotated[
        int, typer.Option("--num-proc", "--num_proc", help="Processes to use.", min=1)
    ] = 1,
    max_rejects: MaxRejects = 0.05,
) -> None:
    """Write datasets of the hub, or parquet, in LLaVA's format. Pictures keep their bytes.

    A configuration becomes SAVE_ROOT/DATASET/annotations/CONFIG.json, its pictures the files of
    SAVE_ROOT/DATASET/CONFIG. The same command goes on where it was interrupted.

    Example: mmgen convert --dataset-path Emova-ollm/emova-sft-4m --config websrc
    --save-root data --num-proc 8
    """
    converted = mmgen.convert(
        dataset_path,
        save_root,
        config=config or "all",
        split=split or "train",
        revision=revision,
        columns=_columns(column or ()),
        media_root=media_root,
        names=names,
        num_proc=num_proc,
    )
    done = rejected = 0
    for part in converted:
        counts, folder = part.counts, part.folder
        say(f"{quantity(counts.conversations, 'conversation')} in {folder.annotations}")
        if counts.files:
            say(f"{quantity(counts.files, 'file')} in {folder.media}")
        tell_reasons("  rejected", counts.rejects)
        if counts.rejects:
            say(f"  each with its row in {folder.rejects}")
        done += counts.conversations
        rejected += sum(counts.rejects.values())
    if rejected > max_rejects * (done + rejected):
        complain(f"{rejected:,} of {quantity(done + rejected, 'row')} could not be converted")
        raise typer.Exit(TOO_MANY_REJECTS)
    raise typer.Exit(DONE)


def _columns(words: Sequence[str]) -> dict[str, list[str]]:
    columns: dict[str, list[str]] = defaultdict(list)
    for word in words:
        kind, equals, name = word.partition("=")
        if not equals:
            raise UsageError(f"--column {word!r} names no column", "write it as KIND=NAME")
        columns[kind].append(name)
    return columns
