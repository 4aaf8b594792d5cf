"""Which parquet files hold which split of which configuration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets.load
from datasets.data_files import DataFilesDict, get_data_patterns
from datasets.exceptions import DatasetsError
from httpx2 import HTTPError
from huggingface_hub.errors import HFValidationError

from mmgen_datasets.conversion.preparing import prepared_parquet
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
        SourceError: its files are not parquet, or the hub does not answer.
        UsageError: it has no such configuration or split.
    """
    if Path(path).is_file():
        raise UsageError(f"{path} is a file", "name the folder that it is in")
    try:
        files, base, names = _files(path, configs, revision)
    except (HTTPError, ConnectionError) as error:
        raise SourceError(
            f"{path} cannot be reached: {_first_line(error)}",
            "see that the hub answers, then give the same command again",
        ) from error
    except (DatasetsError, HFValidationError, OSError) as error:
        raise MissingFileError(
            f"{path} cannot be found or read: {_first_line(error)}",
            "name a folder of parquet files, or a dataset of the hub as USER/NAME; one that is not"
            " public needs a login: hf auth login, or HF_TOKEN in the environment",
        ) from error
    parts = [
        Part(name, split, tuple(map(str, of_split[split])))
        for name, of_split in files.items()
        for split in _chosen("split", f"{path} ({name})", splits, list(of_split))
    ]
    home = base if "://" in base else str(Path(path).expanduser().resolve())
    return Source(_last_part(path), home, tuple(names), tuple(parts))


def _files(
    path: str, configs: Sequence[str], revision: str | None
) -> tuple[dict[str, Mapping[str, Sequence[Any]]], str, list[str]]:
    """The parquet files by configuration and split, where they are, and all configurations."""
    module = datasets.load.dataset_module_factory(path, revision=revision)
    builder = datasets.load.get_dataset_builder_class(module)
    base = str(module.builder_kwargs["base_path"])
    names = [config.name for config in module.builder_configs_parameters.builder_configs or ()]
    if builder.__module__.endswith(".parquet"):
        found = {
            name: builder(
                config_name=name, hash=module.hash, **module.builder_kwargs
            ).config.data_files
            for name in _chosen("configuration", path, configs, names)
        }
        return found, base, names
    if among_others := _parquet_among_others(base):
        _chosen("configuration", path, configs, ["default"])
        return {"default": among_others}, base, ["default"]
    chosen = _chosen("configuration", path, configs, names or ["default"])
    commit = module.hash if "://" in base else None
    return {name: prepared_parquet(path, name, commit) for name in chosen}, base, names


def _parquet_among_others(base_path: str) -> dict[str, list[str]]:
    """The parquet files by split, where there are more of another kind, as pictures that they name.

    `datasets` would read the files of the commonest kind alone.
    """
    try:
        patterns = get_data_patterns(base_path)
        found = DataFilesDict.from_patterns(
            patterns, base_path=base_path, allowed_extensions=[".parquet"]
        )
    except FileNotFoundError:
        return {}
    return {str(split): list(map(str, names)) for split, names in found.items() if names}


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


def _last_part(path: str) -> str:
    return Path(path).expanduser().resolve().name if Path(path).is_dir() else path.split("/")[-1]


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
