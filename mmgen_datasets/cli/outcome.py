"""How a command ends: its exit status."""

from __future__ import annotations

from typing import Any

from mmgen_datasets.cli.console import say, tell_status

DONE, TOO_MANY_REJECTS, WRONG_USE, INTERRUPTED = 0, 1, 2, 130  # 130: as shells have it


def outcome(folder: Any, manifest: Any, max_rejects: float) -> int:
    """Tell how a run ended, and the exit status that this makes."""
    tell_status(folder, manifest)
    if manifest.problem:
        return WRONG_USE
    if manifest.rejected_share > max_rejects:
        return TOO_MANY_REJECTS
    say(f"next: mmgen export {folder.path} --format llava --out DIR")
    return DONE
