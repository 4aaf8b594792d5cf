"""Paths of a plan, so that a run can be gone on with from any folder."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from mmgen_datasets.backends import BACKENDS
from mmgen_datasets.generation.manifest import Plan
from mmgen_datasets.loading import SOURCES
from mmgen_datasets.prompts import RECIPES
from mmgen_datasets.registry import is_own, resolve
from mmgen_datasets.settings import IS_PATH


def anchored(plan: Plan) -> Plan:
    """The same plan with absolute paths, where they lead to something.

    These are its folder, a source or recipe that is given as one, and the settings whose field is
    marked by `mmgen_datasets.settings.IS_PATH`. `datasets` looks for the folder of a dataset of the
    hub, or of a prepared one, in that dataset, so it stays as it is.

    Args:
        plan: one that can be carried out.
    """
    is_ours = plan.source in SOURCES or is_own(plan.source)
    is_kind = is_ours or plan.source == "imagefolder"
    builder = resolve("source", SOURCES, plan.source) if is_ours else None
    backend = resolve("backend", BACKENDS, plan.backend) if plan.backend else None
    return replace(
        plan,
        source=plan.source if is_kind else _whole(plan.source),
        recipe=plan.recipe if plan.recipe in RECIPES else _whole(plan.recipe),
        data_dir=_whole(plan.data_dir) if is_kind and plan.data_dir else plan.data_dir,
        source_settings=_settings(
            getattr(builder, "BUILDER_CONFIG_CLASS", None), plan.source_settings
        ),
        settings=_settings(backend, plan.settings),
    )


def _settings(kind: object, settings: Mapping[str, Any]) -> dict[str, Any]:
    paths: set[str] = set()
    if isinstance(kind, type) and is_dataclass(kind):
        paths.update(
            field.name for field in fields(kind) if IS_PATH.items() <= field.metadata.items()
        )
    return {
        name: _whole(value) if name in paths and isinstance(value, str) else value
        for name, value in settings.items()
    }


def _whole(path: str) -> str:
    found = Path(path).expanduser()
    return str(found.absolute()) if found.exists() else path
