"""Weights that others published, as a network of ours.

The sizes are read off the weights; what leaves no trace in them is told. Nothing but tensors is
unpickled.
"""

from __future__ import annotations

import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.motion.tokenizer_base import About, Network
from mmgen_datasets.motion.tokenizer_codec import MotionCodec
from mmgen_datasets.motion.tokenizer_folder import build, load_weights, read_frame

_IN_A_FOLDER = ("model.safetensors", "pytorch_model.bin")
_FIRST = "encoder.model.0.weight"


def read_published(path: Path | str, **told: Any) -> tuple[str, Network]:
    """Read a checkpoint of T2M-GPT, MotionGPT or the motion tokenizer of MTVCrafter.

    Args:
        path: a file (``.pth``, ``.bin``, ``.ckpt``, ``.safetensors``), or a folder with
            ``model.safetensors`` or ``pytorch_model.bin``.
        told: settings that the weights do not show, where they are not the published ones:
            ``activation``, ``dilation_growth``, ``norm`` (``LN`` and ``GN`` look alike),
            ``halvings`` of the grid.

    Returns:
        The name in `mmgen_datasets.motion.TOKENIZERS`, and the network.

    Raises:
        MissingFileError: no such file.
        SourceError: it holds something else.
    """
    path = _file(Path(path))
    weights = _unwrapped(_tensors(path), path)
    for family, (mark, shape_of, prefix) in _FAMILIES.items():
        if found := [name for name in weights if name.endswith(mark)]:
            before = found[0].removesuffix(mark)
            own = {
                name.removeprefix(before): tensor
                for name, tensor in weights.items()
                if name.startswith(tuple(before + part for part in prefix))
            }
            network = build(family, shape_of(own) | told)
            load_weights(network, own, path)
            return family, network
    raise SourceError(
        f"{path}: no weights of a known motion tokenizer; it has {', '.join([*weights][:4])}, ...",
        "give a checkpoint of T2M-GPT, MotionGPT or llamafactory-multimodal",
    )


def import_published(
    path: Path | str,
    *,
    mean: Path | None = None,
    std: Path | None = None,
    about: About,
    told: Mapping[str, Any] | None = None,
) -> MotionCodec:
    """Make a tokenizer of a checkpoint.

    Args:
        path: as for `read_published`.
        mean: an ``.npy`` with what was taken off a frame in training; 0 if left out.
        std: with what it was divided by; 1 if left out.
        about: what the tokenizer is for.
        told: as for `read_published`.

    Raises:
        UsageError: features need a mean and a standard deviation, and one is missing.
        SourceError: as for `read_published`; or they are of another frame.
    """
    family, network = read_published(path, **(told or {}))
    frame = tuple(network.settings.frame)
    if len(frame) == 1 and (mean is None or std is None):
        raise UsageError(
            "a tokenizer of features is of no use without its mean and standard deviation",
            "give those it was trained with; T2M-GPT's are not HumanML3D's Mean.npy and Std.npy",
        )
    middle = np.zeros(frame, np.float32) if mean is None else read_frame(mean, network)
    spread = np.ones(frame, np.float32) if std is None else read_frame(std, network)
    return MotionCodec(family, network, middle, spread, about)


def _file(path: Path) -> Path:
    if path.is_dir():
        for name in _IN_A_FOLDER:
            if (path / name).is_file():
                return path / name
        raise MissingFileError(
            f"{path} has neither {' nor '.join(_IN_A_FOLDER)}", "give the file of the weights"
        )
    if not path.is_file():
        raise MissingFileError(f"no file {path}", "give the file of the weights")
    return path


def _tensors(path: Path) -> Any:
    if path.suffix == ".safetensors":
        return load_file(path)
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise SourceError(
            f"{path}: cannot be read as weights alone: it is broken, or holds more than tensors",
            "save its state dict by itself: torch.save({'net': net.state_dict()}, path)",
        ) from error


def _unwrapped(found: Any, path: Path) -> dict[str, torch.Tensor]:
    for name in ("net", "state_dict"):
        if isinstance(found, Mapping) and isinstance(found.get(name), Mapping):
            found = found[name]
    if not isinstance(found, Mapping):
        raise SourceError(f"{path}: no state dict", "give a checkpoint with one")
    tensors = {name: value for name, value in found.items() if isinstance(value, torch.Tensor)}
    return {name.removeprefix("module."): value for name, value in tensors.items()}


def _vqvae(weights: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    width, features, _ = weights[_FIRST].shape
    stages = [name for name in weights if re.fullmatch(r"encoder\.model\.\d+\.0\.weight", name)]
    blocks = [
        name
        for name in weights
        if re.match(r"encoder\.model\.2\.1\.model\.\d+\.conv1.weight", name)
    ]
    by_gradient = "quantizer.embedding.weight" in weights
    book = weights["quantizer.embedding.weight" if by_gradient else "quantizer.codebook"]
    norm = "LN" if "encoder.model.2.1.model.0.norm1.weight" in weights else "none"
    if "encoder.model.2.1.model.0.norm1.running_mean" in weights:
        norm = "BN"
    return {
        "frame": (features,),
        "num_codes": len(book),
        "code_width": book.shape[1],
        "width": width,
        "halvings": len(stages),
        "depth": len(blocks),
        "norm": norm,
        "quantizer": "orig" if by_gradient else "ema_reset",
    }


def _grid_vqvae(weights: Mapping[str, torch.Tensor]) -> dict[str, Any]:
    outer, numbers = weights["encoder.conv_in.weight"].shape[:2]
    num_codes, code_width = weights["vq.codebook"].shape
    return {
        "frame": (17, numbers),
        "num_codes": num_codes,
        "code_width": code_width,
        "widths": (outer, len(weights["encoder.downsample2.joint_downsample.weight"])),
    }


_FAMILIES = {
    "vqvae": (_FIRST, _vqvae, ("encoder.", "decoder.", "quantizer.")),
    "grid_vqvae": ("encoder.conv_in.weight", _grid_vqvae, ("encoder.", "decoder.", "vq.")),
}
"""By name: the weight that tells it, how its settings are read, and where its weights are."""
