"""Models of Hugging Face Transformers, run in this process.

Chats are answered several at a time, and what they begin with in common is evaluated once; see
`mmgen_datasets.backends.hf.slots`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import torch

from mmgen_datasets.backends.hf.loading import describe_device, load, open_engine
from mmgen_datasets.backends.local.worker import Engine, answer
from mmgen_datasets.chat import Reply, Request
from mmgen_datasets.content import content_digest
from mmgen_datasets.errors import UsageError
from mmgen_datasets.settings import IS_PATH

LONGEST_CONTEXT = 32_768
"""Tokens, where neither `HuggingFace.context` nor the model says."""

_PARTS = {".bin", ".jinja", ".json", ".model", ".py", ".safetensors", ".txt"}


@dataclass(frozen=True)
class HuggingFace:
    """A chat model of Transformers, with or without eyes, and how much of the machine it may use.

    `model` is a folder or a name on the hub. A folder becomes the name of its content, so that
    one which is moved or renamed keeps the replies that are paid for.

    Raises:
        UsageError: the folder holds no model, or a setting cannot be meant.
    """

    model: str = field(metadata=IS_PATH)
    revision: str | None = None
    """Branch, tag or commit of a model on the hub. Null: the newest."""
    device: str | None = None
    """Such as ``cpu`` or ``cuda:1``. Null: a GPU where there is one; all of them with
    `accelerate`."""
    dtype: Literal["float32", "bfloat16", "float16"] | None = None
    """Of the weights. Null: the checkpoint's; bf16 for f32 on a GPU, and f32 on a processor that
    is not made for bf16."""
    context: int | None = None
    """The longest chat with its reply, in tokens. Null: what the model was made for."""
    slots: int | None = None
    """How many chats are answered at once. Null: 16, and 64 on a GPU. No more than there are
    requests in flight are used."""
    threads: int | None = None
    """How many cores are used for a call of the model. Null: all; fewer are faster where other
    work keeps cores busy. It holds for all that torch does in this process."""
    trust_remote_code: bool = False
    """Whether code that comes with the model may run in this process."""
    place: str = field(init=False, compare=False, repr=False)
    """The folder, or the name on the hub."""

    def __post_init__(self) -> None:
        for name in ("context", "slots", "threads"):
            if (value := getattr(self, name)) is not None and value < 1:
                raise UsageError(f"{name} is {value!r}", "give a whole number above 0")
        folder = Path(self.model).expanduser()
        is_local = folder.exists() or self.model.startswith(("/", ".", "~"))
        object.__setattr__(self, "place", str(folder) if is_local else self.model)
        if is_local:
            object.__setattr__(self, "model", identify(folder))
        elif self.revision:
            object.__setattr__(self, "model", f"{self.model}@{self.revision}")

    @property
    def endpoint(self) -> str:
        """The engine, with what changes its arithmetic."""
        return f"transformers:{self.dtype}" if self.dtype else "transformers"

    @staticmethod
    def default_device() -> str:
        """The device that is used where the settings name none."""
        return describe_device()

    async def reply(self, request: Request) -> Reply:
        """Answer one chat, once."""
        return await answer(self, lambda: opened(self), request)


def identify(folder: Path) -> str:
    """Name the content of a model's folder.

    Raises:
        UsageError: it holds no model.
    """
    if not (folder / "config.json").is_file():
        raise UsageError(
            f"{folder} holds no model of transformers: there is no config.json",
            "give the folder that save_pretrained wrote, or a name on the hub: Qwen/Qwen3-4B",
        )
    files = (path for path in folder.iterdir() if path.suffix in _PARTS and path.is_file())
    return f"transformers-{content_digest(sorted(files))}"


def opened(settings: HuggingFace) -> Engine:
    """Load a model and what answers with it.

    Raises:
        StopError: it cannot be loaded.
    """
    if settings.threads:
        torch.set_num_threads(settings.threads)
    model = load(
        settings.place,
        Path(settings.place).name if settings.place != settings.model else settings.model,
        revision=settings.revision,
        device=settings.device,
        dtype=settings.dtype,
        trust_remote_code=settings.trust_remote_code,
    )
    context = min(filter(None, (settings.context, model.longest)), default=LONGEST_CONTEXT)
    num_slots = settings.slots or (16 if model.device.type == "cpu" else 64)
    return open_engine(model, num_slots=num_slots, context=context)
