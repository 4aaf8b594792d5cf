"""A picture's file as servers take it: of a type that they know, and within a limit.

A file that is both is passed through byte for byte. Any other is decoded, turned upright as its
EXIF data say, shrunk, and encoded anew without them: as JPEG where it was a photograph's lossy
file, else as PNG. Of an animation that leaves the first frame. This is the only file that knows
Pillow; nothing in it opens a file of the disk.
"""

from __future__ import annotations

import io
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import PIL.Image
import PIL.ImageOps

from mmgen_datasets.errors import RowError

_TAKEN = {
    "JPEG": "image/jpeg",
    "MPO": "image/jpeg",  # a JPEG with more pictures behind its end, as telephones write them
    "PNG": "image/png",
    "WEBP": "image/webp",
    "GIF": "image/gif",
}
"""What OpenAI documents that it takes, and the servers that follow it."""
_LOSSY = {"JPEG", "MPO", "WEBP", "AVIF", "JPEG2000"}
_READ = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "PPM", "JPEG2000", "AVIF")
"""Not all that Pillow knows: for EPS, it would start another program."""
_LAST_BYTES = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
_JPEG_QUALITY = 90
_WEBP_QUALITY, _WEBP_METHOD = 45, 2  # two thirds of the time of method 4, a twentieth larger
_FAULTS = (
    *(OSError, SyntaxError, ValueError, EOFError, LookupError, struct.error, MemoryError),
    *(PIL.Image.DecompressionBombError, Warning),  # the latter where warnings are made errors
)
"""What Pillow raises at files that are broken or absurdly large."""


class Fitted(NamedTuple):
    """A picture as it is sent."""

    data: bytes
    mime_type: str


class Pixels(NamedTuple):
    """A picture as a model in this process sees it."""

    width: int
    height: int
    rgb: bytes
    """Three bytes a pixel, row by row from the upper left."""


def read_pixels(data: bytes, max_side: int | None = None) -> Pixels:
    """Decode a picture, upright as its EXIF data say; of an animation the first frame.

    Args:
        data: its file.
        max_side: the limit of its longer side, in pixels; None for none.

    Raises:
        RowError: it cannot be read.
    """
    drawn = read_picture(data, max_side)
    return Pixels(*drawn.size, drawn.tobytes())


def picture_type(data: bytes) -> str:
    """The MIME type of a picture that can be opened and is not cut short.

    The pixels are decoded only where the end of the file leaves a doubt.

    Raises:
        RowError: no picture, not the whole of one, or one of more than 178 million pixels.
    """
    with _opened(data) as picture:
        name = picture.format or ""
        if name not in _LAST_BYTES or _LAST_BYTES[name] not in data[-32:]:
            picture.load()
        return PIL.Image.MIME[name]


def picture_size(data: bytes) -> tuple[int, int]:
    """Width and height of a picture's pixels as they are stored, from the beginning of its file.

    Raises:
        RowError: no picture, or too little of it.
    """
    with _opened(data) as picture:
        return picture.size


def fit_picture(data: bytes, max_side: int | None = None) -> Fitted:
    """Make a picture one that servers take.

    Args:
        data: its file.
        max_side: the limit of its longer side, in pixels; None for none.

    Returns:
        The same bytes where they are a JPEG, PNG, WebP or still GIF within the limit.

    Raises:
        RowError: it cannot be read.
    """
    with _opened(data) as picture:
        size = fitted_size(*picture.size, max_side)
        name = picture.format or ""
        if name in _TAKEN and size == picture.size and not _moves(picture):
            return Fitted(data, _TAKEN[name])
        return _encoded(_redrawn(picture, size), is_lossy=name in _LOSSY)


def rgb_picture(data: bytes) -> Fitted:
    """Make a picture a JPEG, PNG or WebP file in RGB or RGBA, which some trainers insist on.

    Returns:
        The same bytes where they are one already.

    Raises:
        RowError: it cannot be read.
    """
    with _opened(data) as picture:
        name = picture.format or ""
        is_one = name != "GIF" and name in _TAKEN and picture.mode in {"RGB", "RGBA"}
        if is_one and not _moves(picture):
            return Fitted(data, _TAKEN[name])
        drawn = _redrawn(picture, picture.size)
        return _encoded(
            drawn if drawn.mode == "RGBA" else drawn.convert("RGB"), is_lossy=name in _LOSSY
        )


def read_picture(data: bytes, max_side: int | None = None) -> PIL.Image.Image:
    """Decode a picture for a model in this process: in RGB, upright as its EXIF data say.

    Args:
        data: its file.
        max_side: the limit of its longer side, in pixels; None for none.

    Raises:
        RowError: it cannot be read.
    """
    with _opened(data) as picture:
        return _redrawn(picture, fitted_size(*picture.size, max_side)).convert("RGB")


def thumbnail(data: bytes, side: int) -> bytes:
    """Make a small WebP file of a picture, upright, of an animation the first frame.

    Args:
        data: its file.
        side: the limit of its longer side, in pixels.

    Raises:
        RowError: it cannot be read.
    """
    with _opened(data) as picture:
        drawn = _redrawn(picture, fitted_size(*picture.size, side), spare=1)
        file = io.BytesIO()
        drawn.save(
            file, "WEBP", quality=_WEBP_QUALITY, method=_WEBP_METHOD, icc_profile=None, exif=b""
        )
        return file.getvalue()


def fitted_size(width: int, height: int, max_side: int | None) -> tuple[int, int]:
    """The width and height of a picture within a limit; it is never enlarged.

    Example:
        >>> fitted_size(4000, 3000, 1024), fitted_size(640, 480, 1024)
        ((1024, 768), (640, 480))
    """
    longer = max(width, height)
    if max_side is None or longer <= max_side:
        return width, height
    across, down = (max(1, round(side * max_side / longer)) for side in (width, height))
    return across, down


@contextmanager
def _opened(data: bytes) -> Iterator[PIL.Image.Image]:
    try:
        with PIL.Image.open(io.BytesIO(data), formats=_READ) as picture:
            yield picture
    except _FAULTS as error:
        raise RowError(
            f"not a readable picture ({len(data):,} bytes)",
            "replace the file by a whole JPEG, PNG, WebP, GIF, BMP or TIFF file",
        ) from error


def _moves(picture: PIL.Image.Image) -> bool:
    # Of the others, what is behind the first picture is left out by those who do not know of it.
    return picture.format in {"GIF", "WEBP"} and getattr(picture, "is_animated", False)


def _redrawn(picture: PIL.Image.Image, size: tuple[int, int], *, spare: int = 2) -> PIL.Image.Image:
    """The picture as upright pixels of 8 bits a colour."""
    box = None
    if size != picture.size:
        # JPEG can be decoded at a half, a quarter or an eighth; twice the size leaves it sharp.
        drafted = picture.draft(None, (spare * size[0], spare * size[1]))
        box = drafted[1] if drafted else None
    drawn = _with_8_bits(picture)
    if size != drawn.size:
        drawn = drawn.resize(size, PIL.Image.Resampling.LANCZOS, box, reducing_gap=2.0)
    PIL.ImageOps.exif_transpose(drawn, in_place=True)
    return drawn


def _with_8_bits(picture: PIL.Image.Image) -> PIL.Image.Image:
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode.startswith("I"):  # 16 bits; left to itself, Pillow makes all but black white
        return picture.point(lambda value: value * (1 / 256)).convert("L")
    return picture.convert("L" if picture.mode in {"1", "L", "LA", "F"} else "RGB")


def _encoded(picture: PIL.Image.Image, *, is_lossy: bool) -> Fitted:
    file = io.BytesIO()
    if is_lossy and picture.mode != "RGBA":
        picture.save(file, "JPEG", quality=_JPEG_QUALITY)
        return Fitted(file.getvalue(), _TAKEN["JPEG"])
    picture.save(file, "PNG", icc_profile=None, exif=b"")
    return Fitted(file.getvalue(), _TAKEN["PNG"])
