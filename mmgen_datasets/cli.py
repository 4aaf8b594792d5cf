"""The command `mmgen`.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once: what
the commands use they take from the package, which imports its public names on first use.
"""

from __future__ import annotations

import errno
import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

import mmgen_datasets as mmgen
from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.console import complain, list_rows, say, tell_chosen, tell_reasons, tell_status
from mmgen_datasets.errors import MMGenError, UsageError
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.registry import Entry

DONE, TOO_MANY_REJECTS, WRONG_USE, INTERRUPTED = 0, 1, 2, 130  # 130: as shells have it

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

app = typer.Typer(
    name="mmgen",
    help="Turn annotated images into multimodal instruction data.",
    epilog="Exit: 0 done, 1 finished with too many rejects, 2 wrong use or bad input, "
    "130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

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
Out = Annotated[Path, typer.Option(help="Folder to write to.")]
Run = Annotated[Path, typer.Argument(help="Folder of a run.", show_default=False)]
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
Limit = Annotated[int | None, typer.Option(help="Use only so many samples.", min=1)]
MaxCost = Annotated[
    float | None, typer.Option(help="Stop before the run has cost more, in US dollars.")
]
MaxTokens = Annotated[int | None, typer.Option(help="Stop before it has used more tokens.")]
Prices = Annotated[
    Path | None, typer.Option(help="Table of your own prices, YAML or JSON; see docs/costs.md.")
]
MaxRejects = Annotated[
    float,
    typer.Option(help="Largest share of rejects that still counts as done.", min=0, max=1),
]


@app.command()
def sources() -> None:
    """List what can be read."""
    loading = importlib.import_module("mmgen_datasets.loading")
    list_rows(
        {name: f"{row.summary} ({row.license_note})" for name, row in loading.SOURCES.items()}
    )


@app.command()
def recipes() -> None:
    """List what can be asked about it."""
    list_rows({name: row.summary for name, row in RECIPES.items()})


@app.command()
def backends() -> None:
    """List who can be asked, and how to install what is missing for it."""
    list_rows({name: row.summary + _lack(row) for name, row in BACKENDS.items()})


@app.command()
def formats() -> None:
    """List what a result can be exported to."""
    list_rows({name: row.summary for name, row in EXPORTERS.items()})


@app.command()
def prepare(
    source: Annotated[str, typer.Argument(help="Name from 'mmgen sources'.", show_default=False)],
    out: Out,
    data_dir: DataDir = None,
    with_images: WithImages = False,
) -> None:
    """Write a source as parquet that anybody's load_dataset(DIR) reads, pictures inside.

    Example: mmgen prepare coco2017 --data-dir coco --out coco-parquet
    """
    # Only where it is meant: not every source has this setting.
    settings = {"with_images": True} if with_images else {}
    mmgen.prepare(source, out, data_dir=data_dir, **settings)
    say(f"wrote {out}; read it with: datasets.load_dataset({str(out)!r})")


@app.command()
def generate(
    source: SourceName,
    out: Annotated[Path, typer.Option(help="Folder of the run; one that is there is continued.")],
    data_dir: DataDir = None,
    with_images: WithImages = False,
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
    limit: Limit = None,
    seed: Annotated[int, typer.Option(help="Of every random choice.")] = 0,
    shard: Annotated[str, typer.Option(help="Do only the part i/n of the samples.")] = "0/1",
    cache: Annotated[
        Path | None,
        typer.Option(help="File of replies that runs share: what it has is not asked for."),
    ] = None,
    num_proc: Annotated[
        int, typer.Option(help="Processes that ask; the limits hold for all together.", min=1)
    ] = 1,
    max_rejects: MaxRejects = 0.05,
) -> None:
    """Make conversations about a source's samples, or go on where it was left.

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
        with_images=with_images,
        backend=backend,
        settings=_settings(model, base_url, option),
        max_image_side=max_image_side,
        seed=seed,
        limit=limit,
    )
    folder = mmgen.RunFolder(out, mmgen.Shard.parse(shard))
    pace = mmgen.Pace(concurrency, requests_per_minute, tokens_per_minute)
    caps = mmgen.Caps(max_cost, max_tokens, prices)
    manifest = mmgen.fill_run(folder, plan, pace=pace, caps=caps, cache=cache, num_proc=num_proc)
    raise typer.Exit(_outcome(folder, manifest, max_rejects))


@app.command()
def estimate(
    source: SourceName,
    backend: BackendName,
    out: Annotated[Path | None, typer.Option(help="Folder of the run, if it has begun.")] = None,
    data_dir: DataDir = None,
    with_images: WithImages = False,
    split: Split = "train",
    recipe: RecipeName = "llava",
    model: Model = None,
    base_url: BaseUrl = None,
    option: Options = None,
    prices: Prices = None,
    max_image_side: MaxImageSide = None,
    limit: Limit = None,
) -> None:
    """Tell how many requests and tokens a run will take, and what they cost; asks nobody.

    Example: mmgen estimate coco2017 --data-dir coco --backend openai --model gpt-5-mini
    """
    plan = mmgen.Plan(
        source=source,
        recipe=recipe,
        split=split,
        data_dir=data_dir,
        with_images=with_images,
        backend=backend,
        settings=_settings(model, base_url, option),
        max_image_side=max_image_side,
        limit=limit,
    )
    folder = mmgen.RunFolder(out) if out else None
    say(mmgen.describe(mmgen.estimate_run(plan, prices=prices, folder=folder)))


@app.command()
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
    chosen = [mmgen.rejected_keys(folder, errors or ()) for folder, _ in shards]
    if errors:
        tell_chosen(errors, sum(map(len, chosen)), [manifest for _, manifest in shards])
    for (folder, manifest), again in zip(shards, chosen, strict=True):
        plan = _plan_of(folder, manifest, base_url)
        filled = mmgen.fill_run(folder, plan, pace=pace, caps=caps, again=again)
        code = max(code, _outcome(folder, filled, max_rejects))
    raise typer.Exit(code)


@app.command()
def cancel(
    run: Run,
    base_url: WholeAddress = None,
    forget: Annotated[
        bool,
        typer.Option("--forget", help="Ask the server nothing; for batches that it has lost."),
    ] = False,
) -> None:
    """Give up the batches of a run that are under way, and collect what they have answered.

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
        say("  → to have the rest answered, give the run's 'mmgen generate' command again")


@app.command()
def status(run: Run) -> None:
    """Tell how far a run is and what was rejected.

    Example: mmgen status runs/llava
    """
    for folder, manifest in mmgen.read_run(run):
        tell_status(folder, manifest)


@app.command()
def repair(
    run: Annotated[Path, typer.Argument(help="Folder of a run, or a journal.", show_default=False)],
) -> None:
    """Save what can be read of a journal that is damaged, as by a power cut or a broken copy.

    The damaged file is kept beside the new one. What is missing is asked for by the run's
    'mmgen generate' command, given again.

    Example: mmgen repair runs/llava
    """
    repairing = importlib.import_module("mmgen_datasets.generation.repair")
    for path in repairing.journals_of(run):
        repaired = repairing.repair(path)
        what = f"{repaired.attempts:,} attempts, {repaired.replies:,} of them replies"
        if repaired.damaged:
            say(f"{path}: saved {what}; the damaged file is {repaired.damaged}")
        else:
            say(f"{path}: not damaged; {what}")


@app.command()
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
            f"--start is {start:,}, and there are {len(conversations):,} conversations",
            "begin with a smaller number; the first is 0",
        )
    # Without the media: they are not printed, and their files may be elsewhere by now.
    schema = importlib.import_module("mmgen_datasets.schema")
    texts = conversations.remove_columns(schema.media_kinds(conversations.features))
    for row in texts.select(range(start, min(start + number, len(texts)))):
        licence = (row["license"] or {}).get("name") or "licence unknown"
        say(f"{row['id']} · {row['kind']} · {row['file_name']} · {licence}")
        for message in row["messages"]:
            say(f"  {message['role']:>9}  {message['content'].strip()}")
        say("")


@app.command()
def export(
    run: Run,
    out: Out,
    format: Annotated[str, typer.Option(help=f"One of {', '.join(EXPORTERS)}.")] = "llava",
    images: Annotated[
        Literal["copy", "link", "none"],
        typer.Option(help="Whether picture files are copied, linked (no space used) or left."),
    ] = "copy",
) -> None:
    """Write a run's conversations in the format that a trainer reads.

    Example: mmgen export runs/first --format llava --out llava-data
    """
    exported = mmgen.export(mmgen.load_run(run), format, out, pictures=images)
    say(f"{exported.conversations:,} conversations in {exported.file}")
    if exported.pictures:
        say(f"{exported.pictures:,} pictures in {exported.file.parent / 'images'}")
    tell_reasons("left out", exported.left_out)
    if exported.left_out:
        say("  → to write them too, with the names of their pictures only: --images none")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after ``mmgen``; those of the process if left out.

    Returns:
        The exit status: 0 done, 1 finished with too many rejects, 2 wrong use or bad input, 130
        interrupted.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if not sys.stderr.isatty():  # read by `datasets` when it is imported
        os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
    try:
        app(words)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            kept = "; every reply is kept: give the same command again to go on"
            complain("interrupted" + (kept if {*words[:1]} & {"generate", "retry"} else ""))
        return int(end.code or DONE)
    except MMGenError as error:
        complain(f"error: {error}")
        return WRONG_USE
    except OSError as error:  # a folder that cannot be written, a disk that is full
        complain(f"error: {error.filename or 'a file'}: {error.strerror or error}")
        if error.errno in _NO_ROOM:
            complain("  → make room on its disk, then give the same command again")
        return WRONG_USE
    return DONE


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


def _settings(
    model: str | None, base_url: str | None, options: Sequence[str] | None
) -> dict[str, str]:
    """The settings of a backend that were given; others as ``NAME=VALUE`` words."""
    settings = {"model": model, "base_url": base_url}
    for word in options or ():
        name, equals, value = word.partition("=")
        if not equals:
            raise UsageError(f"--option {word!r} has no value", "write it as NAME=VALUE")
        settings[name] = value
    return {name: value for name, value in settings.items() if value is not None}


def _lack(row: Entry) -> str:
    return f"; not installed, run: {row.installation}" if row.missing else ""


def _outcome(folder: Any, manifest: Any, max_rejects: float) -> int:
    """Tell how a run ended, and the exit status that this makes."""
    tell_status(folder, manifest)
    if manifest.problem:
        return WRONG_USE
    if manifest.rejected_share > max_rejects:
        return TOO_MANY_REJECTS
    say(f"next: mmgen export {folder.path} --format llava --out DIR")
    return DONE
