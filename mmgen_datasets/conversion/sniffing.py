"""The ending of a media file by its bytes."""

from __future__ import annotations

import re

from mmgen_datasets.errors import RowError
from mmgen_datasets.picture import picture_type

_PICTURES = {
    "image/jpeg": ".jpg",
    "image/mpo": ".jpg",  # a JPEG with more pictures behind its end
    "image/png": ".png",
    "image/webp": ".webp",
    "image/gif": ".gif",
    "image/bmp": ".bmp",
    "image/tiff": ".tiff",
    "image/jp2": ".jp2",
    "image/avif": ".avif",
}
_ODD_PICTURES = ".img"
_AUDIO = {
    rb"RIFF....WAVE": ".wav",
    rb"fLaC": ".flac",
    rb"OggS": ".ogg",
    rb"ID3|\xff[\xe2\xe3\xf2\xf3\xfa\xfb]": ".mp3",
    rb"\xff[\xf1\xf9]": ".aac",
    rb"....ftypM4A": ".m4a",
    rb"FORM....AIF[FC]": ".aiff",
}
_VIDEO = {
    rb"....ftypqt  ": ".mov",
    rb"....ftyp": ".mp4",
    rb"\x1a\x45\xdf\xa3.{0,60}webm": ".webm",
    rb"\x1a\x45\xdf\xa3": ".mkv",
    rb"RIFF....AVI ": ".avi",
}
_HEAD = 80
"""Bytes that the patterns look at."""


def ending(data: bytes, kind: str | None) -> str:
    """The ending that the name of a media file should have.

    Args:
        data: the file. Of a picture the frame is read, not the pixels, unless its end is missing.
        kind: ``"image"``, ``"audio"`` or ``"video"``; any of them if None.

    Raises:
        RowError: it is no such file, or a picture that is not whole.

    Example:
        >>> ending(b"fLaC....", "audio")
        '.flac'
    """
    if kind == "image":
        return _picture(data)
    tables = {"audio": _AUDIO, "video": _VIDEO}
    for name, table in tables.items():
        for pattern, found in table.items() if kind in (None, name) else ():
            if re.match(pattern, data[:_HEAD], re.DOTALL):
                return found
    if kind is None:
        return _picture(data)
    raise RowError(f"no {kind} file of a known kind")


def _picture(data: bytes) -> str:
    try:
        return _PICTURES.get(picture_type(data), _ODD_PICTURES)
    except RowError as error:
        # Without the size, so that the same fault in many rows is counted as one.
        raise RowError("not a readable picture") from error
