"""Commands that list what there is to choose from."""

from __future__ import annotations

import importlib

from mmgen_datasets.backends import BACKENDS, default_device
from mmgen_datasets.cli.console import list_rows
from mmgen_datasets.exporters import EXPORTERS
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.registry import Entry


def sources() -> None:
    """List what can be read."""
    loading = importlib.import_module("mmgen_datasets.loading")
    list_rows(
        {name: f"{row.summary} ({row.license_note})" for name, row in loading.SOURCES.items()}
    )


def recipes() -> None:
    """List what can be asked about it."""
    list_rows({name: row.summary for name, row in RECIPES.items()})


def backends() -> None:
    """List who can be asked, on which device. It tells how to install what is missing for it."""
    list_rows({name: row.summary + _state(name, row) for name, row in BACKENDS.items()})


def formats() -> None:
    """List what a result can be exported to."""
    list_rows({name: row.summary for name, row in EXPORTERS.items()})


def _state(name: str, row: Entry) -> str:
    if row.missing:
        return f"; not installed, run: {row.installation}"
    if row.extra is None:
        return ""
    try:
        return f"; installed, runs on {default_device(name)}"
    except (ImportError, OSError, RuntimeError) as error:  # as where parts do not fit together
        return f"; installed, but cannot be loaded: {error}"
