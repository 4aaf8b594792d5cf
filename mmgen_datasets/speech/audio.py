"""Recordings to mono samples at the rate that is asked for, and samples to files.

Files are read by libsndfile (WAV, FLAC, MP3, Ogg, AIFF and more) and resampled by soxr: 1.6 MB of
wheels, no FFmpeg to install. These are the only lines that know them.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from mmgen_datasets.errors import MissingExtraError, RowError
from mmgen_datasets.files import write_bytes_whole
from mmgen_datasets.media import read_media
from mmgen_datasets.speech.base import Clip, Wave

try:
    import soundfile
    import soxr
except ImportError as error:
    raise MissingExtraError(
        f"recordings are read with {error.name!r}, which is not installed",
        'run: pip install "mmgen-datasets[speech]"',
    ) from error

_WAV_CUT_SHORT = re.compile(r"^data : (\d+) \(should be (\d+)\)", re.MULTILINE)
"""How libsndfile tells that the bytes of sound are not as many as the file's head says."""
_WAV_UNKNOWN = 0xFFFF_0000
"""What a program puts there at least that writes to a pipe, and cannot know."""


def read_clip(recording: Any, *, max_seconds: float | None = None) -> Clip:
    """Decode a recording; several channels become their mean.

    Args:
        recording: a path; an undecoded value, ``{"bytes", "path"}``; or a decoded one,
            ``{"array", "sampling_rate"}``, as `datasets` gives it.
        max_seconds: refuse what is longer, before all of it is decoded.

    Raises:
        RowError: there is none; it cannot be read, breaks off, is longer, or holds no samples or
            such as are no number.
    """
    if recording is None:
        raise RowError("there is no recording")
    if isinstance(recording, (str, Path)):
        recording = {"bytes": None, "path": str(recording)}
    if isinstance(recording, Mapping) and "bytes" in recording:
        clip = _decoded(read_media(recording), max_seconds)
    else:
        samples = np.asarray(recording["array"], dtype=np.float32)
        if samples.ndim != 1:
            raise RowError(f"the samples of the recording have the shape {samples.shape}, not (S,)")
        clip = Clip(samples, int(recording["sampling_rate"]))
        _refuse_long(clip.seconds, max_seconds)
    if not np.isfinite(clip.wave).all():
        at = np.flatnonzero(~np.isfinite(clip.wave))[0]
        raise RowError(f"sample {at:,} of the recording is {clip.wave[at]}, not a number")
    return clip


def resampled(clip: Clip, rate: int) -> Clip:
    """The same sound at another rate."""
    if clip.rate == rate:
        return clip
    return Clip(soxr.resample(clip.wave, clip.rate, rate).astype(np.float32), rate)


def wav_bytes(clip: Clip) -> bytes:
    """The file of a recording: WAV, 16 bits; what is beyond -1..1 is clipped."""
    file = io.BytesIO()
    soundfile.write(file, clip.wave, clip.rate, format="WAV", subtype="PCM_16")
    return file.getvalue()


def write_wav(path: Path, clip: Clip) -> None:
    """Write a recording as a WAV file, whole or not at all."""
    write_bytes_whole(path, wav_bytes(clip))


def _decoded(data: bytes, max_seconds: float | None) -> Clip:
    try:
        with soundfile.SoundFile(io.BytesIO(data)) as file:
            _refuse_long(file.frames / file.samplerate, max_seconds)
            channels = file.read(dtype="float32", always_2d=True)  # (S, C)
            rate, announced = file.samplerate, _announced(file)
    except soundfile.SoundFileError as error:
        raise RowError(
            f"not a readable recording ({len(data):,} bytes)",
            "give a whole WAV, FLAC, MP3, Ogg or AIFF file",
        ) from error
    if len(channels) < announced:
        raise RowError(
            f"the recording breaks off after {len(channels) / rate:.3f} of"
            f" {announced / rate:.3f} s",
            "replace the file by a whole one",
        )
    return Clip(_mean(channels), rate)


def _announced(file: Any) -> float:
    """How many samples its head says there are; of a WAV file `frames` are those that it has."""
    found = _WAV_CUT_SHORT.search(file.extra_info)
    if not found or int(found[1]) >= _WAV_UNKNOWN:
        return float(file.frames)
    return float(file.frames * int(found[1]) / max(1, int(found[2])))


def _mean(channels: Any) -> Wave:
    mono: Wave = channels[:, 0] if channels.shape[1] == 1 else channels.mean(axis=1)
    return np.ascontiguousarray(mono)


def _refuse_long(seconds: float, max_seconds: float | None) -> None:
    if max_seconds is not None and seconds > max_seconds:
        raise RowError(
            f"the recording lasts {seconds:,.1f} s, and the limit is {max_seconds:,g} s",
            "cut it into shorter ones, or raise max_seconds",
        )
