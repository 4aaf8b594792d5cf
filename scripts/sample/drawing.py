"""Scenes to pictures: an interpreter for the shapes in the three YAML files beside it."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple, TypeAlias

import numpy as np
import yaml
from PIL import Image, ImageColor, ImageDraw

from scripts.sample.outlines import Mask

Frame: TypeAlias = tuple[float, float, float, float]  # x, y, width, height on the canvas

WIDTH, HEIGHT = 320, 240
SCALE = 4
"""Pictures are drawn this many times larger and then averaged, for smooth edges."""

THINGS, PLACES, SCENES = (
    yaml.safe_load(Path(__file__).with_name(f"{name}.yaml").read_text(encoding="utf-8"))
    for name in ("things", "places", "scenes")
)
COLOURS = {
    "red": "#d64541",
    "orange": "#ee8a31",
    "yellow": "#f2c53d",
    "green": "#4f9d4c",
    "teal": "#2f9c95",
    "sky": "#6db8e8",
    "blue": "#3a6fc4",
    "purple": "#8656b3",
    "pink": "#ee8fb0",
    "brown": "#8a5a36",
    "tan": "#cfa06a",
    "white": "#f3f1ec",
    "grey": "#8b9299",
    "black": "#3a3a40",
}
SKINS = ("#f1c9a5", "#c68a5e", "#8d5a3b")


@dataclass(frozen=True)
class Drawn:
    """A thing as it came out on a picture."""

    category: str
    colour: str
    mask: Mask
    """Where it can be seen; what a later thing hides is not of it."""
    is_crowd: bool
    num_pixels: int
    """How many could be seen if nothing hid it."""


def draw(scene: Mapping[str, Any], rng: random.Random) -> tuple[Image.Image, list[Drawn]]:
    """Draw a scene, back to front, and note what can be seen of each thing."""
    canvas = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))
    for shape in PLACES[scene["place"]]["shapes"]:
        _draw_shape(canvas, shape, (0, 0, canvas.width, canvas.height), {})
    drawn: list[Drawn] = []
    for category, colour, *numbers in scene["things"]:
        stencil = Image.new("L", canvas.size)
        for x, bottom, height in _copies(numbers, rng):
            frame = _frame(THINGS[category]["ratio"], x, bottom, height)
            _draw_shadow(canvas, frame)
            paints = _paints(colour, rng)
            for shape in THINGS[category]["shapes"]:
                _draw_shape(canvas, shape, frame, paints)
                _draw_shape(stencil, shape, frame, None)
        mask = np.asarray(stencil.reduce(SCALE)) >= 128
        drawn = [replace(earlier, mask=earlier.mask & ~mask) for earlier in drawn]
        seen = Drawn(category, colour, mask, is_crowd=len(numbers) > 3, num_pixels=int(mask.sum()))
        drawn.append(seen)
    return canvas.reduce(SCALE), drawn


def _copies(numbers: Sequence[float], rng: random.Random) -> list[tuple[float, float, float]]:
    """Centre, bottom and height of each one; of several, back to front, in a crowd."""
    x, bottom, height, *many = numbers
    if not many:
        return [(x, bottom, height)]
    spread = 4 * height * HEIGHT / WIDTH
    places = [x + spread * ((n + 0.5) / many[0] - 0.5) for n in range(int(many[0]))]
    rng.shuffle(places)
    bottoms = sorted(bottom + rng.uniform(-0.05, 0.02) for _ in places)
    heights = [height * rng.uniform(0.9, 1.1) for _ in places]
    return list(zip(places, bottoms, heights, strict=True))


def _frame(ratio: float, x: float, bottom: float, height: float) -> Frame:
    tall = height * HEIGHT * SCALE
    wide = tall * ratio
    return x * WIDTH * SCALE - wide / 2, bottom * HEIGHT * SCALE - tall, wide, tall


def _paints(colour: str, rng: random.Random) -> dict[str, str]:
    paint = COLOURS[rng.choice(list(COLOURS)) if colour == "mixed" else colour]
    dark = [round(part * 0.78) for part in ImageColor.getrgb(paint)]
    light = [round(part + (255 - part) * 0.35) for part in ImageColor.getrgb(paint)]
    return {
        "paint": paint,
        "dark": "#{:02x}{:02x}{:02x}".format(*dark),
        "light": "#{:02x}{:02x}{:02x}".format(*light),
        "skin": rng.choice(SKINS),
    }


def _draw_shadow(canvas: Image.Image, frame: Frame) -> None:
    x, y, wide, tall = frame
    if y + tall > canvas.height * 0.6:  # higher up it flies, hangs or floats
        foot = (x, y + tall - 1.5 * SCALE, wide, 4.0 * SCALE)
        _draw_shape(canvas, "#00000038 ellipse .02 0 .98 1", foot, {})


class Shape(NamedTuple):
    """A shape on the canvas."""

    points: list[tuple[float, float]]
    colour: str
    settings: list[str]
    tall: float
    """Height of the whole thing, the unit of line widths."""


def _draw_shape(
    canvas: Image.Image, shape: str, frame: Frame, paints: Mapping[str, str] | None
) -> None:
    """Draw ``"colour kind settings shares"``; in white where there are no paints."""
    colour, kind, *rest = shape.split()
    draw_kind, num_settings = _KINDS[kind]
    x, y, wide, tall = frame
    shares = [float(share) for share in rest[num_settings:]]
    points = [
        (x + wide * across, y + tall * down)
        for across, down in zip(shares[::2], shares[1::2], strict=True)
    ]
    paint = "white" if paints is None else paints.get(colour, colour)
    pen = ImageDraw.Draw(canvas, "RGBA" if canvas.mode == "RGB" else None)
    draw_kind(pen, Shape(points, paint, rest[:num_settings], tall))


def _ellipse(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    pen.ellipse(shape.points, shape.colour)


def _rect(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    pen.rectangle(shape.points, shape.colour)


def _round(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    (left, top), (right, bottom) = shape.points
    pen.rounded_rectangle(shape.points, 0.22 * min(right - left, bottom - top), shape.colour)


def _poly(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    pen.polygon(shape.points, shape.colour)


def _pie(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    start, end = (float(angle) for angle in shape.settings)
    pen.pieslice(shape.points, start, end, shape.colour)


def _ring(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    pen.ellipse(shape.points, outline=shape.colour, width=_line_width(shape))


def _line(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    pen.line(shape.points, shape.colour, _line_width(shape))
    radius = _line_width(shape) / 2
    for x, y in shape.points:
        pen.ellipse((x - radius, y - radius, x + radius, y + radius), shape.colour)


def _fade(pen: ImageDraw.ImageDraw, shape: Shape) -> None:
    (left, top), (right, bottom) = shape.points
    ends = [ImageColor.getrgb(colour) for colour in (shape.colour, *shape.settings)]
    for y in range(round(top), round(bottom) + 1):
        share = (y - top) / (bottom - top)
        mixed = tuple(round(a + (b - a) * share) for a, b in zip(*ends, strict=True))
        pen.line((left, y, right, y), mixed)


def _line_width(shape: Shape) -> int:
    return max(SCALE // 2, round(float(shape.settings[0]) * shape.tall))


_KINDS: dict[str, tuple[Callable[[ImageDraw.ImageDraw, Shape], None], int]] = {
    "ellipse": (_ellipse, 0),
    "rect": (_rect, 0),
    "round": (_round, 0),
    "poly": (_poly, 0),
    "pie": (_pie, 2),  # from and to, degrees clockwise from three o'clock
    "ring": (_ring, 1),  # line width
    "line": (_line, 1),  # line width
    "fade": (_fade, 1),  # colour at the bottom
}
"""How each kind of shape is drawn, and how many settings stand before its points."""
