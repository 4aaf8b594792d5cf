"""Stick figures: a clip as a moving GIF, or as a strip of frames, PNG.

The camera looks down from the side and goes with the root of the clip, so that a clip which came
back from codes shows where it drifts away when it is drawn beside the one that went in.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw

from mmgen_datasets.motion.skeleton import Floats, Skeleton

COLOURS = {
    "torso": "#444444",
    "left_arm": "#0072b2",
    "right_arm": "#d55e00",
    "left_leg": "#56b4e9",
    "right_leg": "#e69f00",
}
"""Of body parts; they differ for the colour-blind too (Okabe and Ito)."""

_PAPER, _GRID = "#ffffff", "#d9d9d9"
_FINE = 2  # drawn so much larger, for smooth edges
_AROUND, _ABOVE = np.radians(35), np.radians(18)
_DRAWN, _MOST = 10, 80  # frames of a GIF: in a second, and in all
_TALL = 2.0  # figures that fit into the height of a picture


class _View(NamedTuple):
    """How a place becomes a point."""

    middle: Floats
    """What is in the middle, (3,)."""
    scale: float
    """Pixels for a unit."""
    size: int

    def points(self, places: Floats) -> list[tuple[float, float]]:
        """Places (N, 3), y up, as points of the picture."""
        x, y, z = (places - self.middle).T
        right = x * np.cos(_AROUND) - z * np.sin(_AROUND)
        depth = x * np.sin(_AROUND) + z * np.cos(_AROUND)
        up = y * np.cos(_ABOVE) - depth * np.sin(_ABOVE)
        half = self.size / 2
        flat = np.stack([half + self.scale * right, half - self.scale * up], 1)
        return [(float(across), float(down)) for across, down in flat]


def gif(clips: Sequence[Floats], skeleton: Skeleton, *, fps: float, size: int = 180) -> bytes:
    """Draw clips side by side, moving at their pace.

    Args:
        clips: joints (T, J, 3) each; the first one is followed, the shortest says how long.
        skeleton: whose they are.
        fps: frames a second; ten of them are drawn, and fewer of a clip that is longer than 8 s.
        size: of each, in pixels.
    """
    length = min(map(len, clips))
    every = max(1, round(fps / _DRAWN), math.ceil(length / _MOST))
    pictures = [
        picture.quantize(24, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
        for picture in _pictures(clips, skeleton, range(0, length, every), size)
    ]
    file = io.BytesIO()
    pictures[0].save(
        file,
        format="GIF",
        save_all=True,
        append_images=pictures[1:],
        duration=round(1000 * every / fps),
        loop=0,
    )
    return file.getvalue()


def strip(
    clips: Sequence[Floats], skeleton: Skeleton, *, num_frames: int = 8, size: int = 120
) -> bytes:
    """Draw some frames from left to right, evenly chosen, the clips one above another: a PNG."""
    last = min(map(len, clips)) - 1
    chosen = np.linspace(0, last, min(num_frames, last + 1)).round().astype(int).tolist()
    columns = list(_pictures(clips, skeleton, chosen, size, above=True))
    sheet = Image.new("RGB", (size * len(columns), size * len(clips)), _PAPER)
    for place, column in enumerate(columns):
        sheet.paste(column, (place * size, 0))
    file = io.BytesIO()
    sheet.quantize(32, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(
        file, format="PNG", optimize=True
    )
    return file.getvalue()


def upright(joints: Floats, skeleton: Skeleton) -> Floats:
    """Turn a clip (T, J, 3) over whose y points down, as that of pictures and cameras does."""
    head = skeleton.parts["torso"][-1]
    is_down = np.mean(joints[:, head, 1] - joints[:, 0, 1]) < 0
    return joints * np.array([1.0, -1.0, -1.0]) if is_down else joints


def _pictures(
    clips: Sequence[Floats],
    skeleton: Skeleton,
    frames: Sequence[int],
    size: int,
    *,
    above: bool = False,
) -> Iterator[Image.Image]:
    """Each frame, the clips beside or above one another."""
    clips = [upright(np.asarray(clip, np.float64), skeleton) for clip in clips]
    first = clips[0]
    tall = float(np.ptp(first[..., 1], axis=1).max())
    floor = float(first[..., 1].min())
    across, down = (1, len(clips)) if above else (len(clips), 1)
    for frame in frames:
        middle = np.array([first[frame, 0, 0], floor + 0.5 * tall, first[frame, 0, 2]])
        view = _View(middle, size * _FINE / (_TALL * 0.6 * tall or 1.0), size * _FINE)
        sheet = Image.new("RGB", (across * size, down * size), _PAPER)
        for place, clip in enumerate(clips):
            picture = _figure(clip[frame], skeleton, view, floor, tall)
            corner = (0, place * size) if above else (place * size, 0)
            sheet.paste(picture.resize((size, size), Image.Resampling.LANCZOS), corner)
        yield sheet


def _figure(
    joints: Floats, skeleton: Skeleton, view: _View, floor: float, tall: float
) -> Image.Image:
    picture = Image.new("RGB", (view.size, view.size), _PAPER)
    draw = ImageDraw.Draw(picture)
    for line in _ground(view.middle, floor, tall):
        draw.line(view.points(line), fill=_GRID, width=_FINE)
    points = view.points(joints)
    part_of = {joint: part for part, all_ in skeleton.parts.items() for joint in all_}
    for chain in skeleton.chains:
        for a, b in pairwise(chain):
            draw.line([points[a], points[b]], fill=COLOURS[part_of[b]], width=view.size // 60)
    for joint, (x, y) in enumerate(points):
        r = view.size / 110
        draw.ellipse((x - r, y - r, x + r, y + r), fill=COLOURS[part_of[joint]])
    return picture


def _ground(middle: Floats, floor: float, tall: float) -> Iterator[Floats]:
    """Lines on the ground, which stay where they are while the camera moves."""
    step = tall / 3
    x, z = (np.floor(middle[[0, 2]] / step) * step).tolist()
    reach = 4 * step
    for number in range(-4, 5):
        a, b = x + number * step, z + number * step
        yield np.array([[a, floor, z - reach], [a, floor, z + reach]])
        yield np.array([[x - reach, floor, b], [x + reach, floor, b]])
