"""A tiny CLIP: a text tower and a picture tower that end in one space."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import CLIPConfig, CLIPImageProcessorPil, CLIPModel, CLIPVisionConfig

from tests.models.text import SPECIAL_TOKENS, chat_tokenizer

PICTURE_SIDE = 28
"""Of the square that pictures are brought to, in pixels."""

PATCH_SIDE = 7
"""Of a patch, in pixels; a picture has 16."""

VISION = {
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "image_size": PICTURE_SIDE,
    "patch_size": PATCH_SIDE,
    "projection_dim": 32,
    "initializer_factor": 4.0,
}


def vision_config() -> Any:
    return CLIPVisionConfig(**VISION)


def image_processor() -> Any:
    """Brings pictures to `PICTURE_SIDE`; needs no torchvision."""
    square = {"height": PICTURE_SIDE, "width": PICTURE_SIDE}
    return CLIPImageProcessorPil(size={"shortest_edge": PICTURE_SIDE}, crop_size=square)


def build(folder: Path) -> None:
    """Save the model, its tokenizer and its image processor."""
    tokenizer = chat_tokenizer(1024)
    text = {
        "vocab_size": 1024,
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "max_position_embeddings": 77,
        "projection_dim": 32,
        "bos_token_id": SPECIAL_TOKENS.index("<|im_start|>"),
        "eos_token_id": SPECIAL_TOKENS.index("<|im_end|>"),
    }
    torch.manual_seed(0)
    model = CLIPModel(CLIPConfig(text_config=text, vision_config=VISION, projection_dim=32))
    model.float().eval().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    image_processor().save_pretrained(folder)
