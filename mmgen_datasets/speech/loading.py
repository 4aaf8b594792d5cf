"""Load what a codec is made of, from a folder or the hub."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import torch

from mmgen_datasets.errors import StopError

if TYPE_CHECKING:
    from mmgen_datasets.speech.tokenizer import SpeechTokenizer

if hasattr(os, "register_at_fork"):
    # `Dataset.map(num_proc=...)` forks. Torch's threads are not there in the new process, and it
    # would wait for them for ever; a process for each core wants no more than one anyway.
    os.register_at_fork(after_in_child=lambda: torch.set_num_threads(1))


def load(kind: Any, place: str, settings: SpeechTokenizer, **options: Any) -> Any:
    """Call ``kind.from_pretrained`` with what the settings say.

    Args:
        kind: a class of transformers that has it.
        place: a folder, or a name on the hub.
        settings: which revision, and whether code that comes with it may run.
        options: more of its arguments.

    Raises:
        StopError: it cannot be loaded.
    """
    try:
        return kind.from_pretrained(
            place,
            revision=settings.revision,
            trust_remote_code=settings.trust_remote_code,
            **options,
        )
    except Exception as error:  # each library that reads a part has errors of its own
        raise StopError(
            f"the codec {place!r} cannot be loaded: {error}",
            "give a folder with config.json and weights, or the name of one on the hub",
        ) from error


def network(kind: Any, place: str, settings: SpeechTokenizer) -> Any:
    """A model with its weights, in f32: coarser numbers choose other codes."""
    model = load(kind, place, settings, dtype=torch.float32)
    return model.eval().to(settings.device or _best_device())


def _best_device() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
