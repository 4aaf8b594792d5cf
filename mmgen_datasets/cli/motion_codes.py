"""Commands that turn motion into codes."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from mmgen_datasets.cli.console import complain, say
from mmgen_datasets.cli.outcome import DONE, TOO_MANY_REJECTS
from mmgen_datasets.errors import MissingExtraError, UnknownNameError, UsageError
from mmgen_datasets.motion import TOKENIZERS
from mmgen_datasets.quantity import quantity

_SKELETONS = ("humanml3d", "kit_ml", "h36m")  # the module of them loads numpy

Data = Annotated[
    Path,
    typer.Argument(help="Folder in the layout of HumanML3D, or of .npy clips.", show_default=False),
]
Tokenizer = Annotated[Path, typer.Argument(help="Folder of a tokenizer.", show_default=False)]
SkeletonName = Annotated[str, typer.Option(help=f"One of {', '.join(_SKELETONS)}.")]
Split = Annotated[str, typer.Option(help="Which clips, of a folder that has splits.")]
Device = Annotated[
    str | None, typer.Option(help="Such as cpu or cuda:1; else a GPU where there is one.")
]
Licence = Annotated[str, typer.Option(help="A note: what may be done with the weights.")]
Of = Annotated[
    list[str] | None,
    typer.Option("--of", help="A setting of the network, as width=128; may be given often."),
]
How = Annotated[
    list[str] | None,
    typer.Option("--how", help="A setting of the training, as batch=64; may be given often."),
]


def tokenizers() -> None:
    """List the networks that turn motion into codes."""
    width = max(map(len, TOKENIZERS))
    for name, row in TOKENIZERS.items():
        missing = f"; not installed, run: {row.installation}" if row.missing else ""
        say(f"{name:{width}}  {row.summary}{missing}")


def train(
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder of the tokenizer.", show_default=False)],
    network: Annotated[str, typer.Option(help=f"One of {', '.join(TOKENIZERS)}.")] = "vqvae",
    of: Of = None,
    how: How = None,
    split: Split = "train",
    skeleton: SkeletonName = "humanml3d",
    feature_bias: Annotated[
        float, typer.Option(help="By how much root and feet weigh more; T2M-GPT has 25.")
    ] = 1.0,
    licence: Licence = "",
    device: Device = None,
) -> None:
    """Train a tokenizer on clips. The same command again goes on after the last checkpoint.

    The settings of networks and of training are listed in docs/motion.md.

    Example: mmgen motion train HumanML3D --out tokenizer --of width=128 --of num_codes=128 --how
    num_steps=2000
    """
    training = _module("train")
    settings = _module("tokenizer_settings").settings_of(
        _module("train_settings").TrainSettings, _values(how)
    )
    motions = [*_clips(data, split, skeleton).values()]
    mean, std = _module("train_clips").frame_statistics(
        motions, skeleton, feature_bias=feature_bias
    )
    lesson = training.Lesson(network, _values(of), motions, mean, std, _about(skeleton, licence))
    with _module("train_progress").shown(settings.num_steps) as watch:
        codec = training.train(lesson, out, settings, device=_device(device), watch=watch)
    steps = quantity(settings.num_steps, "step")
    say(f"{out}: {network}, {codec.num_codes:,} codes, {steps}")
    say(f"next: mmgen motion report {out} {data} --out report.html")


def encode(
    tokenizer: Tokenizer,
    data: Data,
    out: Annotated[Path, typer.Option(help="Folder for the .npy files.", show_default=False)],
    split: Split = "train",
    device: Device = None,
) -> None:
    """Write the codes of clips as T2M-GPT has them. Each clip has an .npy file.

    Where a clip has no codes the reason is printed, and the exit status is 1.

    Example: mmgen motion encode tokenizer HumanML3D --split test --out codes
    """
    codec = _open(tokenizer, device)
    motions = _clips(data, split, codec.about.skeleton)
    found = dict(zip(motions, codec.encode([*motions.values()]), strict=True))
    failed = {id: codes for id, codes in found.items() if isinstance(codes, Exception)}
    for id, error in failed.items():
        complain(f"{id}: {error}")
    write = _module("codes_files").write_codes
    for id, codes in found.items():
        if id not in failed:
            write(out, id, codes)
    say(f"{out}: the codes of {len(found) - len(failed):,} of {quantity(len(found), 'clip')}")
    raise typer.Exit(TOO_MANY_REJECTS if failed else DONE)


def report(
    tokenizer: Tokenizer,
    data: Data,
    out: Annotated[Path, typer.Option(help="The page to write.")] = Path("report.html"),
    split: Split = "test",
    clips: Annotated[int, typer.Option(help="How many of the worst are drawn.", min=0)] = 4,
    device: Device = None,
) -> None:
    """Judge a tokenizer by clips.

    The page has errors, use of its codes, curves, and its worst clips drawn.

    Example: mmgen motion report tokenizer HumanML3D --split test --out report.html
    """
    codec, pages = _open(tokenizer, device), _module("report")
    judgement = pages.judge(codec, _clips(data, split, codec.about.skeleton))
    log = tokenizer / _module("train").LOG
    pages.write_report(judgement, codec, out, log=log, num_clips=clips)
    errors, usage = judgement.errors, judgement.usage
    local = "" if errors.local is None else f"local {errors.local:.1f}, "
    say(
        f"{local}root-aligned {errors.root_aligned:.1f}, Procrustes {errors.procrustes:.1f},"
        f" world {errors.world:.1f} mm; acceleration {errors.acceleration:.1f} mm"
    )
    say(f"{usage.alive:,} of {len(usage.counts):,} codes used, perplexity {usage.perplexity:.1f}")
    judged = quantity(len(judgement.clips), "clip")
    say(f"{out}: {judged}; {len(judgement.skipped):,} have no codes")


def import_(
    weights: Annotated[
        Path, typer.Argument(help="A checkpoint, or a folder with one.", show_default=False)
    ],
    out: Annotated[Path, typer.Option(help="Folder of the tokenizer.", show_default=False)],
    mean: Annotated[Path | None, typer.Option(help="The mean.npy of its training.")] = None,
    std: Annotated[Path | None, typer.Option(help="The std.npy of its training.")] = None,
    of: Of = None,
    skeleton: SkeletonName = "humanml3d",
    licence: Licence = "",
) -> None:
    """Make a tokenizer of published weights.

    Reads those of T2M-GPT, MotionGPT and llamafactory-multimodal.

    Their shapes tell the network; what they do not show is said with --of. Nothing but tensors is
    unpickled.

    Example: mmgen motion import net_last.pth --mean mean.npy --std std.npy --out tokenizer
    """
    codec = _module("tokenizer_published").import_published(
        weights, mean=mean, std=std, about=_about(skeleton, licence), told=_values(of)
    )
    codec.save_pretrained(out)
    say(f"{out}: {codec.family}, {codec.num_codes:,} codes")


COMMANDS: dict[str, Callable[..., None]] = {
    "tokenizers": tokenizers,
    "train": train,
    "encode": encode,
    "report": report,
    "import": import_,
}
"""Those of `mmgen motion` that are about codes, by name."""


def _module(name: str) -> Any:
    """A module of `mmgen_datasets.motion`, which may need torch."""
    try:
        return importlib.import_module(f"mmgen_datasets.motion.{name}")
    except ModuleNotFoundError as error:
        if (error.name or "").startswith("mmgen_datasets"):
            raise
        raise MissingExtraError(
            f"this needs {error.name!r}, which is not installed",
            'run: pip install "mmgen-datasets[motion]"',
        ) from error


def _values(words: list[str] | None) -> dict[str, Any]:
    """Settings as they are written on the command line, by name."""
    return {name: yaml.safe_load(text) for name, text in map(_pair, words or [])}


def _pair(word: str) -> tuple[str, str]:
    name, equals, text = word.partition("=")
    if not equals:
        raise UsageError(f"{word!r} is no setting", "write it as name=value")
    return name, text


def _about(skeleton: str, licence: str) -> Any:
    known = _module("skeleton").SKELETONS
    if skeleton not in known:
        raise UnknownNameError(
            f"no skeleton is called {skeleton!r}", f"choose from {', '.join(known)}"
        )
    return _module("tokenizer_base").About(skeleton, known[skeleton].fps, licence)


def _clips(data: Path, split: str, skeleton: str) -> dict[str, Any]:
    """The clips of a folder by id; what had to be left out is told."""
    about = _about(skeleton, "")
    skeletons = _module("skeleton").SKELETONS
    found = _module("train_clips").read_clips(data, split, skeletons[about.skeleton])
    for problem, number in found.skipped.items():
        complain(f"left out {quantity(number, 'clip')}: {problem}")
    motions: dict[str, Any] = found.motions
    return motions


def _device(device: str | None) -> str:
    name: str = device or _module("tokenizer_codec").best_device()
    return name


def _open(tokenizer: Path, device: str | None) -> Any:
    return _module("tokenizer_codec").MotionCodec.from_pretrained(tokenizer, device)
