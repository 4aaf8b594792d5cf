"""Models in GGUF files, run in this process by llama.cpp.

Chats are answered several at a time, and what they begin with in common is evaluated once; see
`mmgen_datasets.backends.llama.slots`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from llama_cpp import llama_supports_gpu_offload

from mmgen_datasets.backends.llama.memory import MOST_SEQUENCES, KVType, LlamaMemory
from mmgen_datasets.backends.llama.model import LlamaModel
from mmgen_datasets.backends.llama.prefixes import PrefixStore
from mmgen_datasets.backends.llama.slots import Slots
from mmgen_datasets.backends.llama.weights import identify
from mmgen_datasets.backends.local.worker import answer
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import StopError, UsageError

LONGEST_CONTEXT = 8192
"""Tokens, where `LlamaCpp.context` is not set: models that can take more need memory for it."""

_CELLS_A_SLOT = 1024
"""Beside one whole context: what a chat adds to the beginning that it shares, and its reply."""


@dataclass(frozen=True)
class LlamaCpp:
    """A model file, and how much of the machine it may use.

    `model` is given as the path of a GGUF file and becomes the name of its content, so that a
    file that is moved or renamed keeps the replies that are paid for.

    Raises:
        UsageError: the file is missing or no GGUF file, or a setting cannot be meant.
    """

    model: str
    context: int | None = None
    """The longest chat with its reply, in tokens. Null: what the model was trained for, 8,192 at
    most."""
    slots: int | None = None
    """How many chats are answered at once. Null: 16, and 32 on a GPU. No more than there are
    requests in flight are used."""
    kv_type: KVType = "f16"
    """How keys and values are stored; ``q8_0`` needs half the memory of ``f16``."""
    gpu_layers: int | None = None
    """How many layers a GPU holds. Null: all, where llama.cpp was built for one."""
    threads: int | None = None
    """Null: as many as this process may use cores."""
    prefix_dir: str = "~/.cache/mmgen_datasets/prefixes"
    """A folder for what chats begin with, evaluated, so that the next run need not do it again;
    8 GiB at most. Empty: keep none."""
    file: str = field(init=False, compare=False, repr=False)
    """The path of the model."""

    def __post_init__(self) -> None:
        path = Path(self.model).expanduser()
        for name, most in (("context", None), ("slots", MOST_SEQUENCES - 1), ("threads", None)):
            value = getattr(self, name)
            if value is not None and not 1 <= value <= (most or value):
                bounds = f"from 1 to {most}" if most else "above 0"
                raise UsageError(f"{name} is {value!r}", f"give a whole number {bounds}")
        object.__setattr__(self, "file", str(path))
        object.__setattr__(self, "model", identify(path))

    @property
    def endpoint(self) -> str:
        """The engine, with what changes its arithmetic."""
        return "llama-cpp" if self.kv_type == "f16" else f"llama-cpp:{self.kv_type}"

    @staticmethod
    def default_device() -> str:
        """The device that is used where the settings name none."""
        return "the GPU" if llama_supports_gpu_offload() else "cpu"

    async def reply(self, request: Request) -> Reply:
        """Answer one chat, once."""
        return await answer(self, lambda: open_slots(self), request)


def open_slots(settings: LlamaCpp) -> Slots:
    """Load a model, with as many slots as there is memory for.

    Raises:
        StopError: it cannot be loaded, or there is no memory even for one slot.
    """
    model = LlamaModel(settings.file, settings.gpu_layers)
    context = min(settings.context or LONGEST_CONTEXT, model.longest_context)
    wanted = settings.slots or (32 if model.on_gpu else 16)
    memory, num_slots = _memory(model, settings, context, wanted)
    attention = "gpu" if model.on_gpu else "cpu"
    kind = f"{settings.model}-{settings.kv_type}-{attention}"
    folder = Path(settings.prefix_dir).expanduser()
    store = PrefixStore(folder, kind) if settings.prefix_dir and model.can_share else None
    return Slots(model, memory, num_slots=num_slots, context=context, store=store)


def _memory(
    model: LlamaModel, settings: LlamaCpp, context: int, num_slots: int
) -> tuple[LlamaMemory, int]:
    while True:
        cells = min(num_slots * context, context + (num_slots - 1) * _CELLS_A_SLOT)
        try:
            memory = LlamaMemory(
                model,
                cells=cells,
                sequences=num_slots + 1,
                kv_type=settings.kv_type,
                threads=settings.threads,
            )
        except StopError:
            if num_slots == 1:
                model.close()
                raise
            num_slots //= 2
        else:
            return memory, num_slots
