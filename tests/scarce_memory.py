"""A model of transformers in slots, with room for few tokens."""

from __future__ import annotations

from collections.abc import Sequence

import torch

from mmgen_datasets.backends.hf.loading import load
from mmgen_datasets.backends.hf.memory import Growth, Memory, Tensor
from mmgen_datasets.backends.hf.network import Network
from mmgen_datasets.backends.hf.slots import Slots
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.chat import Reply, Request


class ScarceMemory(Memory):
    """Has room for so many tokens in all rows, and none behind."""

    def __init__(self, num_tokens: int) -> None:
        super().__init__()
        self.refusals = 0
        self._num_tokens = num_tokens

    def extend(
        self, layer: int, key: Tensor, value: Tensor, growth: Growth
    ) -> tuple[Tensor, Tensor]:
        if growth.rows.stop * growth.held > self._num_tokens:
            self.refusals += 1
            raise torch.OutOfMemoryError("no room")
        return super().extend(layer, key, value, growth)


def answer_in(num_tokens: int, model: str, requests: Sequence[Request]) -> tuple[list[Reply], int]:
    """Answer all at once; returns how often memory ran out too."""
    settings = {"revision": None, "device": "cpu", "dtype": "float32"}
    loaded = load(model, "", **settings, trust_remote_code=False)
    network = Network(loaded)
    network.memory = memory = ScarceMemory(num_tokens)
    slots = Slots(loaded, network, num_slots=len(requests), context=4096)
    asks = [Ask(request) for request in requests]
    for ask in asks:
        slots.add(ask)
    while slots.step():
        pass
    return [ask.future.result() for ask in asks], memory.refusals
