"""Try whether a model's layers allow that chats share what is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from transformers import AttentionInterface, AttentionMaskInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward
from transformers.masking_utils import sdpa_mask

from mmgen_datasets.backends.hf.attention import UnfitError, refuse_unknown
from mmgen_datasets.backends.hf.memory import Tensor, Tokens
from mmgen_datasets.backends.hf.model import Model
from mmgen_datasets.backends.hf.network import Network, use_attention
from mmgen_datasets.chat import Chat, Media, Part, Text, Turn

_TOLERANCE = 0.1
"""The largest difference of logits that comes of rounding, in bf16 too, as a share of their
spread; other layers than full attention are off by the whole of it."""

_WATCHED = "mmgen_watched"


def _watched(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """Attend as the model means it, unless a token sees others than those before it.

    The logits of a short chat may differ little where the tokens of a picture see one another.
    """
    refuse_unknown(others)
    if attention_mask is not None:
        place = torch.arange(query.shape[2], device=query.device)
        back = place[:, None] - place
        expected = (back >= 0) & (back < (sliding_window or len(place)))
        if not bool((attention_mask == expected).all()):
            raise UnfitError("attention to what comes after")
    mixed, _ = sdpa_attention_forward(module, query, key, value, attention_mask, scaling=scaling)
    return mixed, None


def _whole_mask(**asked: Any) -> Tensor | None:
    mask: Tensor | None = sdpa_mask(**asked | {"allow_is_causal_skip": False})
    return mask


AttentionInterface.register(_WATCHED, _watched)
AttentionMaskInterface.register(_WATCHED, _whole_mask)


def answers_alike(model: Model) -> bool:
    """Whether a short chat gets the same logits in slots as from the model on its own."""
    kinds = set(getattr(model.config, "layer_types", None) or ())
    if kinds - {"full_attention", "sliding_attention"}:
        return False
    use_attention(model, _WATCHED)
    text = model.prompt(_trial()).tokens
    seen = (
        model.prompt(_trial(Media("image", _noise(), "image/x-portable-pixmap")))
        if model.sees
        else None
    )
    expected = [
        _logits(model, text)[-2:],
        *([_logits(model, seen.tokens, seen.media)[-1:]] if seen else []),
    ]
    network = Network(model)
    half = len(text) // 2
    network.extend_long(0, text[:half], None)
    beginning = network.memory.beginning(0, text[:half])
    one_before = network.extend(0, [text[half:-1]], [0], [beginning])
    last = network.extend(0, [text[-1:]], [len(text) - 1 - half], [beginning])
    found = [torch.cat([one_before, last])]
    if seen:
        found.append(network.extend_seeing(0, seen, text[:0], None)[0])
    return all(_differ(a, b) < _TOLERANCE for a, b in zip(expected, found, strict=True))


def _logits(model: Model, tokens: Tokens, media: Mapping[str, Tensor] | None = None) -> Tensor:
    """``(T, V)``: of the model as it is."""
    given = {name: value.to(model.device) for name, value in (media or {}).items()}
    ids = torch.from_numpy(tokens).to(model.device)[None]
    with torch.inference_mode():
        logits: Tensor = model.network(input_ids=ids, use_cache=False, **given).logits[0].float()
    return logits


def _differ(expected: Tensor, found: Tensor) -> float:
    spread = expected - expected.mean(-1, keepdim=True)
    return float((found - expected).norm() / spread.norm())


def _trial(*shown: Part) -> Chat:
    before = "Tell what there is, from left to right, and what it is made of: "
    after = "Be brief, and begin with what is nearest."
    return (Turn("user", (Text(before), *shown, Text(after))),)


def _noise() -> bytes:
    """The file of a picture, PPM."""
    width, height = 96, 64
    pixels = np.random.default_rng(0).bytes(width * height * 3)
    return f"P6 {width} {height} 255\n".encode() + pixels
