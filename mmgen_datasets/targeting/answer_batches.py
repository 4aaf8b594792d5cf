"""The probabilities of answers, several at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from inspect import signature
from typing import Any, TypeAlias

import numpy as np
import torch

from mmgen_datasets.backends.hf.chats import failure, is_out_of_memory, no_room
from mmgen_datasets.backends.hf.memory import Tokens
from mmgen_datasets.backends.hf.model import Model, Prompt
from mmgen_datasets.errors import RowError

Sums: TypeAlias = dict[int, tuple[float, int] | RowError]
"""Place of a conversation to the summed loss of its answers and the number of their tokens."""


@dataclass(frozen=True, eq=False)
class Item:
    """An answer and what comes before it."""

    place: int
    """Of its conversation."""
    prompt: Prompt
    answer: Tokens

    @property
    def length(self) -> int:
        """Of both, in tokens."""
        return len(self.prompt.tokens) + len(self.answer)

    @property
    def kind(self) -> Hashable:
        """What can be computed together has the same."""
        media = {
            name: value for name, value in self.prompt.media.items() if not self.is_long(value)
        }
        return tuple(sorted((name, tuple(value.shape[1:])) for name, value in media.items()))

    def is_long(self, value: Any) -> bool:
        """Whether something that the model is given has a number for each token of the prompt."""
        return tuple(value.shape) == (1, len(self.prompt.tokens))


def losses(model: Model, items: Iterable[Item], batch_size: int) -> Sums:
    """Sum up the loss of the answers of each conversation.

    Raises:
        StopError: the model cannot be run.
    """
    by_kind: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        by_kind[item.kind].append(item)
    found: Sums = {}
    for alike in by_kind.values():
        alike.sort(key=lambda item: item.length)
        for start in range(0, len(alike), batch_size):
            batch = alike[start : start + batch_size]
            for item, loss in zip(batch, _batch_losses(model, batch), strict=True):
                _add(found, item, loss)
    return found


def _add(found: Sums, item: Item, loss: float | RowError) -> None:
    before = found.get(item.place, (0.0, 0))
    if isinstance(before, RowError):
        return
    if isinstance(loss, RowError):
        found[item.place] = loss
    else:
        found[item.place] = (before[0] + loss, before[1] + len(item.answer))


def _batch_losses(model: Model, batch: Sequence[Item]) -> list[float | RowError]:
    """The summed loss of each answer; where memory runs out, of fewer at a time."""
    try:
        return list(_summed(model, batch))
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise failure(error) from error
    if len(batch) == 1:
        return [no_room(batch[0].length)]
    middle = len(batch) // 2
    return [*_batch_losses(model, batch[:middle]), *_batch_losses(model, batch[middle:])]


def _summed(model: Model, batch: Sequence[Item]) -> list[float]:
    length = max(item.length for item in batch)
    first = min(len(item.prompt.tokens) for item in batch) - 1
    ids = np.full((len(batch), length), model.padding, np.int64)
    mask = np.zeros((len(batch), length), np.int64)
    for row, item in enumerate(batch):  # padded behind: positions stay what they are
        ids[row, : item.length] = np.concatenate([item.prompt.tokens, item.answer])
        mask[row, : item.length] = 1
    given = {
        "input_ids": torch.from_numpy(ids),
        "attention_mask": torch.from_numpy(mask),
        **_media(batch, length),
    }
    # Only what is said about answers is wanted: a vocabulary is large.
    if "logits_to_keep" in signature(model.network.forward).parameters:
        kept, skipped = {"logits_to_keep": length - first}, first
    else:
        kept, skipped = {}, 0
    with torch.inference_mode():
        there = {name: value.to(model.device) for name, value in given.items()}
        logits = model.network(**there, **kept, use_cache=False).logits
        return [_loss(logits[row], item, skipped) for row, item in enumerate(batch)]


def _media(batch: Sequence[Item], length: int) -> dict[str, Any]:
    """What else the model is given, of all conversations."""
    joined = {}
    for name, value in batch[0].prompt.media.items():
        values = [item.prompt.media[name] for item in batch]
        if batch[0].is_long(value):  # an answer has no pictures
            values = [torch.nn.functional.pad(v, (0, length - v.shape[1])) for v in values]
        joined[name] = torch.cat(values)
    return joined


def _loss(logits: Any, item: Item, skipped: int) -> float:
    """Minus the logarithm of an answer's probability.

    Args:
        logits: ``(T, V)``; what stands at a place is about the token after it.
        item: the answer.
        skipped: how many places are left out at the beginning.
    """
    first = len(item.prompt.tokens) - 1 - skipped
    about = logits[first : first + len(item.answer)].float()
    answer = torch.from_numpy(item.answer).to(about.device)
    return float(torch.nn.functional.cross_entropy(about, answer, reduction="sum"))
