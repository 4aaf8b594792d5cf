"""Commands that make instruction data of motion codes."""

from __future__ import annotations

import importlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.cli.console import say, tell_reasons
from mmgen_datasets.cli.options import DataDir, Licence, SourceName, Split
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.quantity import quantity

Pattern = Annotated[
    Literal["motion_id", "motion", "plain", "skel"],
    typer.Option(help="How codes stand in the text; see docs/motion-data.md."),
]
NumCodes = Annotated[int, typer.Option(help="Size of the codebook.", min=1)]


def conversations(
    source: SourceName,
    codes: Annotated[Path, typer.Option(help="Folder of ID.npy, as 'mmgen motion encode' writes.")],
    out: Annotated[Path, typer.Option(help="Folder to write to.")],
    num_codes: NumCodes,
    data_dir: DataDir = None,
    split: Split = "train",
    task: Annotated[
        list[str] | None, typer.Option(help="Such as prediction; may be given often.")
    ] = None,
    pattern: Pattern = "motion_id",
    format: Annotated[str, typer.Option(help=f"One of {', '.join(EXPORTERS)}.")] = "sharegpt",
    every_caption: Annotated[
        bool, typer.Option("--every-caption", help="Ask once for each caption of a clip.")
    ] = False,
    seed: Annotated[int, typer.Option(help="Of the choice of wordings and captions.")] = 0,
    licence: Licence = "any",
) -> None:
    """Write conversations in which motions are tokens. Beside them stand the tokens to add.

    Example: mmgen motion conversations humanml3d --data-dir HumanML3D --codes codes
    --num-codes 512 --task text_to_motion --task motion_to_text --out data
    """
    tasks, tokens = _module("tasks"), _module("tokens")
    how = _module("token_patterns").pattern(pattern, num_codes)
    chosen = {"tasks": tuple(task)} if task else {}
    settings = tasks.MotionTasks(how, every_caption=every_caption, seed=seed, **chosen)
    samples = mmgen.load_dataset(source, data_dir=data_dir, split=split)
    samples = _module("codes_files").with_codes(samples, codes)
    made = tasks.motion_conversations(samples, settings)
    exported = mmgen.export(made, format, out, licence=licence)
    special = out / "special_tokens.txt"
    special.write_text("".join(f"{token}\n" for token in tokens.special_tokens(how)), "utf-8")
    written = quantity(exported.conversations, "conversation")
    say(f"{written} in {exported.file}, tokens in {special}")
    tell_reasons(f"not for {licence} use:", exported.not_allowed)
    tell_reasons("not asked", Counter(error for error in made["error"] if error))


def special_tokens(num_codes: NumCodes, pattern: Pattern = "motion_id") -> None:
    """Print the tokens that a tokenizer needs. One stands on each line, in their order.

    Example: mmgen motion special-tokens --num-codes 512 > tokens.txt
    """
    how = _module("token_patterns").pattern(pattern, num_codes)
    for token in _module("tokens").special_tokens(how):
        say(token)


def _module(name: str) -> Any:
    return importlib.import_module(f"mmgen_datasets.motion.{name}")


COMMANDS: dict[str, Callable[..., None]] = {
    "conversations": conversations,
    "special-tokens": special_tokens,
}
