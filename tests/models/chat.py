"""A chat model of the Qwen2 kind, of any size: nano for tests, larger ones to measure with."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import Qwen2Config, Qwen2ForCausalLM

from tests.models.text import SPECIAL_TOKENS, chat_tokenizer

NANO = {
    "vocab_size": 2048,
    "hidden_size": 64,
    "intermediate_size": 128,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
"""0.34 million parameters."""

WIDE = {
    "vocab_size": 8192,
    "hidden_size": 1536,
    "intermediate_size": 6144,
    "num_hidden_layers": 4,
    "num_attention_heads": 12,
    "num_key_value_heads": 4,
}
"""163 million parameters; as little of its work is attention as in models of 7 billion."""


def settings(shape: dict[str, int]) -> dict[str, Any]:
    """Of a language model of any kind, whose weights are far enough from zero to disagree."""
    return {
        **shape,
        "max_position_embeddings": 8192,
        "initializer_range": 2.0 / shape["hidden_size"] ** 0.5,
        "bos_token_id": None,
        "eos_token_id": SPECIAL_TOKENS.index("<|im_end|>"),
        "pad_token_id": SPECIAL_TOKENS.index("<|endoftext|>"),
    }


def text_config(shape: dict[str, int]) -> Any:
    """The config of a model of the Qwen2 kind."""
    return Qwen2Config(**settings(shape), tie_word_embeddings=False)


def build(folder: Path, shape: dict[str, int] | None = None) -> None:
    """Save a chat model and its tokenizer, as f32 safetensors.

    Args:
        folder: where to; may not exist yet.
        shape: `NANO` if not given.
    """
    shape = shape or NANO
    tokenizer = chat_tokenizer(shape["vocab_size"])
    torch.manual_seed(0)
    model = Qwen2ForCausalLM(text_config(shape)).float().eval()
    model.generation_config.do_sample = False
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
