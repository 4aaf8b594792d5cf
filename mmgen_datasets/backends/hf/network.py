"""Calls of a model: tokens of some rows in, the numbers of their next tokens out."""

from __future__ import annotations

import inspect
from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Any

import numpy as np
import torch

from mmgen_datasets.backends.hf.attention import NAME, Pass, computing
from mmgen_datasets.backends.hf.memory import Beginning, Growth, Memory, Tensor, Tokens
from mmgen_datasets.backends.hf.model import Model, Prompt

PASS = 2048
"""Tokens of prompts that are evaluated in one call, padding included."""


class Network:
    """A model whose attention reads and writes a memory of rows.

    Args:
        model: that is called.
    """

    def __init__(self, model: Model) -> None:
        self.memory = Memory()
        self._model = model
        use_attention(model, NAME)

    def extend(
        self,
        first: int,
        tokens: Sequence[Tokens],
        past: Sequence[int],
        beginnings: Sequence[Beginning | None],
        positions: Tensor | None = None,
        media: Mapping[str, Tensor] | None = None,
    ) -> Tensor:
        """Evaluate more tokens of some rows.

        Args:
            first: the first row; the others follow.
            tokens: of each row.
            past: how many each row has already, without its beginning.
            beginnings: of each row; the same one where there is more than a token for a row.
            positions: of the tokens, ``(1, R, T)`` or one for each axis; None for one after the
                other.
            media: what else the model is given.

        Returns:
            ``(R, V)``: logits after the last token of each.
        """
        device = self._model.device
        longest = max(map(len, tokens))
        ids = np.full((len(tokens), longest), self._model.padding, np.int64)
        places = np.zeros_like(ids)
        for row, (some, start, beginning) in enumerate(zip(tokens, past, beginnings, strict=True)):
            begin = start + (len(beginning.tokens) if beginning else 0)
            ids[row, longest - len(some) :] = some
            places[row, longest - len(some) :] = np.arange(begin, begin + len(some))
        growth = Growth(first, list(past), [len(some) for some in tokens], device)
        if positions is None:
            positions = torch.from_numpy(places)
        given = {name: value.to(device) for name, value in (media or {}).items()}
        with torch.inference_mode(), computing(Pass(self.memory, growth, list(beginnings))):
            found = self._model.network(
                input_ids=torch.from_numpy(ids).to(device),
                position_ids=positions.to(device),
                use_cache=False,
                **self._last_only,
                **given,
            )
        logits: Tensor = found.logits[:, -1].float()
        return logits

    def extend_long(self, row: int, tokens: Tokens, beginning: Beginning | None) -> Tensor:
        """Evaluate all of one row's own tokens, in as many calls as it takes."""
        for start in range(0, len(tokens), PASS):
            logits = self.extend(row, [tokens[start : start + PASS]], [start], [beginning])
        return logits

    def extend_seeing(
        self, row: int, prompt: Prompt, more: Tokens, beginning: Beginning | None
    ) -> tuple[Tensor, int]:
        """Evaluate a chat with pictures, and what is written of its reply.

        Returns:
            Logits ``(1, V)``, and how far the reply's positions are ahead of its tokens.
        """
        start = len(beginning.tokens) if beginning else 0
        length = len(prompt.tokens)
        positions = self._positions(prompt)
        shift = int(positions[..., -1].max()) - (length - 1)
        media = {
            name: value[:, start:] if value.shape[:2] == (1, length) else value
            for name, value in prompt.media.items()
        }
        logits = self.extend(
            row, [prompt.tokens[start:]], [0], [beginning], positions[..., start:], media
        )
        if len(more):
            places = torch.arange(length + shift, length + shift + len(more))[None]
            logits = self.extend(row, [more], [length - start], [beginning], places)
        return logits, shift

    def _positions(self, prompt: Prompt) -> Tensor:
        """``(1, T)``, or ``(3, 1, T)`` where a picture's tokens have a place in time and space."""
        ids = torch.from_numpy(prompt.tokens)[None]
        indexed = getattr(self._model.network.base_model, "get_rope_index", None)
        if indexed is None:
            return torch.arange(ids.shape[1])[None]
        positions: Tensor = indexed(ids, **prompt.media)[0]
        return positions

    @cached_property
    def _last_only(self) -> dict[str, Any]:
        known = inspect.signature(self._model.network.forward).parameters
        return {"logits_to_keep": 1} if "logits_to_keep" in known else {}


def use_attention(model: Model, name: str) -> None:
    """Have the language layers attend in a way that is registered, not those of an encoder."""
    is_all = model.config is model.network.config
    model.network.set_attn_implementation(name if is_all else {"text_config": name})
