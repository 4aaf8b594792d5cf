"""A chat becomes a prompt and a reply to be written; and what cannot be answered."""

from __future__ import annotations

import logging
from dataclasses import replace

import torch

from mmgen_datasets.backends.hf.model import Model, Prompt
from mmgen_datasets.backends.local.room import room_for_reply
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.backends.local.writing import Writing
from mmgen_datasets.errors import MMGenError, StopError, TooLongError

_LOG = logging.getLogger(__name__)


def begun(ask: Ask, model: Model, context: int) -> tuple[Prompt, Writing]:
    """A chat's prompt and its reply, of which nothing is written yet.

    Raises:
        TooLongError: the chat does not fit into the context.
        RowError: the model refuses it.
    """
    prompt = model.prompt(ask.request.chat)
    room = room_for_reply(ask.request, len(prompt.tokens), context)
    request = replace(ask.request, sampling=model.sampling(ask.request.sampling))
    return prompt, Writing(request, room, model)


def is_out_of_memory(error: Exception) -> bool:
    """Whether it says that there is no memory left, of a device or of the machine."""
    no_memory = (torch.OutOfMemoryError, MemoryError)
    return isinstance(error, no_memory) or "allocate memory" in str(error)


def failure(error: Exception) -> MMGenError:
    """What to raise where a model failed for another reason than want of memory."""
    if isinstance(error, MMGenError):
        return error
    return StopError(
        f"the model failed: {error}",
        "see whether the model runs with 'generate' of transformers, or take another device",
    )


def tell_fewer(num_chats: int) -> None:
    """Say what comes of memory that ran out."""
    _LOG.warning("memory ran out: %d chats are answered at once from now on", num_chats)


def no_room(num_tokens: int) -> TooLongError:
    """Say that the memory is too small for a chat even on its own."""
    return TooLongError(
        f"the memory has no room for the chat, which has {num_tokens:,} tokens",
        "use a smaller model or dtype, or give the recipe fewer examples",
    )
