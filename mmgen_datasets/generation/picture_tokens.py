"""How many prompt tokens a picture is billed as, from its width and height.

OpenAI's two rules and their examples are those of its guide "Images and vision": models that
cut a picture into *tiles* of 512 pixels, and models that cover it with *patches* of 32.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple, Protocol, TypeAlias

Detail: TypeAlias = Literal["low", "high"]


class _Rule(Protocol):
    def __call__(self, width: int, height: int, detail: Detail) -> int: ...


@dataclass(frozen=True)
class _Tiles:
    """Fitted into 2048 x 2048, then to a short side of 768, never enlarged; 512-pixel tiles."""

    base: int
    tile: int

    def __call__(self, width: int, height: int, detail: Detail) -> int:
        if detail == "low":
            return self.base
        scale = min(1.0, 2048 / max(width, height), 768 / min(width, height))
        across, down = (math.ceil(round(side * scale, 6) / 512) for side in (width, height))
        return self.base + self.tile * across * down


@dataclass(frozen=True)
class _Patches:
    """Shrunk until 32-pixel patches, no more than `most`, cover it; `detail` changes nothing."""

    factor: float
    most: int = 1536

    def __call__(self, width: int, height: int, detail: Detail) -> int:
        patches = math.ceil(width / 32) * math.ceil(height / 32)
        if patches > self.most:
            scale = math.sqrt(self.most * 32**2 / (width * height))
            across, down = (side * scale / 32 for side in (width, height))
            # One side is made a whole number of patches; the other then needs no more than fit.
            scale *= min(max(1, math.floor(side)) / side for side in (across, down))
            across, down = (math.ceil(round(side * scale / 32, 6)) for side in (width, height))
            patches = min(across * down, self.most)
        return math.ceil(round(patches * self.factor, 6))  # 300 * 1.62 is a bit above 486


def _claude(width: int, height: int, detail: Detail) -> int:
    """Anthropic's guide "Vision": long side of at most 1568 pixels, 750 pixels a token."""
    scale = min(1.0, 1568 / max(width, height))
    return min(1600, math.ceil(width * height * scale**2 / 750))


def _gemini(width: int, height: int, detail: Detail) -> int:
    """Google's guide "Understand and count tokens": 258, or 258 for each crop of a larger one."""
    if max(width, height) <= 384:
        return 258
    crop = min(768, max(256, math.floor(min(width, height) / 1.5)))
    return 258 * math.ceil(width / crop) * math.ceil(height / crop)


def _squares_of_28(width: int, height: int, detail: Detail) -> int:
    """Qwen2-VL and Qwen2.5-VL: merged patches of 28 pixels, 4 to 16,384 of them."""
    return min(16384, max(4, round(width / 28) * round(height / 28)))


class _Family(NamedTuple):
    models: str
    """Pattern to be found in the name of a model, a vendor before it or not."""
    rule: _Rule
    name: str


_FAMILIES = (
    _Family(r"gpt-4\.1-mini", _Patches(1.62), "OpenAI's patches"),
    _Family(r"gpt-4\.1-nano", _Patches(2.46), "OpenAI's patches"),
    _Family(r"gpt-5[.\d]*-mini", _Patches(1.62), "OpenAI's patches"),
    _Family(r"gpt-5[.\d]*-nano", _Patches(2.46), "OpenAI's patches"),
    _Family(r"o4-mini", _Patches(1.72), "OpenAI's patches"),
    # From here on the guide was silent; 1.2 is what users report from their bills.
    _Family(r"gpt-5\.[2-9]", _Patches(1.2, most=2500), "OpenAI's patches"),
    _Family(r"gpt-4o-mini", _Tiles(2833, 5667), "OpenAI's tiles"),
    _Family(r"gpt-4o|gpt-4\.[15]", _Tiles(85, 170), "OpenAI's tiles"),
    _Family(r"gpt-5", _Tiles(70, 140), "OpenAI's tiles"),
    _Family(r"\bo[13]\b", _Tiles(75, 150), "OpenAI's tiles"),
    _Family(r"claude", _claude, "Anthropic's rule"),
    _Family(r"gemini", _gemini, "Google's rule"),
)
"""The first that fits counts."""

_OTHERS = _Family("", _squares_of_28, "squares of 28 pixels, as Qwen2-VL, for want of a rule")


def picture_tokens(model: str, width: int, height: int, detail: Detail = "high") -> int:
    """Count the prompt tokens of a picture.

    Args:
        model: as the server names it; for one that is not known, a square of 28 pixels is a
            token, as with Qwen2-VL.
        width: pixels, at least 1.
        height: pixels, at least 1.
        detail: how closely the model looks; only OpenAI's tiles know ``"low"``.

    Example:
        >>> picture_tokens("gpt-4o", 1024, 1024)
        765
    """
    return _family(model).rule(width, height, detail)


def picture_rule(model: str) -> str:
    """What `picture_tokens` goes by, for people."""
    return _family(model).name


def _family(model: str) -> _Family:
    name = model.lower()
    return next((family for family in _FAMILIES if re.search(family.models, name)), _OTHERS)
