"""The eyes of a tiny LLaVA for llama.cpp: picture tower and projector as one GGUF file.

Keys and names: https://github.com/ggml-org/llama.cpp/blob/master/tools/mtmd/clip-impl.h.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import load_file
from transformers import AutoConfig, CLIPImageProcessorPil


def write_mmproj(folder: Path, path: Path) -> None:
    """Write the picture encoder of a LLaVA, in f32.

    Args:
        folder: of ``save_pretrained``.
        path: of the file to write.
    """
    config = AutoConfig.from_pretrained(folder)
    writer = gguf.GGUFWriter(path, "clip")
    _write_shape(writer, config, CLIPImageProcessorPil.from_pretrained(folder))
    for name, weights in load_file(folder / "model.safetensors").items():
        if found := _name(name, config.vision_config.num_hidden_layers):
            writer.add_tensor(found, weights.astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_shape(writer: Any, config: Any, processor: Any) -> None:
    vision = config.vision_config
    writer.add_string("clip.projector_type", "mlp")
    writer.add_bool("clip.has_vision_encoder", True)
    writer.add_bool("clip.has_llava_projector", True)
    writer.add_vision_use_gelu(False)  # CLIP's is the quick one
    writer.add_vision_image_size(vision.image_size)
    writer.add_vision_patch_size(vision.patch_size)
    writer.add_vision_embedding_length(vision.hidden_size)
    writer.add_vision_feed_forward_length(vision.intermediate_size)
    writer.add_vision_block_count(vision.num_hidden_layers)
    writer.add_vision_head_count(vision.num_attention_heads)
    writer.add_vision_attention_layernorm_eps(vision.layer_norm_eps)
    writer.add_vision_projection_dim(config.text_config.hidden_size)
    writer.add_vision_image_mean(processor.image_mean)
    writer.add_vision_image_std(processor.image_std)


_PLAIN = {
    "embeddings.class_embedding": "v.class_embd",
    "embeddings.patch_embedding.weight": "v.patch_embd.weight",
    "embeddings.position_embedding.weight": "v.position_embd.weight",
    "pre_layrnorm.weight": "v.pre_ln.weight",
    "pre_layrnorm.bias": "v.pre_ln.bias",
    "linear_1.weight": "mm.0.weight",
    "linear_1.bias": "mm.0.bias",
    "linear_2.weight": "mm.2.weight",
    "linear_2.bias": "mm.2.bias",
}
_OF_A_LAYER = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.out_proj": "attn_out",
    "layer_norm1": "ln1",
    "layer_norm2": "ln2",
    "mlp.fc1": "ffn_up",
    "mlp.fc2": "ffn_down",
}


def _name(name: str, num_layers: int) -> str | None:
    """What llama.cpp calls a tensor; None for those of the language model, or not used."""
    plain = name.removeprefix("vision_tower.").removeprefix("multi_modal_projector.")
    layers = {
        f"encoder.layers.{layer}.{theirs}.{kind}": f"v.blk.{layer}.{ours}.{kind}"
        for layer in range(num_layers)
        for theirs, ours in _OF_A_LAYER.items()
        for kind in ("weight", "bias")
    }
    return (_PLAIN | layers).get(plain)
