"""Recordings made for tests, and their files."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import soundfile

from mmgen_datasets.speech.base import Wave


def tone(seconds: float, rate: int, hertz: float = 440.0) -> Wave:
    """A steady tone of amplitude 0.5."""
    time = np.arange(round(seconds * rate)) / rate
    return (0.5 * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def babble(seconds: float, rate: int, seed: int = 0) -> Wave:
    """Noise that swells and fades, so that no two frames are alike."""
    size = round(seconds * rate)
    draw = np.random.default_rng(seed)
    swell = 0.1 + 0.2 * np.sin(np.arange(size) / rate * 11 + seed) ** 2
    return (draw.standard_normal(size) * swell).clip(-1, 1).astype(np.float32)


def file_of(samples: Any, rate: int, form: str = "WAV", **options: Any) -> bytes:
    """The bytes of a file: ``(S,)`` or ``(S, C)`` samples as WAV, FLAC, MP3 or OGG."""
    file = io.BytesIO()
    soundfile.write(file, samples, rate, format=form, **options)
    return file.getvalue()


def stored(data: bytes) -> dict[str, bytes | None]:
    """A file as a media column holds it."""
    return {"bytes": data, "path": None}
