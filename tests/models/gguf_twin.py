"""The same model for llama.cpp: a folder of Transformers as one GGUF file.

Format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md. llama.cpp's own converter is
in no wheel and refuses tokenizers that it has no hash of.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from gguf.quants import quantize
from safetensors.numpy import load_file
from transformers import AutoConfig, AutoTokenizer

from tests.models.text import SPECIAL_TOKENS

_QUANTIZED = gguf.GGMLQuantizationType


def write_gguf(
    folder: Path,
    path: Path,
    kind: str = "F32",
    *,
    architecture: str = "qwen2",
    rope_sections: list[int] | None = None,
    begin: str | None = None,
) -> None:
    """Write the language model of a folder.

    Args:
        folder: of ``save_pretrained``, a Qwen2 model and its tokenizer, or a LLaVA of one.
        path: of the file to write.
        kind: how matrices are stored: ``"F32"``, ``"F16"`` or ``"Q8_0"``.
        architecture: what llama.cpp is to take it for.
        rope_sections: how many pairs of a head turn with time, row and column, if not with one.
        begin: the special token that every text is to begin with, if there is one.
    """
    config = AutoConfig.from_pretrained(folder)
    config = getattr(config, "text_config", config)
    writer = gguf.GGUFWriter(path, architecture)
    _write_shape(writer, config)
    if rope_sections:
        writer.add_rope_dimension_sections(rope_sections)
    _write_tokenizer(writer, folder, begin)
    names = gguf.get_tensor_name_map(gguf.MODEL_ARCH.QWEN2, config.num_hidden_layers)
    for name, weights in load_file(folder / "model.safetensors").items():
        plain = name.removeprefix("language_model.")
        if found := names.get_name(plain, try_suffixes=(".weight", ".bias")):
            _write_tensor(writer, found, weights, kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def _write_shape(writer: Any, config: Any) -> None:
    writer.add_name(f"{config.num_hidden_layers} x {config.hidden_size}")
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_rope_freq_base(config.rope_parameters["rope_theta"])


def _write_tokenizer(writer: Any, folder: Path, begin: str | None) -> None:
    tokenizer = AutoTokenizer.from_pretrained(folder)
    tokens = tokenizer.convert_ids_to_tokens(range(len(tokenizer)))
    kinds = gguf.TokenType
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("qwen2")
    writer.add_token_list(tokens)
    writer.add_token_types(
        [kinds.CONTROL if token in SPECIAL_TOKENS else kinds.NORMAL for token in tokens]
    )
    writer.add_token_merges([" ".join(pair) for pair in _merges(tokenizer)])
    writer.add_eos_token_id(tokenizer.eos_token_id)
    writer.add_pad_token_id(tokenizer.pad_token_id)
    writer.add_add_bos_token(begin is not None)
    if begin is not None:
        writer.add_bos_token_id(tokenizer.convert_tokens_to_ids(begin))
    writer.add_chat_template(tokenizer.chat_template)


def _merges(tokenizer: Any) -> list[list[str]]:
    merges: list[list[str]] = json.loads(tokenizer.backend_tokenizer.to_str())["model"]["merges"]
    return merges


def _write_tensor(writer: Any, name: str, weights: Any, kind: str) -> None:
    weights = weights.astype(np.float32)
    if weights.ndim < 2 or kind == "F32":  # llama.cpp wants norms and biases in full
        writer.add_tensor(name, weights)
    else:
        quantized = _QUANTIZED[kind]
        writer.add_tensor(name, quantize(weights, quantized), raw_dtype=quantized)
