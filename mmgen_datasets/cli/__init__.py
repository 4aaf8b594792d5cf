"""The command `mmgen`: a function for each of its verbs.

Nothing heavy is imported before a command needs it, so that ``--help`` answers at once: what
the commands use they take from the package, which imports its public names on first use.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence

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
from mmgen_datasets.cli.console import complain
from mmgen_datasets.cli.outcome import DONE, INTERRUPTED, WRONG_USE
from mmgen_datasets.errors import MMGenError

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

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}

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
        complain(f"error: {error.filename or 'a file'}: {error.strerror or error}")
        if error.errno in _NO_ROOM:
            complain("  → make room on its disk, then give the same command again")
        return WRONG_USE
    return DONE
