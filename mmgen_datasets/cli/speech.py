"""Commands that turn recordings into units."""

from __future__ import annotations

import importlib
import json
from pathlib import Path
from typing import Annotated, Any

import typer

from mmgen_datasets.cli.console import list_rows, say
from mmgen_datasets.cli.outcome import DONE, TOO_MANY_REJECTS
from mmgen_datasets.speech import CODECS

_FILES_AT_ONCE = 32

app = typer.Typer(
    name="speech",
    help="Turn recordings into units that a language model reads. See docs/speech.md.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Codec = Annotated[
    str, typer.Argument(help=f"One of {', '.join(CODECS)}.", metavar="CODEC", show_default=False)
]
Model = Annotated[str | None, typer.Option(help="Folder or name on the hub; else the codec's own.")]
NumCodebooks = Annotated[
    int | None, typer.Option(help="Use only the first so many of its codebooks.", min=1)
]
TrustRemoteCode = Annotated[
    bool,
    typer.Option("--trust-remote-code", help="Let code that comes with the model run here."),
]


@app.command()
def codecs() -> None:
    """List what turns recordings into units. It tells how to install what is missing for it."""
    missing = {
        name: f"; not installed, run: {row.installation}"
        for name, row in CODECS.items()
        if row.missing
    }
    list_rows({name: row.summary + missing.get(name, "") for name, row in CODECS.items()})


@app.command()
def tokens(
    codec: Codec,
    files: Annotated[
        list[Path], typer.Argument(help="Recordings: WAV, FLAC, MP3, Ogg.", show_default=False)
    ],
    model: Model = None,
    num_codebooks: NumCodebooks = None,
    device: Annotated[
        str | None, typer.Option(help="Such as cpu or cuda:1; else a GPU where there is one.")
    ] = None,
    trust_remote_code: TrustRemoteCode = False,
) -> None:
    """Print the units of recordings, a line of JSON for each.

    A line has the file, its seconds and its speech, or the error; with an error, the exit status
    is 1.

    Example: mmgen speech tokens mimi clips/*.wav --num-codebooks 8 > clips.jsonl
    """
    tokenizer = _tokenizer(
        codec,
        model,
        num_codebooks=num_codebooks,
        device=device,
        trust_remote_code=trust_remote_code,
    )
    status = DONE
    for start in range(0, len(files), _FILES_AT_ONCE):
        some = files[start : start + _FILES_AT_ONCE]
        for file, row in zip(some, tokenizer.rows(some), strict=True):
            line = {"file": str(file), "seconds": row.seconds}
            line |= {"error": row.error} if row.error else {"speech": row.speech}
            say(json.dumps(line, ensure_ascii=False))
            if row.error:
                status = TOO_MANY_REJECTS
    raise typer.Exit(status)


@app.command()
def special_tokens(
    codec: Codec,
    model: Model = None,
    num_codebooks: NumCodebooks = None,
    trust_remote_code: TrustRemoteCode = False,
) -> None:
    """Print the tokens that a tokenizer needs to read units.

    One stands on each line, in their order.

    Example: mmgen speech special-tokens mimi --num-codebooks 8 > tokens.txt
    """
    tokenizer = _tokenizer(
        codec, model, num_codebooks=num_codebooks, trust_remote_code=trust_remote_code
    )
    for token in tokenizer.special_tokens():
        say(token)


def _tokenizer(codec: str, model: str | None, **settings: Any) -> Any:
    kind = importlib.import_module("mmgen_datasets.speech.tokenizer").SpeechTokenizer
    return kind(codec, model, **settings)
