"""Vectors that are compared by their direction."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Vectors: TypeAlias = npt.NDArray[np.float32]
"""``(N, D)``, each of length 1."""


def units(vectors: npt.NDArray[Any]) -> Vectors:
    """Bring vectors ``(N, D)`` to length 1; one of length 0 stays as it is."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return (vectors / np.where(lengths, lengths, 1)).astype(np.float32)
