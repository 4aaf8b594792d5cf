"""Pictures and texts as vectors of one space, by a CLIP model of transformers.

Radford et al., "Learning Transferable Visual Models From Natural Language Supervision", ICML 2021.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
import transformers

from mmgen_datasets.content import content_digest
from mmgen_datasets.errors import RowError, StopError
from mmgen_datasets.picture import read_picture
from mmgen_datasets.targeting.vectors import Vectors, units

VIT_L_14 = "openai/clip-vit-large-patch14"
"""The model that MM-Gen used."""

_PARTS = {".bin", ".json", ".safetensors", ".txt"}


@dataclass(frozen=True)
class Clip:
    """A CLIP model, and where it runs; a folder of transformers, or a name on the hub."""

    model: str = VIT_L_14
    revision: str | None = None
    """Branch, tag or commit of a model on the hub. Null: the newest."""
    device: str | None = None
    """Such as ``cpu`` or ``cuda:1``. Null: a GPU where there is one."""
    batch_size: int = 64
    """How many pictures are looked at at once."""

    @cached_property
    def identity(self) -> str:
        """What names the vectors: the model's name, or the content of its folder."""
        folder = Path(self.model).expanduser()
        if folder.is_dir():
            files = (path for path in folder.iterdir() if path.suffix in _PARTS)
            return f"transformers-{content_digest(sorted(files))}"
        return f"{self.model}@{self.revision}" if self.revision else self.model


def embed_pictures(clip: Clip, files: Sequence[bytes]) -> list[npt.NDArray[np.float32] | RowError]:
    """The vectors of pictures, each of length 1.

    Args:
        clip: the model.
        files: the bytes of the pictures' files.

    Returns:
        For each, in order, its vector ``(D,)``; or why there is none.

    Raises:
        StopError: the model cannot be loaded.
    """
    tower = _loaded(clip.model, clip.revision, clip.device)
    found: list[Any] = [_picture(data) for data in files]
    good = [place for place, picture in enumerate(found) if not isinstance(picture, RowError)]
    for start in range(0, len(good), clip.batch_size):
        places = good[start : start + clip.batch_size]
        for place, vector in zip(places, tower.see([found[p] for p in places]), strict=True):
            found[place] = vector
    return found


def embed_texts(clip: Clip, texts: Sequence[str]) -> Vectors:
    """The vectors of texts, ``(N, D)``; a text that is too long for the model is cut.

    Raises:
        StopError: the model cannot be loaded.
    """
    return _loaded(clip.model, clip.revision, clip.device).read(texts)


def _picture(data: bytes) -> Any:
    try:
        return read_picture(data)
    except RowError:
        # Without the size, so that the same fault of many pictures is counted as one.
        return RowError("not a readable picture")


@dataclass(frozen=True, eq=False)
class _Towers:
    network: Any
    pictures: Any
    tokenizer: Any

    def see(self, pictures: Sequence[Any]) -> Vectors:
        pixels = self.pictures(images=list(pictures), return_tensors="pt")
        with torch.inference_mode():
            return _units(self.network.get_image_features(**pixels.to(self.network.device)))

    def read(self, texts: Sequence[str]) -> Vectors:
        most = self.network.config.text_config.max_position_embeddings
        tokens = self.tokenizer(
            list(texts), padding=True, truncation=True, max_length=most, return_tensors="pt"
        )
        with torch.inference_mode():
            return _units(
                self.network.get_text_features(
                    input_ids=tokens["input_ids"].to(self.network.device),
                    attention_mask=tokens["attention_mask"].to(self.network.device),
                )
            )


def _units(features: Any) -> Vectors:
    return units(getattr(features, "pooler_output", features).float().cpu().numpy())


@lru_cache(maxsize=1)
def _loaded(model: str, revision: str | None, device: str | None) -> _Towers:
    place = str(Path(model).expanduser())
    try:
        network = transformers.CLIPModel.from_pretrained(
            place, revision=revision, dtype=torch.float32
        )
        pictures = transformers.AutoImageProcessor.from_pretrained(place, revision=revision)
        tokenizer = transformers.AutoTokenizer.from_pretrained(place, revision=revision)
    except Exception as error:  # each library that reads a part has errors of its own
        raise StopError(
            f"the CLIP model {model!r} cannot be loaded: {str(error).strip()}",
            f"give a folder with config.json and weights, or a name on the hub, as {VIT_L_14}",
        ) from error
    best = "cuda" if torch.cuda.is_available() else "cpu"
    return _Towers(network.eval().to(device or best), pictures, tokenizer)
