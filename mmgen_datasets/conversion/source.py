"""Which parquet files hold which split of which configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets.load
from datasets.exceptions import DatasetsError
from huggingface_hub.errors import HfHubHTTPError, HFValidationError

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError

ALL = "all"
"""In the place of a name: every one there is."""


@dataclass(frozen=True)
class Part:
    """A split of a configuration, which becomes one list of conversations."""

    config: str
    split: str
    files: tuple[str, ...]
    """Paths, or addresses as ``hf://datasets/USER/NAME@COMMIT/...``."""


@dataclass(frozen=True)
class Source:
    """What is to be converted."""

    name: str
    """The last part of its path."""
    home: str
    """The folder or address below which paths in its rows lie."""
    configs: tuple[str, ...]
    """All that it has, also those that are not asked for."""
    parts: tuple[Part, ...]


def find_source(
    path: str, configs: Sequence[str], splits: Sequence[str], revision: str | None = None
) -> Source:
    """Find the files of a dataset, by the rules of `datasets`: its card, else how files are named.

    Args:
        path: a folder, or a dataset of the hub.
        configs: those wanted; ``["all"]`` for all.
        splits: those wanted; ``["all"]`` for all.
        revision: branch, tag or commit on the hub; its main branch if None.

    Raises:
        MissingFileError: there is no such folder or dataset, or it may not be read.
        SourceError: its files are not parquet.
        UsageError: it has no such configuration or split.
    """
    try:
        module = datasets.load.dataset_module_factory(path, revision=revision)
        builder = datasets.load.get_dataset_builder_class(module)
        names = [config.name for config in module.builder_configs_parameters.builder_configs]
        if not builder.__module__.endswith(".parquet"):
            raise SourceError(
                f"{path}: its files are {builder.__module__.rpartition('.')[2]}, not parquet",
                f"make parquet of it first: mmgen prepare {path} --out DIR",
            )
        chosen = _chosen("configuration", path, configs, names)
        files = {
            name: builder(config_name=name, hash=module.hash, **module.builder_kwargs).config
            for name in chosen
        }
    except (DatasetsError, HfHubHTTPError, HFValidationError, OSError) as error:
        raise MissingFileError(
            f"{path} cannot be found or read: {_first_line(error)}",
            "name a folder of parquet files, or a dataset of the hub as USER/NAME; one that is not"
            " public needs a login: hf auth login, or HF_TOKEN in the environment",
        ) from error
    parts = [
        Part(name, str(split), tuple(map(str, config.data_files[split])))
        for name, config in files.items()
        for split in _chosen("split", f"{path} ({name})", splits, list(config.data_files))
    ]
    return Source(_last_part(path), _home(path, parts), tuple(names), tuple(parts))


def _chosen(what: str, path: str, wanted: Sequence[str], there: Sequence[Any]) -> list[str]:
    names = [str(name) for name in there]
    if ALL in wanted:
        return names
    for name in wanted:
        if name not in names:
            raise UsageError(
                f"{path} has no {what} {name!r}", f"choose from {', '.join(names)}, or {ALL!r}"
            )
    return list(dict.fromkeys(wanted))


def _home(path: str, parts: Sequence[Part]) -> str:
    first = next((file for part in parts for file in part.files), "")
    if "://" not in first:
        return str(Path(path).expanduser().resolve())
    # hf://datasets/USER/NAME@COMMIT/...: the commit ends where the files begin.
    head, at, rest = first.partition("@")
    return head + at + rest.partition("/")[0]


def _last_part(path: str) -> str:
    return Path(path).expanduser().resolve().name if Path(path).is_dir() else path.split("/")[-1]


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
