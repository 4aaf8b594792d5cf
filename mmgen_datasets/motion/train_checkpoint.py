"""Where training is, in a file."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch

from mmgen_datasets.errors import UsageError
from mmgen_datasets.files import replacing


def save_checkpoint(path: Path, network: Any, optimizer: Any, kept: Any, done: int) -> None:
    """Write the network with its codebook's averages, the optimizer and the steps done."""
    state = {
        "net": network.state_dict(),
        "optimizer": optimizer.state_dict(),
        "kept": kept,
        "done": done,
    }
    with replacing(path) as partial:
        torch.save(state, partial)


def load_checkpoint(path: Path, network: Any, optimizer: Any, kept: Any) -> int:
    """Go back to where training was.

    Args:
        path: of a checkpoint; none there is a beginning.
        network: gets its weights.
        optimizer: gets its state.
        kept: what must be as it was.

    Returns:
        The steps done.

    Raises:
        UsageError: the checkpoint is of other training, or broken.
    """
    if not path.exists():
        return 0
    try:
        found = torch.load(path, map_location="cpu", weights_only=True)
    except (pickle.UnpicklingError, RuntimeError, EOFError) as error:
        raise UsageError(
            f"{path}: {str(error).splitlines()[0]}", "delete it to begin anew"
        ) from error
    if found["kept"] != kept:
        raise UsageError(
            f"{path} is of training with other settings or clips:"
            f" {_difference(found['kept'], kept)}",
            "give the same ones to go on, or another folder",
        )
    network.load_state_dict(found["net"])
    optimizer.load_state_dict(found["optimizer"])
    return int(found["done"])


def _difference(before: Any, now: Any) -> str:
    for one, other in zip(before, now, strict=False):
        if isinstance(one, dict) and isinstance(other, dict):
            for name in {**one, **other}:
                if one.get(name) != other.get(name):
                    return f"{name} was {one.get(name)}, and is {other.get(name)}"
        elif one != other:
            return f"{one}, and now {other}"
    return "they differ"
