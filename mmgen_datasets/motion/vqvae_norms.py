"""Norms of channels over time (B, C, T) that do not see what is behind the end of a clip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import torch
from torch import Tensor, nn

Norm: TypeAlias = Any
"""A module that is called with (B, C, T) and a mask (B, 1, T), 1 in a clip, or None."""

_EPSILON = 1e-6
_GROUPS = 32


class _NoNorm(nn.Module):
    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return x


class _LayerNorm(nn.LayerNorm):
    """Over the channels of a frame."""

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return super().forward(x.transpose(1, 2)).transpose(1, 2)


class _GroupNorm(nn.GroupNorm):
    """Over some channels of all frames of a clip, computed alike with and without a mask.

    Torch's own takes the mean of squares, which loses digits where a channel hardly varies.
    """

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        grouped = x.unflatten(1, (self.num_groups, -1))  # (B, G, C / G, T)
        inside = torch.ones_like(x[:, None, :1]) if mask is None else mask[:, None]
        number = inside.sum((2, 3), keepdim=True) * grouped.shape[2]
        mean = (grouped * inside).sum((2, 3), keepdim=True) / number
        apart = grouped - mean
        variance = (apart.square() * inside).sum((2, 3), keepdim=True) / number
        normed = (apart / (variance + self.eps).sqrt()).flatten(1, 2)
        return normed * self.weight[:, None] + self.bias[:, None]


class _BatchNorm(nn.BatchNorm1d):
    """Over all frames of a batch in training, where clips have one length; else as learned."""

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        return super().forward(x)


NORMS: dict[str, Callable[[int], Norm]] = {
    "none": lambda width: _NoNorm(),
    "LN": _LayerNorm,
    "GN": lambda width: _GroupNorm(_GROUPS, width, eps=_EPSILON),
    "BN": lambda width: _BatchNorm(width, eps=_EPSILON),
}
"""A norm for so many channels, by the name that T2M-GPT gives it."""
