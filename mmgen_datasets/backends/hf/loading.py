"""Load a model of Transformers, and choose how it is to answer several chats at once."""

from __future__ import annotations

import importlib.util
import logging
from typing import Any

import torch
import transformers

from mmgen_datasets.backends.hf.batches import Batches
from mmgen_datasets.backends.hf.chats import is_out_of_memory
from mmgen_datasets.backends.hf.model import Model
from mmgen_datasets.backends.hf.network import Network
from mmgen_datasets.backends.hf.slots import Slots
from mmgen_datasets.backends.hf.trial import answers_alike
from mmgen_datasets.backends.local.worker import Engine
from mmgen_datasets.errors import StopError

_LOG = logging.getLogger(__name__)


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
        hint = _INSTALL if isinstance(error, ImportError) else _GIVE
        problem = f"the model {name!r} cannot be loaded: {str(error).strip()}"
        raise StopError(problem, hint) from error
    if not _has("accelerate"):
        network = network.to(device)
    return Model(network.eval(), processor, name)


_GIVE = "give a folder with config.json, weights and tokenizer, or the name of one on the hub"
_INSTALL = "install what it names; models that see videos too need torchvision"


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
        is_fit = answers_alike(model)
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
