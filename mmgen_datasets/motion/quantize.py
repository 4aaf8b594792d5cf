"""Vector quantizers: each latent becomes the code whose vector is nearest.

Four rules say how a codebook learns, named as in T2M-GPT (Zhang et al., CVPR 2023): moving averages
(van den Oord et al., "Neural Discrete Representation Learning", 2017, appendix A) with dead codes
put back to use, or without; gradients; or only the putting back. Unlike there, the averages and
whether the codebook has begun are kept with it, so that training which is taken up again goes on
where it was.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

_DECAY = 0.99
_ALIVE = 1.0  # a code whose average count is below is dead
_GONE = 1e-12  # a code whose average count is below stays where it is
_ROWS = 4096  # latents whose distances are in memory at once
_UNSURE = 1e-5  # of the squared lengths: what rounding may change in a distance, and more


@dataclass(frozen=True)
class Rule:
    """How a codebook learns."""

    summary: str
    averages: bool = False
    """The codebook is the moving average of the latents that chose each code."""
    resets: bool = False
    """Dead codes are replaced by latents of the batch."""
    gradient: bool = False


RULES = {
    "ema_reset": Rule(
        "moving averages; dead codes start anew at latents of the batch",
        averages=True,
        resets=True,
    ),
    "ema": Rule("moving averages alone", averages=True),
    "orig": Rule("gradients, as in the first VQ-VAE", gradient=True),
    "reset": Rule("dead codes start anew at latents of the batch, others stay", resets=True),
}
"""How a codebook learns, by name."""


class Quantized(NamedTuple):
    """What a quantizer makes of latents."""

    latents: Tensor
    """The vectors of the codes, with the gradient of the latents: (N, D)."""
    codes: Tensor
    """(N,) int64."""
    loss: Tensor
    """What the commitment of the latents, and a codebook that learns by gradient, add."""
    perplexity: Tensor
    """How many codes the batch used, had it used them evenly."""


class Quantizer(nn.Module):
    """A codebook and its rule.

    Args:
        num_codes: how many vectors it has.
        width: of each.
        rule: a name of `RULES`.
        reset_every: dead codes are replaced at every so manieth step.
    """

    codebook: Tensor

    def __init__(
        self, num_codes: int, width: int, *, rule: str = "ema_reset", reset_every: int = 1
    ) -> None:
        super().__init__()
        self.rule, self.reset_every = RULES[rule], reset_every
        if self.rule.gradient:
            self.embedding = nn.Embedding(num_codes, width)
            nn.init.uniform_(self.embedding.weight, -1 / num_codes, 1 / num_codes)
        else:
            self.register_buffer("codebook", torch.zeros(num_codes, width))
        self.register_buffer("has_begun", torch.tensor(self.rule.gradient))
        self.register_buffer("code_sum", torch.zeros(num_codes, width))
        self.register_buffer("code_count", torch.zeros(num_codes))
        self.register_buffer("num_steps", torch.tensor(0))

    @property
    def vectors(self) -> Tensor:
        """The vector of each code: (num_codes, width)."""
        return self.embedding.weight if self.rule.gradient else self.codebook

    def forward(self, latents: Tensor) -> Quantized:
        """Quantize latents (N, D); in training the codebook learns from them."""
        if self.training and not self.has_begun:
            self._begin(latents.detach())
        codes = nearest(latents.detach(), self.vectors.detach()).codes
        chosen = F.embedding(codes, self.vectors)
        loss = F.mse_loss(latents, chosen.detach())
        if self.rule.gradient:
            loss = loss + F.mse_loss(chosen, latents.detach())
        counts = torch.bincount(codes, minlength=len(self.vectors)).to(latents.dtype)
        if self.training:
            with torch.no_grad():
                self._learn(latents.detach(), codes, counts)
        # The gradient of what comes out goes to what came in as if nothing were between.
        through = latents + (chosen - latents).detach()
        return Quantized(through, codes, loss, perplexity(counts))

    def begin_at(self, vectors: Tensor) -> None:
        """Let training go on from vectors of which nothing else is known."""
        with torch.no_grad():
            self.vectors.copy_(vectors)
            self.code_sum.copy_(vectors)
            self.code_count.fill_(1.0)
            self.has_begun.fill_(True)

    def _begin(self, latents: Tensor) -> None:
        self.begin_at(_tiled(latents, len(self.vectors)))

    def _learn(self, latents: Tensor, codes: Tensor, counts: Tensor) -> None:
        self.num_steps += 1
        alive = counts >= _ALIVE
        if self.rule.averages:
            sums = torch.zeros_like(self.code_sum).index_add_(0, codes, latents)
            self.code_sum.mul_(_DECAY).add_(sums, alpha=1 - _DECAY)
            self.code_count.mul_(_DECAY).add_(counts, alpha=1 - _DECAY)
            alive = self.code_count >= _ALIVE
            known = self.code_count > _GONE
            self.codebook[known] = self.code_sum[known] / self.code_count[known, None]
        if self.rule.resets and self.num_steps % self.reset_every == 0:
            fresh = _tiled(latents, len(alive))
            self.codebook[~alive] = fresh[~alive]


class Nearest(NamedTuple):
    """The code nearest to each latent."""

    codes: Tensor
    """(N,) int64; of equals the first."""
    is_sure: Tensor
    """(N,) bool: whether the next one is so much farther that rounding cannot change places."""


def nearest(latents: Tensor, codebook: Tensor) -> Nearest:
    """Find the code of each latent (N, D) by squared distance."""
    codes, is_sure = [], []
    lengths = codebook.square().sum(1)
    for rows in latents.split(_ROWS):
        own = rows.square().sum(1, keepdim=True)
        distances = own - 2 * rows @ codebook.T + lengths  # (N, num_codes)
        codes.append(distances.argmin(1))
        two = distances.topk(min(2, len(codebook)), 1, largest=False).values
        scale = own[:, 0] + lengths[codes[-1]]
        is_sure.append(two[:, -1] - two[:, 0] > _UNSURE * scale)
    if not codes:
        return Nearest(latents.new_zeros(0, dtype=torch.int64), latents.new_zeros(0).bool())
    return Nearest(torch.cat(codes), torch.cat(is_sure))


def perplexity(counts: Tensor) -> Tensor:
    """How many codes would be as unpredictable, were all used alike.

    Example:
        >>> round(float(perplexity(torch.tensor([5.0, 5.0, 0.0]))), 3)
        2.0
    """
    share = counts / counts.sum()
    return torch.exp(-(share * torch.log(share + 1e-7)).sum())


def _tiled(latents: Tensor, number: int) -> Tensor:
    """The first latents; where there are too few, again and a little apart."""
    if len(latents) < number:
        latents = latents.repeat(math.ceil(number / len(latents)), 1)
        latents = latents + torch.randn_like(latents) * (0.01 / math.sqrt(latents.shape[1]))
    return latents[:number]
