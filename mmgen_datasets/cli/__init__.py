"""The command `mmgen`: a function for each of its verbs.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once: what
the commands use they take from the package, which imports its public names on first use.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Annotated

import typer

from mmgen_datasets.cli import (
    convert,
    generate,
    judge,
    motion,
    motion_codes,
    motion_tasks,
    publish,
    quality,
    report,
    results,
    runs,
    select,
    speech,
    tables,
    task,
)
from mmgen_datasets.cli.console import complain, say
from mmgen_datasets.cli.outcome import DONE, INTERRUPTED, WRONG_USE
from mmgen_datasets.errors import MMGenError
from mmgen_datasets.files import PARTIAL

_COMMANDS = (
    tables.sources,
    tables.recipes,
    tables.backends,
    tables.formats,
    results.prepare,
    generate.generate,
    generate.estimate,
    runs.retry,
    runs.cancel,
    runs.status,
    runs.repair,
    results.show,
    quality.checks,
    quality.check,
    judge.judge,
    report.report,
    select.fields,
    select.select,
    results.export,
    publish.card,
    publish.push,
    convert.convert,
)

_NO_ROOM = "make room on its disk, then give the same command again"
_NO_RIGHT = "see that you may read and write there, or work on a copy that is your own"
_NO_FOLDER = "name another: a file stands where a folder is to be"
_WHAT_TO_DO = {
    **dict.fromkeys((errno.EEXIST, errno.ENOTDIR), _NO_FOLDER),
    **dict.fromkeys((errno.ENOSPC, errno.EDQUOT, errno.EFBIG), _NO_ROOM),
    **dict.fromkeys((errno.EACCES, errno.EPERM, errno.EROFS), _NO_RIGHT),
}

_GO_ON = "is kept: give the same command again to go on"
_KEPT = {
    "generate": f"; every reply {_GO_ON}",
    "retry": f"; every reply {_GO_ON}",
    "judge": f"; every reply {_GO_ON}",
    "task": f"; what is done {_GO_ON}",
    "convert": f"; what is finished {_GO_ON}",
    "push": f"; what was uploaded {_GO_ON}",
}

app = typer.Typer(
    name="mmgen",
    help="Turn annotated images, human motion and speech into multimodal instruction data.",
    epilog="Exit: 0 done, 1 finished with too many rejects, 2 wrong use or bad input, "
    "130 interrupted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for _command in _COMMANDS:
    app.command()(_command)
for _name, _verb in {**motion_codes.COMMANDS, **motion_tasks.COMMANDS}.items():
    motion.app.command(_name)(_verb)
app.add_typer(motion.app)
app.add_typer(speech.app)
app.add_typer(task.app)


def _tell_version(asked: bool) -> None:
    if asked:
        say(f"mmgen_datasets {version('mmgen-datasets')}")
        raise typer.Exit


@app.callback()
def options(
    _: Annotated[
        bool,
        typer.Option(
            "--version", callback=_tell_version, is_eager=True, help="Print the version, and end."
        ),
    ] = False,
) -> None:
    """What `mmgen` takes without a command."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command line.

    Args:
        argv: the words after ``mmgen``; those of the process if left out.

    Returns:
        The exit status: 0 done, 1 finished with too many rejects, 2 wrong use or bad input, 130
        interrupted.
    """
    words = sys.argv[1:] if argv is None else list(argv)
    if not sys.stderr.isatty():  # read by these libraries when they are imported
        os.environ.setdefault("HF_DATASETS_DISABLE_PROGRESS_BARS", "1")
        os.environ.setdefault("HF_HUB_DISABLE_PROGRESS_BARS", "1")
    try:
        app(words)
    except SystemExit as end:
        if end.code == INTERRUPTED:
            complain("interrupted" + _KEPT.get(words[0] if words else "", ""))
        return int(end.code or DONE)
    except MMGenError as error:
        complain(f"error: {error}")
        return WRONG_USE
    except OSError as error:  # a folder that cannot be written, a disk that is full
        complain(f"error: {_place(error.filename)}: {error.strerror or error}")
        if error.errno in _WHAT_TO_DO:
            complain(f"  → {_WHAT_TO_DO[error.errno]}")
        return WRONG_USE
    return DONE


def _place(name: str | None) -> str:
    """Where something went wrong: the folder, where a lock or an unfinished file would be named."""
    if not name:
        return "a file"
    path = Path(name)
    is_ours = path.name.startswith(".") or path.suffix == PARTIAL
    return str(path.parent if is_ours else path)
