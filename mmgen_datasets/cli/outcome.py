"""How a command ends: its exit status."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

from mmgen_datasets.cli.console import command, say, tell_status

DONE, TOO_MANY_REJECTS, WRONG_USE, INTERRUPTED = 0, 1, 2, 130  # 130: as shells have it


def outcome(folder: Any, manifest: Any, max_rejects: float) -> int:
    """Tell how a run ended, and the exit status that this makes."""
    tell_status(folder, manifest)
    if manifest.problem:
        return WRONG_USE
    if manifest.rejected_share > max_rejects:
        say(
            f"exit status {TOO_MANY_REJECTS}: {manifest.rejected_share:.1%} came to nothing, more "
            f"than --max-rejects {max_rejects:g} allows"
        )
        return TOO_MANY_REJECTS
    say(next_step(folder.path))
    return DONE


def next_step(run: Path) -> str:
    """What to do with a finished run: the command that exports it, in a format that can hold it."""
    names: set[str] = set()
    for file in sorted((run / "conversations").glob("*.parquet"))[:1]:
        names.update(importlib.import_module("pyarrow.parquet").read_schema(file).names)
    format = "sharegpt" if names & {"audio", "motion"} else "llava"
    return f"next: {command('export', run, '--format', format, '--out', 'DIR')}"
