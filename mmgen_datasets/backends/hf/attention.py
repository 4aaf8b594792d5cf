"""Attention of many chats that share their beginnings.

Keys and values of a beginning are stored once, without a copy for each chat. When each chat adds
one token, the queries of all chats of a beginning meet its keys in one matrix product; what they
add of their own is attended to apart, and the two are merged by their sums of exponentials.
Softmax is in fp32 whatever the weights are in.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, TypeAlias

import torch
from transformers import AttentionInterface
from transformers.integrations.sdpa_attention import sdpa_attention_forward

from mmgen_datasets.backends.hf.memory import Beginning, Growth, Memory

Tensor: TypeAlias = torch.Tensor

NAME = "mmgen_slots"
"""What a model is told to call for its attention."""


class UnfitError(NotImplementedError):
    """The model's attention has something that is not computed here."""


@dataclass(frozen=True, eq=False)
class Pass:
    """What one call of a model is to compute: a stretch of tokens for each of some rows."""

    memory: Memory
    growth: Growth
    beginnings: list[Beginning | None]
    """Of each row; one and the same where rows get more than a token."""

    @cached_property
    def reach(self) -> int:
        """How far the last token of the longest row sees, at most; itself included."""
        return self.growth.held + max(map(_length, self.beginnings))

    @cached_property
    def companies(self) -> list[tuple[Any, Beginning | None]]:
        """Each beginning, and the rows that have it."""
        if len(set(map(id, self.beginnings))) == 1:
            return [(slice(None), self.beginnings[0])]
        members: dict[int, list[int]] = {}
        for row, beginning in enumerate(self.beginnings):
            members.setdefault(id(beginning), []).append(row)
        return [
            (torch.tensor(rows, device=self.growth.device), self.beginnings[rows[0]])
            for rows in members.values()
        ]


def _length(beginning: Beginning | None) -> int:
    return len(beginning.tokens) if beginning else 0


_LOCAL = threading.local()


@contextmanager
def computing(current: Pass) -> Iterator[None]:
    """Have a model that is called in this block, in this thread, compute a pass."""
    _LOCAL.current = current
    try:
        yield
    finally:
        _LOCAL.current = None


def attend(
    module: torch.nn.Module,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor | None,
    scaling: float | None = None,
    sliding_window: int | None = None,
    **others: Any,
) -> tuple[Tensor, None]:
    """Attend as the pass at hand says; outside of one, as for a chat on its own.

    Args:
        module: one layer's attention; has ``layer_idx``.
        query: ``(R, H, T, D)``.
        key: ``(R, G, T, D)``: groups of heads share keys and values.
        value: ``(R, G, T, D)``.
        attention_mask: None; the model is given none.
        scaling: of the products; None for ``D ** -0.5``.
        sliding_window: how far back a token sees.
        others: must not ask for more.

    Returns:
        ``(R, T, H, D)``.

    Raises:
        UnfitError: the layer wants something that is not computed here.
    """
    current: Pass | None = getattr(_LOCAL, "current", None)
    if current is None:
        mixed, _ = sdpa_attention_forward(
            module, query, key, value, attention_mask, scaling=scaling
        )
        return mixed, None
    refuse_unknown(others)
    layer = _Layer(
        module.layer_idx,
        query.shape[-1] ** -0.5 if scaling is None else scaling,
        _window(module, sliding_window, current),
    )
    keys, values = current.memory.extend(layer.number, key, value, current.growth)
    if query.shape[2] > 1 or not any(current.beginnings):
        return _attend_long(module, query, keys, values, layer, current), None
    return _attend_one(query, keys, values, layer, current), None


AttentionInterface.register(NAME, attend)


def refuse_unknown(asked: Mapping[str, Any]) -> None:
    """Look through what else a layer asks of its attention.

    Raises:
        UnfitError: something that is not computed here.
    """
    unknown = ("softcap", "s_aux", "position_bias", "head_mask")
    if found := [name for name in unknown if asked.get(name) is not None]:
        raise UnfitError(f"attention with {', '.join(found)}")


class _Layer(NamedTuple):
    number: int
    scaling: float
    window: int | None
    """How far back a token sees, itself included; None for all the way."""


def _window(module: torch.nn.Module, told: int | None, current: Pass) -> int | None:
    kinds = getattr(module.config, "layer_types", None)
    limit = getattr(module.config, "sliding_window", None)
    slides = kinds[module.layer_idx] == "sliding_attention" if kinds else limit is not None
    if slides and told is None:  # only a mask would tell, and no mask is asked for
        raise UnfitError("a sliding window that the layer does not tell")
    return None if told is None or told >= current.reach else told


def _attend_long(
    module: torch.nn.Module,
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    layer: _Layer,
    current: Pass,
) -> Tensor:
    """Attend for rows of one beginning, as if each had a copy of it; for prompts."""
    beginning = current.beginnings[0]
    if beginning is not None:
        shared_keys, shared_values = beginning.layers[layer.number]
        keys = torch.cat([shared_keys.expand(len(keys), -1, -1, -1), keys], 2)
        values = torch.cat([shared_values.expand(len(values), -1, -1, -1), values], 2)
    # The last token sees all of the row, the one before it one fewer. Padding sees one token,
    # since the softmax of nothing is no number.
    back = torch.arange(query.shape[2] - 1, -1, -1, device=query.device)
    sees = (current.growth.ends.to(query.device)[:, None] - back).clamp(min=1)  # (R, T)
    sees = sees[:, None, :, None]
    place = torch.arange(-_length(beginning), current.growth.held, device=query.device)
    mask = place < sees  # (R, 1, T, P + L)
    if layer.window is not None:
        mask &= place >= sees - layer.window
    mixed: Tensor
    mixed, _ = sdpa_attention_forward(module, query, keys, values, mask, scaling=layer.scaling)
    return mixed


class _Part(NamedTuple):
    """A softmax over some of the keys, before it is divided."""

    top: Tensor  # (..., 1): the largest score
    total: Tensor  # (..., 1): the sum of exponentials of scores less the top
    mixed: Tensor  # (..., D): the sum of values, each times its exponential


def _attend_one(
    query: Tensor,
    keys: Tensor,
    values: Tensor,
    layer: _Layer,
    current: Pass,
) -> Tensor:
    """Attend for one new token of each row."""
    rows, heads, _, width = query.shape
    groups = keys.shape[1]
    asked = (query * layer.scaling).view(rows, groups, heads // groups, width)
    own = asked @ keys.mT  # (R, G, H/G, L)
    ends = current.growth.ends.to(query.device)[:, None]
    place = torch.arange(keys.shape[2], device=query.device)
    hidden = place >= ends  # (R, L)
    if layer.window is not None:
        hidden |= place < ends - layer.window
    parts = _part(own.float().masked_fill_(hidden[:, None, None], -torch.inf), values)
    merged = torch.empty_like(parts.mixed)
    for members, beginning in current.companies:
        of = members if isinstance(members, slice) else members.to(query.device)
        mine = _Part(*(each[of] for each in parts))
        if beginning is not None:
            first = None if layer.window is None else ends[of] - layer.window
            mine = _merge(mine, _shared(asked[of], *beginning.layers[layer.number], first))
        merged[of] = mine.mixed / mine.total
    return merged.to(query.dtype).view(rows, 1, heads, width)


def _shared(asked: Tensor, keys: Tensor, values: Tensor, first: Tensor | None) -> _Part:
    """Attend to a beginning for all of its rows at once.

    Args:
        asked: ``(N, G, H/G, D)``.
        keys: ``(1, G, P, D)``.
        values: ``(1, G, P, D)``.
        first: ``(N, 1)``: the first place that each row sees, 0 being the one behind the
            beginning; None for all.
    """
    rows, groups, heads, width = asked.shape
    stacked = asked.transpose(0, 1).reshape(groups, rows * heads, width)
    scores = (stacked @ keys[0].mT).float()  # (G, N * H/G, P)
    if first is not None:
        place = torch.arange(-keys.shape[2], 0, device=keys.device)
        scores.masked_fill_((place < first).repeat_interleave(heads, 0), -torch.inf)
    part = _part(scores, values[0])
    return _Part(*(each.view(groups, rows, heads, -1).transpose(0, 1) for each in part))


def _part(scores: Tensor, values: Tensor) -> _Part:
    top = scores.amax(-1, keepdim=True).clamp(min=torch.finfo(scores.dtype).min)  # if none is seen
    weights = scores.sub_(top).exp_()
    return _Part(top, weights.sum(-1, keepdim=True), (weights.to(values.dtype) @ values).float())


def _merge(one: _Part, other: _Part) -> _Part:
    top = torch.maximum(one.top, other.top)
    a, b = (one.top - top).exp(), (other.top - top).exp()
    return _Part(top, one.total * a + other.total * b, one.mixed * a + other.mixed * b)
