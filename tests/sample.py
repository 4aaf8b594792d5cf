"""The bundled sample, as tests find it."""

from __future__ import annotations

from pathlib import Path

SAMPLE_DIR = Path(__file__).resolve().parent.parent / "builders" / "sample" / "coco"
"""COCO 2017 layout: pictures drawn by `scripts/draw_sample.py`."""

OPEN_IMAGES_DIR = SAMPLE_DIR.with_name("open_images")
"""The same scenes in the layout of Open Images V7: `scripts/draw_open_images.py`."""
