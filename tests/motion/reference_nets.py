"""The two published networks written down plainly: one clip at a time, from a state dict.

Nothing of the library is used. Published weights have the names and shapes given here.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor
from torch.nn import functional as F  # noqa: N812

Weights = Mapping[str, Tensor]


def vqvae_shapes(
    features: int = 263, width: int = 512, codes: int = 512, code_width: int = 512, down: int = 2
) -> dict[str, tuple[int, ...]]:
    """Every key of a published T2M-GPT network, without the codebook's weights' prefix."""
    convs = {"encoder.model.0": (width, features, 3)}
    for stage in range(2, down + 2):
        convs[f"encoder.model.{stage}.0"] = (width, width, 4)
        for block in range(3):
            for half, name in (("encoder", f"{stage}.1"), ("decoder", f"{stage}.0")):
                at = f"{half}.model.{name}.model.{block}"
                convs[f"{at}.conv1"] = (width, width, 3)
                convs[f"{at}.conv2"] = (width, width, 1)
        convs[f"decoder.model.{stage}.2"] = (width, width, 3)
    convs[f"encoder.model.{down + 2}"] = (code_width, width, 3)
    convs["decoder.model.0"] = (width, code_width, 3)
    convs[f"decoder.model.{down + 2}"] = (width, width, 3)
    convs[f"decoder.model.{down + 4}"] = (features, width, 3)
    shapes: dict[str, tuple[int, ...]] = {"vqvae.quantizer.codebook": (codes, code_width)}
    for name, shape in convs.items():
        shapes[f"vqvae.{name}.weight"] = shape
        shapes[f"vqvae.{name}.bias"] = shape[:1]
    return shapes


def grid_shapes(
    codes: int = 8192, code_width: int = 3072, outer: int = 128, inner: int = 512
) -> dict[str, tuple[int, ...]]:
    """Every key of a published grid network."""
    shapes: dict[str, tuple[int, ...]] = {"vq.codebook": (codes, code_width)}

    def add(name: str, *shape: int) -> None:
        shapes[f"{name}.weight"], shapes[f"{name}.bias"] = shape, shape[:1]

    def block(name: str, into: int, out: int) -> None:
        add(f"{name}.block.0", into)
        add(f"{name}.block.2", out, into, 3, 3)
        add(f"{name}.block.3", out)
        add(f"{name}.block.5", out, out, 1, 1)
        if into != out:
            add(f"{name}.conv_short", out, into, 1, 1)

    for half, into, one, two, out, stage in (
        ("encoder", 3, outer, inner, code_width, "downsample{}.joint_downsample"),
        ("decoder", code_width, inner, outer, 3, "upsample{}.upsampler"),
    ):
        add(f"{half}.conv_in", one, into, 3, 3)
        for number in range(3):
            block(f"{half}.resnet1.{number}", one, one)
            block(f"{half}.resnet3.{number}", two, two)
        add(f"{half}.{stage.format(1)}", one, one, 3)
        block(f"{half}.resnet2", one, two)
        add(f"{half}.{stage.format(2)}", two, two, 3)
        add(f"{half}.conv_out", out, two, 3, 3)
    return shapes


def chance_weights(shapes: Mapping[str, tuple[int, ...]], seed: int = 0) -> dict[str, Tensor]:
    """Weights of chance that keep numbers of the size of 1."""
    generator = torch.Generator().manual_seed(seed)
    weights = {}
    for name, shape in shapes.items():
        values = torch.randn(shape, generator=generator)
        fan = max(1, values[0].numel() if len(shape) > 1 else 100)
        weights[name] = values if "codebook" in name else values * (1.2 / fan**0.5)
        if ".block.0.weight" in name or ".block.3.weight" in name:
            weights[name] = 1 + weights[name]
    return weights


def nearest_codes(latents: Tensor, book: Tensor) -> Tensor:
    """The code of each latent (N, D), in double precision."""
    return torch.cdist(latents.double(), book.double()).argmin(1)


def vqvae_codes(weights: Weights, clip: Tensor) -> Tensor:
    """(T, D) normalised features to codes."""

    def conv(x: Tensor, name: str, **how: int) -> Tensor:
        at = f"vqvae.encoder.model.{name}"
        return F.conv1d(x, weights[f"{at}.weight"], weights[f"{at}.bias"], **how)

    down = 2
    x = conv(clip.T[None], "0", padding=1).relu()
    for stage in range(2, 2 + down):
        x = conv(x, f"{stage}.0", stride=2, padding=1)
        for block, reach in enumerate((9, 3, 1)):
            at = f"{stage}.1.model.{block}"
            inner = conv(x.relu(), f"{at}.conv1", padding=reach, dilation=reach)
            x = x + conv(inner.relu(), f"{at}.conv2")
    x = conv(x, f"{2 + down}", padding=1)
    return nearest_codes(x[0].T, weights["vqvae.quantizer.codebook"])


def vqvae_clip(weights: Weights, codes: Tensor) -> Tensor:
    """Codes to (T, D) normalised features."""

    def conv(x: Tensor, name: str, **how: int) -> Tensor:
        at = f"vqvae.decoder.model.{name}"
        return F.conv1d(x, weights[f"{at}.weight"], weights[f"{at}.bias"], **how)

    down = 2
    x = conv(weights["vqvae.quantizer.codebook"][codes].T[None], "0", padding=1).relu()
    for stage in range(2, 2 + down):
        for block, reach in enumerate((9, 3, 1)):
            at = f"{stage}.0.model.{block}"
            inner = conv(x.relu(), f"{at}.conv1", padding=reach, dilation=reach)
            x = x + conv(inner.relu(), f"{at}.conv2")
        x = conv(x.repeat_interleave(2, 2), f"{stage}.2", padding=1)
    x = conv(x, f"{2 + down}", padding=1).relu()
    return conv(x, f"{4 + down}", padding=1)[0].T


def grid_codes(weights: Weights, clip: Tensor, halves: tuple[bool, bool]) -> Tensor:
    """(T, J, 3) normalised joints to codes (T', J), in chunks of 8 frames."""
    latents = [
        _grid_half(weights, "encoder", chunk, ["down" if one else "keep" for one in halves])
        for chunk in _chunks(clip, 8)
    ]
    x = torch.cat(latents)
    return nearest_codes(x.flatten(0, 1), weights["vq.codebook"]).view(x.shape[:2])


def grid_clip(weights: Weights, codes: Tensor, halves: tuple[bool, bool]) -> Tensor:
    """Codes (T', J) to (T, J, 3), in chunks of 2 steps."""
    vectors = weights["vq.codebook"][codes]
    how = ["up" if one else "keep" for one in halves[::-1]]
    return torch.cat([_grid_half(weights, "decoder", chunk, how) for chunk in _chunks(vectors, 2)])


def _chunks(x: Tensor, size: int) -> list[Tensor]:
    first = size + len(x) % size
    return [x[:first], *(x[at : at + size] for at in range(first, len(x), size))]


def _grid_half(weights: Weights, half: str, chunk: Tensor, how: list[str]) -> Tensor:
    stage = "downsample{}.joint_downsample" if half == "encoder" else "upsample{}.upsampler"

    def get(name: str) -> tuple[Tensor, Tensor]:
        return weights[f"{half}.{name}.weight"], weights[f"{half}.{name}.bias"]

    def block(x: Tensor, name: str) -> Tensor:
        out = len(get(f"{name}.block.2")[0])
        reach = max(1, 512 // out - 1)
        y = F.silu(F.group_norm(x, 32, *get(f"{name}.block.0"), eps=1e-6))
        y = F.conv2d(y, *get(f"{name}.block.2"), padding=reach, dilation=reach)
        y = F.silu(F.group_norm(y, 32, *get(f"{name}.block.3"), eps=1e-6))
        y = F.conv2d(y, *get(f"{name}.block.5"))
        if f"{half}.{name}.conv_short.weight" in weights:
            x = F.conv2d(x, *get(f"{name}.conv_short"))
        return x + y

    def resample(x: Tensor, number: int) -> Tensor:
        frames = _time(x, how[number - 1])
        rows = [
            F.conv1d(frames[:, :, t], *get(stage.format(number)), padding=1)
            for t in range(frames.shape[2])
        ]
        return torch.stack(rows, 2)

    x = F.conv2d(chunk.permute(2, 0, 1)[None], *get("conv_in"), padding=1)
    for number in range(3):
        x = block(x, f"resnet1.{number}")
    x = block(resample(x, 1), "resnet2")
    for number in range(3):
        x = block(x, f"resnet3.{number}")
    x = F.conv2d(resample(x, 2), *get("conv_out"), padding=1)
    return x[0].permute(1, 2, 0)


def _time(x: Tensor, how: str) -> Tensor:
    frames = list(x.unbind(2))
    if how == "keep":
        return x
    kept = frames[: len(frames) % 2]
    rest = frames[len(frames) % 2 :]
    if how == "down":
        return torch.stack(
            [*kept, *((a + b) / 2 for a, b in zip(rest[::2], rest[1::2], strict=True))], 2
        )
    number, out = len(rest), []
    for place in range(2 * number):
        at = place * (number - 1) / (2 * number - 1)
        low = int(at)
        high = min(low + 1, number - 1)
        out.append(rest[low] * (1 - (at - low)) + rest[high] * (at - low))
    return torch.stack([*kept, *out], 2)
