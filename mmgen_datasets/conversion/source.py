"""Which parquet files hold which split of which configuration."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import datasets.load
from datasets.data_files import DataFilesDict, get_data_patterns
from datasets.exceptions import DatasetsError
from httpx2 import HTTPError
from huggingface_hub.errors import HFValidationError

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
        module = datasets.load.dataset_module_factory(path, revision=revision)
        builder = datasets.load.get_dataset_builder_class(module)
        if builder.__module__.endswith(".parquet"):
            names = [config.name for config in module.builder_configs_parameters.builder_configs]
            files = {
                name: builder(
                    config_name=name, hash=module.hash, **module.builder_kwargs
                ).config.data_files
                for name in _chosen("configuration", path, configs, names)
            }
        else:
            names = ["default"]
            _chosen("configuration", path, configs, names)
            files = {"default": _parquet_among_others(path, module.builder_kwargs["base_path"])}
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
    return Source(_last_part(path), _home(path, parts), tuple(names), tuple(parts))


def _parquet_among_others(path: str, base_path: str) -> dict[str, list[str]]:
    """The parquet files by split, where there are more of another kind, as pictures that they name.

    `datasets` would read the files of the commonest kind alone.
    """
    found = DataFilesDict.from_patterns(
        get_data_patterns(base_path), base_path=base_path, allowed_extensions=[".parquet"]
    )
    files = {str(split): list(map(str, names)) for split, names in found.items() if names}
    if not files:
        raise SourceError(
            f"{path}: there is no parquet file in it",
            f"make parquet of it first: mmgen prepare {path} --out DIR",
        )
    return files


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
