"""Figures before a camera."""

from __future__ import annotations

from typing import Any

from mmgen_datasets.motion.skeleton import H36M
from tests.motion.gaits import clip


def camera(num_frames: int = 12, seed: int = 0) -> Any:
    """A figure that walks before a camera (T, 17, 3), in millimetres."""
    return clip("walk", seed, num_frames=num_frames, skeleton=H36M) * 1000 + [0, 0, 4000]
