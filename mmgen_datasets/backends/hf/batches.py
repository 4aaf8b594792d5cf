"""Chats in batches, by `generate`: for models whose layers keep more than keys and values.

A recurrent state or a prompt that is read in both directions do not allow that chats share what
is evaluated. Here nothing is shared, and a batch ends with its longest reply.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from transformers import LogitsProcessor, LogitsProcessorList

from mmgen_datasets.backends.hf.chats import begun, failure, is_out_of_memory, no_room, tell_fewer
from mmgen_datasets.backends.hf.memory import Tensor
from mmgen_datasets.backends.hf.model import Model, Prompt
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.backends.local.writing import Writing
from mmgen_datasets.errors import MMGenError


@dataclass(frozen=True, eq=False)
class _Chat:
    ask: Ask
    prompt: Prompt
    writing: Writing


class Batches:
    """Answers chats with one model.

    Args:
        model: that answers.
        num_slots: how many chats are answered at once.
        context: the longest chat with its reply, in tokens.
    """

    def __init__(self, model: Model, *, num_slots: int, context: int) -> None:
        self._model = model
        self._most = num_slots
        self._context = context
        self._waiting: list[_Chat] = []

    def close(self) -> None:
        """Nothing is kept between batches."""

    def add(self, ask: Ask) -> None:
        """Take a chat in; one that cannot be answered is settled at once."""
        try:
            self._waiting.append(_Chat(ask, *begun(ask, self._model, self._context)))
        except MMGenError as error:
            ask.settle(error)

    def step(self) -> bool:
        """Answer a batch; returns whether any chat is left.

        Raises:
            StopError: the model cannot be run.
        """
        self._waiting = [chat for chat in self._waiting if not chat.ask.is_over]
        if not self._waiting:
            return False
        batch = self._batch()
        try:
            self._answer(batch)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error):
                raise failure(error) from error
            if len(batch) == 1:
                batch[0].ask.settle(no_room(len(batch[0].prompt.tokens)))
            self._most = max(1, len(batch) // 2)
            tell_fewer(self._most)
            self._begin_again(batch)
        return bool(self._waiting)

    def _batch(self) -> list[_Chat]:
        """The chat that has waited longest, and those most like it in length."""
        first = self._waiting[0]
        if first.prompt.media:
            return [first]
        texts = [chat for chat in self._waiting if not chat.prompt.media]
        length = len(first.prompt.tokens)
        return sorted(texts, key=lambda chat: abs(len(chat.prompt.tokens) - length))[: self._most]

    def _begin_again(self, batch: list[_Chat]) -> None:
        asks = [chat.ask for chat in batch if not chat.ask.is_over]
        chosen = set(map(id, batch))
        self._waiting = [chat for chat in self._waiting if id(chat) not in chosen]
        for ask in asks:
            self.add(ask)

    def _answer(self, batch: list[_Chat]) -> None:
        lengths = [len(chat.prompt.tokens) for chat in batch]
        ids = np.full((len(batch), max(lengths)), self._model.padding, np.int64)
        for row, chat in enumerate(batch):
            ids[row, max(lengths) - lengths[row] :] = chat.prompt.tokens
        places = np.arange(max(lengths)) >= max(lengths) - np.array(lengths)[:, None]
        device = self._model.device
        with torch.inference_mode():
            self._model.network.generate(
                input_ids=torch.from_numpy(ids).to(device),
                attention_mask=torch.from_numpy(places.astype(np.int64)).to(device),
                **{name: value.to(device) for name, value in batch[0].prompt.media.items()},
                logits_processor=LogitsProcessorList([_Draw(batch, self._model.padding)]),
                max_new_tokens=max(chat.writing.most for chat in batch) + 1,
                do_sample=False,
                num_beams=1,
                repetition_penalty=1.0,  # whatever the model's settings say, as in slots
                pad_token_id=self._model.padding,
                eos_token_id=self._model.padding,
            )
        for chat in batch:
            self._waiting.remove(chat)
            try:
                outcome: Any = chat.writing.reply(len(chat.prompt.tokens), self._model.name)
            except MMGenError as error:
                outcome = error
            chat.ask.settle(outcome)


class _Draw(LogitsProcessor):  # type: ignore[misc]
    """Leaves of all tokens the one that each reply draws, and after its end the padding."""

    def __init__(self, batch: list[_Chat], padding: int) -> None:
        self._batch = batch
        self._padding = padding

    def __call__(self, input_ids: Tensor, scores: Tensor) -> Tensor:
        logits = scores.float().cpu().numpy()
        left = torch.full_like(scores, -torch.inf)
        for row, chat in enumerate(self._batch):
            left[row, self._drawn(chat, logits[row])] = 0
        return left

    def _drawn(self, chat: _Chat, logits: Any) -> int:
        if chat.ask.is_over or chat.writing.finish_reason:
            return self._padding
        try:
            finished = chat.writing.take(logits)
        except MMGenError as error:
            chat.ask.settle(error)
            return self._padding
        return self._padding if finished else chat.writing.tokens[-1]
