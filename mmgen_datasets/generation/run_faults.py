"""What can be wrong with a folder that is taken for that of a run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from mmgen_datasets.errors import RunError
from mmgen_datasets.generation.manifest import GENERATE, MANIFEST, Plan
from mmgen_datasets.schema import CONVERSATION

_NAMED = 5
_COLUMNS = [name for name in CONVERSATION if name != "scores"]
"""Of conversations of all versions."""


def no_run(path: Path) -> RunError:
    """Say what stands there, and where a run may be: around it, in it, or beside it."""
    problem = f"{path}: is not the folder of a run: {_what(path)}"
    around = next((folder for folder in path.absolute().parents[:2] if _is_run(folder)), None)
    if around is not None:
        return RunError(problem, f"name the folder that it is in: {around}")
    beside = path if path.is_dir() else path.absolute().parent
    runs = sorted(folder.name for folder in beside.glob("*/") if _is_run(folder))
    if runs:
        more = ", ..." if len(runs) > _NAMED else ""
        return RunError(problem, f"choose a run of {beside}: {', '.join(runs[:_NAMED])}{more}")
    return RunError(problem, f"make one with: {GENERATE}")


def refuse_newer(path: Path, plan: Mapping[str, Any]) -> None:
    """See that all that a plan says is known to this version.

    Raises:
        RunError: it is not.
    """
    if unknown := plan.keys() - {field.name for field in fields(Plan)}:
        raise RunError(
            f"{path}: its plan has {min(unknown)!r}, which this version of mmgen_datasets does not"
            " know",
            "use the version that made the run, or a newer one",
        )


def refuse_other_rows(path: str | Path, columns: Collection[str], hint: str) -> None:
    """See that a table has the columns of conversations.

    Raises:
        RunError: it has not.
    """
    if lacking := [name for name in _COLUMNS if name not in columns]:
        raise RunError(
            f"{path}: its files hold no conversations: they lack the columns {', '.join(lacking)}",
            hint,
        )


def _what(path: Path) -> str:
    if path.is_dir():
        return "it has no run.json" if any(path.iterdir()) else "it is empty"
    return "it is a file" if path.exists() else "there is nothing of that name"


def _is_run(folder: Path) -> bool:
    return any(MANIFEST.fullmatch(file.name) for file in folder.glob("run*.json"))
