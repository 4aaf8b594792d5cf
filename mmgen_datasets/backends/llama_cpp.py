"""Models in GGUF files, run in this process by llama.cpp.

Chats are answered several at a time, and what they begin with in common is evaluated once; see
`mmgen_datasets.backends.llama.slots`.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import llama_cpp

from mmgen_datasets.backends.llama.memory import MOST_SEQUENCES, KVType, LlamaMemory
from mmgen_datasets.backends.llama.model import LlamaModel
from mmgen_datasets.backends.llama.pictures import PictureReader
from mmgen_datasets.backends.llama.prefixes import PrefixStore
from mmgen_datasets.backends.llama.slots import Slots
from mmgen_datasets.backends.llama.weights import identify
from mmgen_datasets.backends.local.worker import answer
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.errors import StopError, UsageError
from mmgen_datasets.settings import IS_PATH

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

    model: str = field(metadata=IS_PATH)
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
    mmproj: str | None = field(default=None, compare=False, metadata=IS_PATH)
    """The GGUF file of the model's picture encoder; needed where a recipe shows pictures."""
    threads: int | None = None
    """Null: as many as this process may use cores."""
    prefix_dir: str = field(default="~/.cache/mmgen_datasets/prefixes", metadata=IS_PATH)
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
        files = [path] + ([Path(self.mmproj).expanduser()] if self.mmproj else [])
        object.__setattr__(self, "model", "+".join(map(identify, files)))

    @property
    def endpoint(self) -> str:
        """The engine, with what changes its arithmetic."""
        return "llama-cpp" if self.kv_type == "f16" else f"llama-cpp:{self.kv_type}"

    @staticmethod
    def default_device() -> str:
        """The device that is used where the settings name none."""
        return "the GPU" if llama_cpp.llama_supports_gpu_offload() else "cpu"

    async def reply(self, request: Request) -> Reply:
        """Answer one chat, once."""
        return await answer(self, lambda: open_slots(self), request)


def open_slots(settings: LlamaCpp) -> Slots:
    """Load a model, with as many slots as there is memory for.

    Raises:
        StopError: it cannot be loaded, or there is no memory even for one slot.
    """
    threads = settings.threads or _num_cores()
    with ExitStack() as stack:
        model = LlamaModel(settings.file, settings.gpu_layers)
        stack.callback(model.close)
        reader = None
        if settings.mmproj:
            path = str(Path(settings.mmproj).expanduser())
            reader = PictureReader(path, model, threads)
            stack.callback(reader.close)
        context = min(settings.context or LONGEST_CONTEXT, model.longest_context)
        wanted = settings.slots or (32 if model.on_gpu else 16)
        memory, num_slots = _memory(model, settings.kv_type, threads, context, wanted)
        stack.pop_all()
    attention = "gpu" if model.on_gpu else "cpu"
    kind = f"{settings.model}-{llama_cpp.__version__}-{settings.kv_type}-{attention}"
    folder = Path(settings.prefix_dir).expanduser()
    keeps = settings.prefix_dir and model.can_share
    store = PrefixStore(folder, kind, memory, spare=num_slots) if keeps else None
    return Slots(model, reader, memory, num_slots=num_slots, context=context, store=store)


def _memory(
    model: LlamaModel, kv_type: KVType, threads: int, context: int, num_slots: int
) -> tuple[LlamaMemory, int]:
    """A memory for as many chats as it can be had for, halving."""
    while True:
        cells = min(num_slots * context, context + (num_slots - 1) * _CELLS_A_SLOT)
        sequences = num_slots + 1
        try:
            memory = LlamaMemory(
                model, cells=cells, sequences=sequences, kv_type=kv_type, threads=threads
            )
        except StopError:
            if num_slots == 1:
                raise
            num_slots //= 2
        else:
            return memory, num_slots


def _num_cores() -> int:
    """The cores that this process may use, where the system tells."""
    of_process = getattr(os, "sched_getaffinity", None)
    return len(of_process(0)) if of_process else os.cpu_count() or 1
