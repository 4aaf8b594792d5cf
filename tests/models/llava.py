"""A tiny LLaVA: the picture tower of CLIP, a projector, and the language model of `chat`."""

from __future__ import annotations

from pathlib import Path

import torch
from transformers import LlavaConfig, LlavaForConditionalGeneration, LlavaProcessor

from tests.models.chat import NANO, text_config
from tests.models.clip import PATCH_SIDE, image_processor, vision_config
from tests.models.text import CHAT_TEMPLATE, SPECIAL_TOKENS, chat_tokenizer


def build(folder: Path) -> None:
    """Save the model and its processor: 0.4 million parameters, 16 tokens for a picture."""
    config = LlavaConfig(
        text_config=text_config(NANO),
        vision_config=vision_config(),
        image_token_index=SPECIAL_TOKENS.index("<image>"),
        vision_feature_layer=-2,
        vision_feature_select_strategy="default",
    )
    torch.manual_seed(0)
    model = LlavaForConditionalGeneration(config).float().eval()
    model.generation_config.do_sample = False
    model.generation_config.eos_token_id = SPECIAL_TOKENS.index("<|im_end|>")
    model.generation_config.pad_token_id = SPECIAL_TOKENS.index("<|endoftext|>")
    model.save_pretrained(folder)
    LlavaProcessor(
        image_processor=image_processor(),
        tokenizer=chat_tokenizer(NANO["vocab_size"]),
        patch_size=PATCH_SIDE,
        vision_feature_select_strategy="default",
        num_additional_image_tokens=1,  # CLIP's class token, which "default" drops again
        chat_template=CHAT_TEMPLATE,
    ).save_pretrained(folder)
