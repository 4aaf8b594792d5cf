"""Load a model of Transformers, and choose how it is to answer several chats at once."""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
import transformers

from mmgen_datasets.backends.hf.batches import Batches
from mmgen_datasets.backends.hf.chats import is_out_of_memory
from mmgen_datasets.backends.hf.memory import Tensor, Tokens
from mmgen_datasets.backends.hf.model import Model
from mmgen_datasets.backends.hf.network import Network
from mmgen_datasets.backends.hf.slots import Slots
from mmgen_datasets.backends.local.worker import Engine
from mmgen_datasets.chat import Chat, Media, Part, Text, Turn
from mmgen_datasets.errors import StopError

_LOG = logging.getLogger(__name__)

_TOLERANCE = 0.1
"""The largest difference of logits that comes of rounding, in bf16 too, as a share of their
spread; other layers than full attention are off by the whole of it."""


def load(
    place: str,
    name: str,
    *,
    revision: str | None,
    device: str | None,
    dtype: str | None,
    trust_remote_code: bool,
) -> Model:
    """Load a model and its tokenizer or processor.

    Args:
        place: a folder, or a name on the hub.
        name: what replies are to call it.
        revision: of the hub's; None for the newest.
        device: None for the first GPU there is, or all where `accelerate` is installed.
        dtype: None for the checkpoint's own, where the device is made for that.
        trust_remote_code: whether code that comes with the model may run.

    Raises:
        StopError: it cannot be loaded.
    """
    options = {"revision": revision, "trust_remote_code": trust_remote_code}
    device = device or _best_device()
    try:
        config = transformers.AutoConfig.from_pretrained(place, **options)
        sees = type(config) in transformers.MODEL_FOR_IMAGE_TEXT_TO_TEXT_MAPPING
        kind = "AutoModelForImageTextToText" if sees else "AutoModelForCausalLM"
        network = getattr(transformers, kind).from_pretrained(
            place,
            dtype=dtype or _best_dtype(config, device),
            **({"device_map": device} if _has("accelerate") else {}),
            **options,
        )
        reader = transformers.AutoProcessor if sees else transformers.AutoTokenizer
        processor = reader.from_pretrained(place, **options)
    except Exception as error:  # each library that reads a part has errors of its own
        raise StopError(f"the model {name!r} cannot be loaded: {error}", _LOADING) from error
    if not _has("accelerate"):
        network = network.to(device)
    return Model(network.eval(), processor, name)


_LOADING = "give a folder with config.json, weights and tokenizer, or the name of one on the hub"


def _has(package: str) -> bool:
    return importlib.util.find_spec(package) is not None


def _best_device() -> str:
    if torch.cuda.is_available():
        return "auto" if _has("accelerate") and torch.cuda.device_count() > 1 else "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def describe_device() -> str:
    """Name the device that is used where none is asked for."""
    best = _best_device()
    if best == "auto":
        return f"{torch.cuda.device_count()} GPUs: {torch.cuda.get_device_name()}"
    return f"cuda: {torch.cuda.get_device_name()}" if best == "cuda" else best


def _best_dtype(config: Any, device: str) -> Any:
    own = getattr(config.get_text_config(decoder=True), "dtype", None) or config.dtype
    if device != "cpu":
        return torch.bfloat16 if own in (None, torch.float32) else own
    # Other numbers than f32 are many times slower on processors that were not made for them.
    fast = own is torch.bfloat16 and torch.ops.mkldnn._is_mkldnn_bf16_supported()
    return torch.bfloat16 if fast else torch.float32


def open_engine(model: Model, *, num_slots: int, context: int) -> Engine:
    """Answer in slots where the model's layers allow it, and else in batches."""
    before = model.network.config._attn_implementation
    try:
        is_fit = _answers_alike(model)
    except Exception as error:  # whatever a model's own code says to what it was not made for
        if is_out_of_memory(error):
            raise StopError(
                f"the memory has no room for a chat beside the model {model.name!r}",
                "take a smaller model or dtype, or another device",
            ) from error
        _LOG.info("%s does not run in slots: %r", model.name, error)
        is_fit = False
    if is_fit:
        return Slots(model, Network(model), num_slots=num_slots, context=context)
    _LOG.warning(
        "the layers of %s do not let chats share what is evaluated; they are answered in batches",
        model.name,
    )
    model.network.set_attn_implementation(before)
    return Batches(model, num_slots=num_slots, context=context)


def _answers_alike(model: Model) -> bool:
    """Whether a short chat gets the same logits in slots as from the model on its own."""
    kinds = set(getattr(model.config, "layer_types", None) or ())
    if kinds - {"full_attention", "sliding_attention"}:
        return False
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
