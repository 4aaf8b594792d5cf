"""A tiny model that sees in two dimensions, as Qwen2-VL does, as two GGUF files.

A picture has more tokens than positions there: keys and values of a row and of a column are at the
same one. The language model is that of the tiny LLaVA; the eyes are random.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gguf
import numpy as np
import numpy.typing as npt

from tests.models.chat import NANO
from tests.models.gguf_twin import write_gguf

_WIDTH = 32
_HIDDEN = 64
_PATCH = 14
_LAYERS = 2


def write_language_model(folder: Path, path: Path) -> None:
    """Write the language model of a LLaVA as one of Qwen2-VL."""
    write_gguf(folder, path, architecture="qwen2vl", rope_sections=[2, 3, 3, 0])


def write_mmproj(path: Path) -> None:
    """Write eyes for it."""
    writer = gguf.GGUFWriter(path, "clip")
    writer.add_string("clip.projector_type", "qwen2vl_merger")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_vision_use_gelu(False)
    writer.add_vision_image_size(4 * _PATCH)
    writer.add_vision_patch_size(_PATCH)
    writer.add_vision_embedding_length(_WIDTH)
    writer.add_vision_feed_forward_length(_HIDDEN)
    writer.add_vision_block_count(_LAYERS)
    writer.add_vision_head_count(2)
    writer.add_vision_attention_layernorm_eps(1e-6)
    writer.add_vision_projection_dim(NANO["hidden_size"])
    writer.add_vision_image_mean([0.5] * 3)
    writer.add_vision_image_std([0.5] * 3)
    for name, weights in _tensors():
        writer.add_tensor(name, weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _tensors() -> Iterator[tuple[str, npt.NDArray[Any]]]:
    random = np.random.default_rng(0)

    def linear(name: str, outputs: int, inputs: int) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        yield f"{name}.weight", random.standard_normal((outputs, inputs)) * 2 / inputs**0.5
        yield f"{name}.bias", np.zeros(outputs)

    def norm(name: str) -> Iterator[tuple[str, npt.NDArray[Any]]]:
        yield f"{name}.weight", np.ones(_WIDTH)
        yield f"{name}.bias", np.zeros(_WIDTH)

    for suffix in ("", ".1"):  # the first and the second picture of a moment, as in a video
        patches = random.standard_normal((_WIDTH, 3, _PATCH, _PATCH)) * 0.1
        yield f"v.patch_embd.weight{suffix}", patches
    for layer in range(_LAYERS):
        block = f"v.blk.{layer}"
        yield from norm(f"{block}.ln1")
        yield from norm(f"{block}.ln2")
        for name in ("attn_q", "attn_k", "attn_v", "attn_out"):
            yield from linear(f"{block}.{name}", _WIDTH, _WIDTH)
        yield from linear(f"{block}.ffn_up", _HIDDEN, _WIDTH)
        yield from linear(f"{block}.ffn_down", _WIDTH, _HIDDEN)
    yield from norm("v.post_ln")
    yield from linear("mm.0", 4 * _WIDTH, 4 * _WIDTH)  # of four patches a token is made
    yield from linear("mm.2", NANO["hidden_size"], 4 * _WIDTH)
