"""The motion tokenizer over time: one code for each few frames.

The network of T2M-GPT (Zhang et al., CVPR 2023), which MotionGPT and MotionLLM use too, with the
same names of weights, so that published ones load. In a batch, clips may differ in length: what
lies behind the end of a clip is zero before every convolution, as it is for a clip by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.quantize import RULES, Quantized, Quantizer
from mmgen_datasets.motion.vqvae_norms import NORMS, Norm

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {
    "relu": F.relu,
    "silu": F.silu,
    "gelu": F.gelu,
}
"""Between the convolutions of a residual block, by name."""


@dataclass(frozen=True)
class VQVAESettings:
    """The shape of the network; the defaults are those of the published one."""

    frame: tuple[int, ...] = (263,)
    """Features of a frame: 263 for HumanML3D, 251 for KIT-ML."""
    num_codes: int = 512
    code_width: int = 512
    width: int = 512
    """Channels."""
    halvings: int = 2
    """How often time is halved: with 2, a code stands for 4 frames."""
    depth: int = 3
    """Residual blocks at each halving."""
    dilation_growth: int = 3
    activation: str = "relu"
    norm: str = "none"
    """A name of `NORMS`."""
    quantizer: str = "ema_reset"
    """A name of `mmgen_datasets.motion.quantize.RULES`."""

    def __post_init__(self) -> None:
        if len(self.frame) != 1:
            raise UsageError(
                f"the clips have frames of the shape {self.frame}",
                "give features, (T, D), or choose the other network",
            )
        for name, table in (("activation", ACTIVATIONS), ("norm", NORMS), ("quantizer", RULES)):
            if (word := getattr(self, name)) not in table:
                raise UsageError(f"{name} is {word!r}", f"choose from {', '.join(table)}")


class VQVAE(nn.Module):
    """The network; `latents` and `motions` take clips of several lengths at once."""

    Settings = VQVAESettings

    def __init__(self, settings: VQVAESettings) -> None:
        super().__init__()
        self.settings = settings
        self.encoder = _Encoder(settings)
        self.decoder = _Decoder(settings)
        self.quantizer = Quantizer(settings.num_codes, settings.code_width, rule=settings.quantizer)
        self.shortest = 2**settings.halvings
        """The least frames that make a code."""
        self.whole = self.shortest
        """What comes out has a multiple of so many frames."""
        self.least_steps = 1
        """The least codes that can be decoded."""

    def num_steps(self, num_frames: int) -> int:
        """How many codes a clip becomes."""
        return num_frames >> self.settings.halvings

    def forward(self, motions: Tensor) -> tuple[Tensor, Quantized]:
        """Reconstruct normalised clips of one length: (B, T, D), T a multiple of `whole`."""
        latents = self.encoder(motions.transpose(1, 2), None).transpose(1, 2)  # (B, T', C)
        quantized = self.quantizer(latents.reshape(-1, latents.shape[-1]))
        vectors = quantized.latents.view_as(latents)
        return self.decoder(vectors.transpose(1, 2), None).transpose(1, 2), quantized

    def latents(self, motions: Sequence[Tensor]) -> list[Tensor]:
        """What is quantized of clips (T, D), each in (T', C)."""
        batch, lengths = _padded(motions)
        latents = self.encoder(batch, lengths).transpose(1, 2)
        steps = [self.num_steps(len(motion)) for motion in motions]
        return [latents[row, :number] for row, number in enumerate(steps)]

    def motions(self, vectors: Sequence[Tensor]) -> list[Tensor]:
        """Clips (T, D) of the vectors of their codes, each (T', C)."""
        batch, lengths = _padded(vectors)
        motions = self.decoder(batch, lengths).transpose(1, 2)
        return [motions[row, : len(one) * self.whole] for row, one in enumerate(vectors)]


def _padded(rows: Sequence[Tensor]) -> tuple[Tensor, Tensor | None]:
    """Clips as (B, D, T), and their lengths where they differ."""
    lengths = [len(row) for row in rows]
    batch = nn.utils.rnn.pad_sequence([*rows], batch_first=True).transpose(1, 2)
    if len({*lengths}) == 1:
        return batch, None
    return batch, torch.tensor(lengths, device=batch.device)


def _mask(lengths: Tensor | None, num_frames: int) -> Tensor | None:
    """1 in a clip, 0 behind its end: (B, 1, T)."""
    if lengths is None:
        return None
    frames = torch.arange(num_frames, device=lengths.device)
    return (frames < lengths[:, None])[:, None].float()


def _kept(x: Tensor, mask: Tensor | None) -> Tensor:
    return x if mask is None else x * mask


class _Block(nn.Module):
    def __init__(self, settings: VQVAESettings, dilation: int) -> None:
        super().__init__()
        width = settings.width
        self.act = ACTIVATIONS[settings.activation]
        self.norm1: Norm = NORMS[settings.norm](width)
        self.norm2: Norm = NORMS[settings.norm](width)
        self.conv1 = nn.Conv1d(width, width, 3, padding=dilation, dilation=dilation)
        self.conv2 = nn.Conv1d(width, width, 1)

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        inner = self.conv1(_kept(self.act(self.norm1(x, mask)), mask))
        return x + self.conv2(self.act(self.norm2(inner, mask)))


class _Blocks(nn.Module):
    """Residual blocks, the farthest-looking first, in the encoder as in the decoder."""

    def __init__(self, settings: VQVAESettings) -> None:
        super().__init__()
        reach = [settings.dilation_growth**level for level in range(settings.depth)]
        self.model = nn.Sequential(*(_Block(settings, dilation) for dilation in reversed(reach)))

    def forward(self, x: Tensor, mask: Tensor | None) -> Tensor:
        for block in self.model:
            x = block(x, mask)
        return x


class _Encoder(nn.Module):
    def __init__(self, settings: VQVAESettings) -> None:
        super().__init__()
        width = settings.width
        self.model = nn.Sequential(
            nn.Conv1d(*settings.frame, width, 3, padding=1),
            nn.ReLU(),
            *(
                nn.Sequential(nn.Conv1d(width, width, 4, stride=2, padding=1), _Blocks(settings))
                for _ in range(settings.halvings)
            ),
            nn.Conv1d(width, settings.code_width, 3, padding=1),
        )

    def forward(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        """(B, D, T), zero behind the ends, to (B, C, T')."""
        first, act, *stages, last = self.model
        x = act(first(x))
        for halving, blocks in stages:
            x = halving(_kept(x, _mask(lengths, x.shape[-1])))
            lengths = None if lengths is None else lengths // 2
            x = blocks(x, _mask(lengths, x.shape[-1]))
        return last(_kept(x, _mask(lengths, x.shape[-1])))


class _Decoder(nn.Module):
    def __init__(self, settings: VQVAESettings) -> None:
        super().__init__()
        width = settings.width
        self.model = nn.Sequential(
            nn.Conv1d(settings.code_width, width, 3, padding=1),
            nn.ReLU(),
            *(
                nn.Sequential(
                    _Blocks(settings),
                    nn.Upsample(scale_factor=2, mode="nearest"),
                    nn.Conv1d(width, width, 3, padding=1),
                )
                for _ in range(settings.halvings)
            ),
            nn.Conv1d(width, width, 3, padding=1),
            nn.ReLU(),
            nn.Conv1d(width, *settings.frame, 3, padding=1),
        )

    def forward(self, x: Tensor, lengths: Tensor | None) -> Tensor:
        """(B, C, T'), zero behind the ends, to (B, D, T)."""
        first, act, *stages, wide, wide_act, last = self.model
        x = act(first(x))
        for blocks, doubling, conv in stages:
            x = doubling(blocks(x, _mask(lengths, x.shape[-1])))
            lengths = None if lengths is None else lengths * 2
            x = conv(_kept(x, _mask(lengths, x.shape[-1])))
        mask = _mask(lengths, x.shape[-1])
        x = wide_act(wide(_kept(x, mask)))
        return last(_kept(x, mask))
