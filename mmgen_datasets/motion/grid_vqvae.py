"""The motion tokenizer over time and joints: a code for each joint of each few frames.

The network of MTVCrafter's motion tokenizer (Ding et al., 2025), as llamafactory-multimodal uses
it, with the same names of weights. A clip goes through it in *chunks* of 8 frames, the first one
with what is left over, and back in chunks of 2 steps; codes depend on where chunks end, since
convolutions see zeros there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from mmgen_datasets.errors import UsageError
from mmgen_datasets.motion.quantize import RULES, Quantized, Quantizer

_CHUNK_FRAMES = 8
_CHUNK_STEPS = 2
_RESET_EVERY = 20
_GROUPS = 32
_EPSILON = 1e-6
_REACH = 512  # over the channels of a block: how far it looks


@dataclass(frozen=True)
class GridVQVAESettings:
    """The shape of the network; the defaults are those of the published one."""

    frame: tuple[int, ...] = (17, 3)
    """Joints, and numbers of each."""
    num_codes: int = 8192
    code_width: int = 3072
    widths: tuple[int, int] = (128, 512)
    """Channels outside and inside; multiples of 32."""
    halvings: tuple[bool, bool] = (True, True)
    """At which of its two stages the encoder halves time; the decoder doubles it in the first
    so many. ``(False, True)`` is what is called Tdown1-2."""
    quantizer: str = "ema_reset"
    """A name of `mmgen_datasets.motion.quantize.RULES`."""

    def __post_init__(self) -> None:
        if len(self.frame) != 2:
            raise UsageError(
                f"the clips have frames of the shape {self.frame}",
                "give joints, (T, J, 3), or choose the other network",
            )
        if self.quantizer not in RULES:
            raise UsageError(f"quantizer is {self.quantizer!r}", f"choose from {', '.join(RULES)}")
        if not any(self.halvings):
            raise UsageError("halvings are all False", "halve time at one stage at least")


class GridVQVAE(nn.Module):
    """The network; `latents` and `motions` take clips of several lengths at once."""

    Settings = GridVQVAESettings

    def __init__(self, settings: GridVQVAESettings) -> None:
        super().__init__()
        self.settings = settings
        outer, inner = settings.widths
        doublings = settings.halvings[::-1]
        self.encoder = _Half(
            (settings.frame[-1], outer, inner, settings.code_width),
            downsample1=_Down(outer, halves=settings.halvings[0]),
            downsample2=_Down(inner, halves=settings.halvings[1]),
        )
        self.decoder = _Half(
            (settings.code_width, inner, outer, settings.frame[-1]),
            upsample1=_Up(inner, doubles=doublings[0]),
            upsample2=_Up(outer, doubles=doublings[1]),
        )
        self.vq = Quantizer(
            settings.num_codes,
            settings.code_width,
            rule=settings.quantizer,
            reset_every=_RESET_EVERY,
        )
        self.shortest = _CHUNK_FRAMES
        """The least frames that a clip has."""
        self.whole = 1
        """What comes out has a multiple of so many frames."""
        self.least_steps = _CHUNK_STEPS
        """The least codes of a joint that can be decoded."""

    @property
    def quantizer(self) -> Quantizer:
        """The codebook, under the name that all networks have for it."""
        return self.vq

    def num_steps(self, num_frames: int) -> int:
        """How many codes each joint of a clip has."""
        return sum(map(self._steps_of, _chunks(num_frames, _CHUNK_FRAMES)))

    def _steps_of(self, num_frames: int) -> int:
        for halves in self.settings.halvings:
            num_frames = num_frames // 2 + num_frames % 2 if halves else num_frames
        return num_frames

    def forward(self, motions: Tensor) -> tuple[Tensor, Quantized]:
        """Reconstruct normalised clips of one length: (B, T, J, 3), T a multiple of 8."""
        latents = torch.stack(self.latents([*motions]))  # (B, T', J, D)
        quantized = self.vq(latents.flatten(0, 2))
        return torch.stack(self.motions([*quantized.latents.view_as(latents)])), quantized

    def latents(self, motions: Sequence[Tensor]) -> list[Tensor]:
        """What is quantized of clips (T, J, 3), each in (T', J, D)."""
        return _in_chunks(self.encoder, motions, _CHUNK_FRAMES)

    def motions(self, vectors: Sequence[Tensor]) -> list[Tensor]:
        """Clips (T, J, 3) of the vectors of their codes, each (T', J, D)."""
        return _in_chunks(self.decoder, vectors, _CHUNK_STEPS)


def _chunks(length: int, usual: int) -> list[int]:
    """How long each chunk is: the first has what is left over.

    Example:
        >>> _chunks(20, 8)
        [12, 8]
    """
    return [usual + length % usual, *[usual] * (length // usual - 1)]


def _in_chunks(
    half: Callable[[Tensor], Tensor], clips: Sequence[Tensor], usual: int
) -> list[Tensor]:
    """Send clips through in chunks, those of one length together."""
    chunks = [clip.split(_chunks(len(clip), usual)) for clip in clips]
    places = defaultdict(list)
    for clip, parts in enumerate(chunks):
        for part, chunk in enumerate(parts):
            places[len(chunk)].append((clip, part))
    done: dict[tuple[int, int], Tensor] = {}
    for where in places.values():
        batch = torch.stack([chunks[clip][part] for clip, part in where])
        out = half(batch.permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        done |= dict(zip(where, out, strict=True))
    return [
        torch.cat([done[clip, part] for part in range(len(parts))])
        for clip, parts in enumerate(chunks)
    ]


class _Half(nn.Module):
    """Encoder or decoder, which differ in how they change time: (B, C, T, J) to the same."""

    def __init__(self, widths: tuple[int, int, int, int], **stages: nn.Module) -> None:
        super().__init__()
        into, one, two, out = widths
        first, second = stages.items()
        self.conv_in = nn.Conv2d(into, one, 3, padding=1)
        self.resnet1 = nn.Sequential(*(_Block(one, one) for _ in range(3)))
        self.add_module(*first)
        self.resnet2 = _Block(one, two)
        self.resnet3 = nn.Sequential(*(_Block(two, two) for _ in range(3)))
        self.add_module(*second)
        self.conv_out = nn.Conv2d(two, out, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        for part in self.children():
            x = part(x)
        return x


class _Block(nn.Module):
    def __init__(self, into: int, out: int) -> None:
        super().__init__()
        reach = max(1, _REACH // out - 1)
        self.block = nn.Sequential(
            nn.GroupNorm(_GROUPS, into, eps=_EPSILON),
            nn.SiLU(),
            nn.Conv2d(into, out, 3, padding=reach, dilation=reach),
            nn.GroupNorm(_GROUPS, out, eps=_EPSILON),
            nn.SiLU(),
            nn.Conv2d(out, out, 1),
        )
        self.conv_short = nn.Conv2d(into, out, 1) if into != out else None

    def forward(self, x: Tensor) -> Tensor:
        return self.block(x) + (x if self.conv_short is None else self.conv_short(x))


class _Down(nn.Module):
    def __init__(self, width: int, *, halves: bool) -> None:
        super().__init__()
        self.halves = halves
        self.joint_downsample = nn.Conv1d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return _over_joints(self.joint_downsample, _halved(x) if self.halves else x)


class _Up(nn.Module):
    def __init__(self, width: int, *, doubles: bool) -> None:
        super().__init__()
        self.doubles = doubles
        self.upsampler = nn.Conv1d(width, width, 3, padding=1)

    def forward(self, x: Tensor) -> Tensor:
        return _over_joints(self.upsampler, _doubled(x) if self.doubles else x)


def _over_joints(conv: nn.Module, x: Tensor) -> Tensor:
    batch, _, frames, _ = x.shape
    rows = x.transpose(1, 2).flatten(0, 1)  # (B T, C, J)
    return conv(rows).unflatten(0, (batch, frames)).transpose(1, 2)


def _halved(x: Tensor) -> Tensor:
    """Average pairs of frames; of an odd number the first stays as it is."""
    alone = x.shape[2] % 2
    pairs = x[:, :, alone:].unflatten(2, (-1, 2)).mean(3)
    return torch.cat([x[:, :, :alone], pairs], 2)


def _doubled(x: Tensor) -> Tensor:
    """Twice as many frames, the outer ones where they were; of an odd number the first stays."""
    alone = x.shape[2] % 2 if x.shape[2] > 1 else 0
    rest = F.interpolate(x[:, :, alone:], scale_factor=(2, 1), mode="bilinear", align_corners=True)
    return torch.cat([x[:, :, :alone], rest], 2)
