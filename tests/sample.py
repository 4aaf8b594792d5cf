"""The bundled sample, as tests find it."""

from __future__ import annotations

from pathlib import Path

SAMPLE_DIR = Path(__file__).resolve().parent.parent / "builders" / "sample" / "coco"
"""COCO 2017 layout: pictures drawn by `scripts/draw_sample.py`."""
