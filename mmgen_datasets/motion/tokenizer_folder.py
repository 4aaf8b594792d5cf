"""A tokenizer on disk: one folder that holds all it is.

::

    config.json          family, network, skeleton, fps, licence
    model.safetensors    weights, and what training needs to go on
    mean.npy, std.npy    of a frame of the motion that it was trained on
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.files import replacing, write_bytes_whole
from mmgen_datasets.motion import TOKENIZERS
from mmgen_datasets.motion.codes_files import read_array, write_array
from mmgen_datasets.motion.tokenizer_base import About, Motion, Network
from mmgen_datasets.motion.tokenizer_files import CONFIG, FILES, MEAN, STD, WEIGHTS
from mmgen_datasets.motion.tokenizer_settings import settings_of
from mmgen_datasets.registry import resolve

if TYPE_CHECKING:
    from mmgen_datasets.motion.tokenizer_codec import MotionCodec


class Parts(NamedTuple):
    """What a folder holds."""

    family: str
    network: Network
    mean: Motion
    std: Motion
    about: About


def build(family: str, settings: Mapping[str, Any]) -> Network:
    """Make a network, with weights of chance.

    Raises:
        UnknownNameError: no such family.
        UsageError: these are no settings of it.
    """
    kind = resolve("motion tokenizer", TOKENIZERS, family)
    made = settings_of(kind.Settings, settings)
    try:
        network: Network = kind(made)
    except (RuntimeError, ValueError, ZeroDivisionError) as error:
        raise UsageError(
            f"no {family} has these settings: {error}",
            "widths are multiples of 32, numbers above 0",
        ) from error
    return network


def write_folder(folder: Path, codec: MotionCodec) -> None:
    """Write a tokenizer; each file is whole or not there, the configuration is last."""
    folder.mkdir(parents=True, exist_ok=True)
    module: Any = codec.network
    state = {name: tensor.detach().cpu().contiguous() for name, tensor in _state(module).items()}
    with replacing(folder / WEIGHTS) as partial:
        save_file(state, partial, metadata={"format": "pt"})
    write_array(folder / MEAN, np.asarray(codec.mean, np.float32))
    write_array(folder / STD, np.asarray(codec.std, np.float32))
    config = {
        "family": codec.family,
        "network": asdict(codec.network.settings),
        **asdict(codec.about),
    }
    text = json.dumps(config, indent=2, ensure_ascii=False) + "\n"
    write_bytes_whole(folder / CONFIG, text.encode())


def _state(module: Any) -> dict[str, Any]:
    state: dict[str, Any] = module.state_dict()
    return state


def read_folder(folder: Path) -> Parts:
    """Read a tokenizer.

    Raises:
        MissingFileError: a file is not there.
        SourceError: a file is broken, or does not fit the others.
    """
    for name in FILES:
        if not (folder / name).is_file():
            raise MissingFileError(
                f"no file {folder / name}",
                "give a folder that save_pretrained, `mmgen motion train` or `mmgen motion import`"
                " wrote",
            )
    config = _read_config(folder / CONFIG)
    family = config.pop("family")
    network = build(family, config.pop("network"))
    load_weights(network, _read_weights(folder / WEIGHTS), folder / WEIGHTS)
    mean, std = (read_frame(folder / name, network) for name in (MEAN, STD))
    return Parts(family, network, mean, std, About(**config))


def _read_config(path: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise SourceError(f"{path}: not JSON: {error}", "write the tokenizer again") from error
    wanted = {"family", "network", *About.__dataclass_fields__}
    if not isinstance(config, dict) or {*config} != wanted:
        raise SourceError(f"{path}: not the configuration of a tokenizer", f"it has {wanted}")
    return config


def _read_weights(path: Path) -> dict[str, Any]:
    try:
        weights: dict[str, Any] = load_file(path)
    except SafetensorError as error:
        raise SourceError(f"{path}: {error}", "copy the file again") from error
    return weights


def read_frame(path: Path, network: Network) -> Motion:
    """Read a mean or a standard deviation.

    Raises:
        SourceError: it is of another frame, or holds what is not a finite number.
    """
    values = read_array(path).astype(np.float32)
    frame = tuple(network.settings.frame)
    if values.shape != frame:
        raise SourceError(
            f"{path}: has the shape {values.shape}, and a frame {frame}",
            "give the mean and the standard deviation that the tokenizer was trained with",
        )
    if not np.isfinite(values).all():
        raise SourceError(f"{path}: NaN or infinite", "copy the file again")
    return values


def load_weights(network: Network, weights: Mapping[str, Any], path: Path) -> None:
    """Give a network its weights.

    Weights of elsewhere have a codebook without what training needs to go on; such a codebook
    counts as begun.

    Raises:
        SourceError: they are those of another network.
    """
    module: Any = network
    try:
        wrong = module.load_state_dict(dict(weights), strict=False)
    except RuntimeError as error:  # shapes
        raise SourceError(
            f"{path}: {' '.join(str(error).split())[:300]}", "give the settings of these weights"
        ) from error
    beside = {name for name in module.state_dict() if name.rpartition(".")[2] in _TRAINING}
    missing = {*wrong.missing_keys}
    if wrong.unexpected_keys or missing - beside:
        names = sorted(missing - beside) + sorted(wrong.unexpected_keys)
        raise SourceError(
            f"{path}: {len(missing - beside)} weights are missing and"
            f" {len(wrong.unexpected_keys)} too many: {', '.join(names[:5])}, ...",
            "give the settings of these weights",
        )
    if missing:
        network.quantizer.begin_at(network.quantizer.vectors.detach().clone())


_TRAINING = {"has_begun", "code_sum", "code_count", "num_steps"}
