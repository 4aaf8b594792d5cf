"""Picture files for tests: grainy as photographs are, in any size, mode and format."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import numpy as np
import PIL.ExifTags
import PIL.Image

TURNED = 6
"""The EXIF orientation of a camera that was held upright: to be turned right by a quarter."""


def photograph(width: int, height: int, *, seed: int = 0, grain: float = 30.0) -> PIL.Image.Image:
    """Red on the left, blue on the right, with grain that compresses badly."""
    ramp = np.linspace(0, 255, width)[None, :, None] * [-1, 0, 1] + [255, 90, 0]
    noise = np.random.default_rng(seed).normal(0, grain, (height, width, 1))
    return PIL.Image.fromarray((ramp + noise).clip(0, 255).astype(np.uint8))


def scene(seed: int, width: int = 160, height: int = 120) -> PIL.Image.Image:
    """Blotches of colour in places that no other seed has."""
    coarse = np.random.default_rng(seed).integers(0, 256, (9, 12, 3), dtype=np.uint8)
    return PIL.Image.fromarray(coarse).resize((width, height), PIL.Image.Resampling.BICUBIC)


def file_of(picture: PIL.Image.Image, format: str = "JPEG", **options: Any) -> bytes:
    """The bytes of a picture's file."""
    file = io.BytesIO()
    picture.save(file, format, **options)
    return file.getvalue()


def turned() -> PIL.Image.Exif:
    """EXIF data that ask for a quarter turn."""
    exif = PIL.Image.Exif()
    exif[PIL.ExifTags.Base.Orientation] = TURNED
    return exif


def opened(data: bytes) -> PIL.Image.Image:
    """A file's picture, all of it decoded."""
    picture = PIL.Image.open(io.BytesIO(data))
    picture.load()
    return picture


def mixed_folder(folder: Path) -> Path:
    """Ten pictures that differ, and two files that are none."""
    folder.mkdir()
    for number in range(10):
        picture = photograph(40 + 4 * number, 32, seed=number, grain=20.0 * number)
        (folder / f"{number}.png").write_bytes(file_of(picture.rotate(36 * number), "PNG"))
    (folder / "5-broken.jpg").write_bytes(b"no picture")
    (folder / "cut.jpg").write_bytes(file_of(photograph(64, 64))[:200])
    return folder
