"""How far a reconstruction is from its clip, as training sees it; both are normalised."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Loss: TypeAlias = Callable[[Tensor, Tensor], Tensor]


def mpjpe(again: Tensor, motion: Tensor) -> Tensor:
    """The mean distance of joints (..., 3)."""
    return (again - motion).norm(dim=-1).mean()


LOSSES: dict[str, Loss] = {
    "l1": F.l1_loss,
    "l1_smooth": F.smooth_l1_loss,
    "l2": F.mse_loss,
    "mpjpe": mpjpe,
}
"""By name; ``l1_smooth`` is T2M-GPT's, ``l1`` and ``mpjpe`` (for joints alone) MTVCrafter's."""
