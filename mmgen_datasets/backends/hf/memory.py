"""Keys and values: of beginnings that chats share, and of what each chat adds of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
import torch

Tensor: TypeAlias = torch.Tensor
Tokens: TypeAlias = npt.NDArray[np.int64]
"""``(T,)``: token numbers."""

_STEP = 128  # tokens by which rows grow, at least


@dataclass(frozen=True, eq=False)
class Beginning:
    """What several chats begin with, evaluated once."""

    tokens: Tokens
    layers: dict[int, tuple[Tensor, Tensor]]
    """Keys and values of each layer, ``(1, G, P, D)``."""


@dataclass(frozen=True, eq=False)
class Growth:
    """The tokens that one call adds to neighbouring rows; padded on the left to the longest."""

    first: int
    """The first row; the others follow."""
    past: list[int]
    """How many tokens of its own each row has."""
    added: list[int]
    """How many tokens each row gets."""
    device: torch.device

    @property
    def rows(self) -> slice:
        return slice(self.first, self.first + len(self.past))

    @cached_property
    def held(self) -> int:
        """How many tokens of its own the longest row has after the call."""
        return max(p + a for p, a in zip(self.past, self.added, strict=True))

    @cached_property
    def ends(self) -> Tensor:
        """``(R,)``: how many tokens of its own each row has after the call."""
        ends = [p + a for p, a in zip(self.past, self.added, strict=True)]
        return torch.tensor(ends, device=self.device)


class Memory:
    """A row of keys and values for each chat, in each layer; rows grow as they are needed."""

    def __init__(self) -> None:
        self._most = 0
        self._layers: dict[int, tuple[Tensor, Tensor]] = {}  # (rows, G, room, D)

    def limit(self, rows: int) -> None:
        """Have so many rows at most from now on; those beyond are given back."""
        self._most = rows
        for layer, (keys, values) in list(self._layers.items()):
            if len(keys) > rows:
                self._layers[layer] = keys[:rows].clone(), values[:rows].clone()

    def clear(self) -> None:
        """Give all memory back."""
        self._layers.clear()

    def extend(
        self, layer: int, key: Tensor, value: Tensor, growth: Growth
    ) -> tuple[Tensor, Tensor]:
        """Write new keys and values behind those that rows have.

        Args:
            layer: the number of the layer.
            key: ``(R, G, T, D)``.
            value: ``(R, G, T, D)``.
            growth: whose they are.

        Returns:
            All keys and values of these rows, ``(R, G, L, D)``, `L` being the longest.
        """
        roomy = self._roomy(layer, key, value, growth)
        keys, values = (each[growth.rows, :, : growth.held] for each in roomy)
        if key.shape[2] == 1:
            each = torch.arange(len(key), device=key.device)
            place = growth.ends.to(key.device) - 1
            keys[each, :, place] = key[:, :, 0]
            values[each, :, place] = value[:, :, 0]
            return keys, values
        for row, (start, number) in enumerate(zip(growth.past, growth.added, strict=True)):
            keys[row, :, start : start + number] = key[row, :, -number:]
            values[row, :, start : start + number] = value[row, :, -number:]
        return keys, values

    def move(self, source: int, target: int, length: int) -> None:
        """Copy the first tokens of one row over those of another."""
        for keys, values in self._layers.values():
            keys[target, :, :length] = keys[source, :, :length]
            values[target, :, :length] = values[source, :, :length]

    def beginning(self, row: int, tokens: Tokens) -> Beginning:
        """Keep what a row has apart, for chats to share."""
        number = len(tokens)
        return Beginning(
            tokens,
            {
                layer: (
                    keys[row : row + 1, :, :number].clone(),
                    values[row : row + 1, :, :number].clone(),
                )
                for layer, (keys, values) in self._layers.items()
            },
        )

    def _roomy(
        self, layer: int, key: Tensor, value: Tensor, growth: Growth
    ) -> tuple[Tensor, Tensor]:
        """The layer's memory, made larger if it has to be."""
        found = self._layers.get(layer)
        rows, room = growth.rows.stop, growth.held
        if found is None or len(found[0]) < rows or found[0].shape[2] < room:
            before, old = (len(found[0]), found[0].shape[2]) if found else (0, 0)
            if rows > before:
                rows = max(rows, min(2 * before, self._most))
            if room > old:
                room = -(-room * 5 // 4 // _STEP) * _STEP
            rows, room = max(rows, before), max(room, old)
            found = self._layers[layer] = (
                _larger(key, found and found[0], rows, room),
                _larger(value, found and found[1], rows, room),
            )
        return found


def _larger(like: Tensor, old: Tensor | None, rows: int, room: int) -> Tensor:
    # Zeros: what is not written yet is multiplied by zero, and must be a number for that.
    new = like.new_zeros((rows, like.shape[1], room, like.shape[3]))
    if old is not None:
        new[: len(old), :, : old.shape[2]] = old
    return new
