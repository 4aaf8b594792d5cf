"""Recordings of every form become the same sound."""

from __future__ import annotations

import io
import subprocess
import sys
import wave
import zipfile
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("soundfile")
pytest.importorskip("soxr")

from mmgen_datasets.errors import RowError
from mmgen_datasets.speech.audio import read_clip, resampled, wav_bytes, write_wav
from mmgen_datasets.speech.base import Clip
from tests.sounds import babble, file_of, stored, tone

RATE = 16_000
TONE = tone(0.5, RATE)


@pytest.mark.parametrize(
    ("form", "options", "tolerance"),
    [
        ("WAV", {"subtype": "FLOAT"}, 0),
        ("WAV", {"subtype": "PCM_16"}, 1e-4),
        ("WAV", {"subtype": "PCM_24"}, 1e-6),
        ("WAV", {"subtype": "PCM_U8"}, 0.01),
        ("FLAC", {}, 1e-4),
        ("OGG", {"subtype": "VORBIS"}, 0.05),
    ],
)
def test_a_file_is_read_as_it_was_written(
    form: str, options: dict[str, str], tolerance: float
) -> None:
    clip = read_clip(stored(file_of(TONE, RATE, form, **options)))
    assert (clip.rate, clip.wave.dtype.name) == (RATE, "float32")
    assert abs(len(clip.wave) - len(TONE)) <= 0.02 * RATE
    size = min(len(clip.wave), len(TONE))
    assert np.abs(clip.wave[:size] - TONE[:size]).max() <= tolerance


@pytest.mark.parametrize(("form", "options"), [("MP3", {}), ("OGG", {"subtype": "OPUS"})])
def test_where_sound_is_coded_by_ear_it_is_the_same_tone(
    form: str, options: dict[str, str]
) -> None:
    """MP3 shifts it by some milliseconds, so spectra are compared."""
    clip = read_clip(stored(file_of(TONE, RATE, form, **options)))
    spectrum = np.abs(np.fft.rfft(clip.wave))
    assert spectrum.argmax() * RATE / len(clip.wave) == pytest.approx(440, abs=4)
    assert clip.seconds == pytest.approx(0.5, abs=0.1)
    assert np.abs(clip.wave).max() == pytest.approx(0.5, abs=0.1)


def test_channels_become_their_mean() -> None:
    stereo = np.stack([np.full(100, 0.5), np.full(100, -0.25)], axis=1)
    clip = read_clip(stored(file_of(stereo, RATE, subtype="FLOAT")))
    assert clip.wave.tolist() == [0.125] * 100


@pytest.mark.parametrize("rate", [8000, 22_050, 44_100, 48_000])
def test_another_rate_keeps_the_sound(rate: int) -> None:
    clip = resampled(Clip(tone(0.5, rate), rate), RATE)
    assert (clip.rate, len(clip.wave), clip.wave.dtype.name) == (RATE, len(TONE), "float32")
    middle = slice(1000, -1000)  # the ends ring
    assert np.abs(clip.wave[middle] - TONE[middle]).max() < 1e-3


def test_the_right_rate_is_left_alone() -> None:
    clip = Clip(TONE, RATE)
    assert resampled(clip, RATE) is clip


def test_a_recording_may_be_a_path_or_in_an_archive(tmp_path: Path) -> None:
    data = file_of(TONE, RATE, subtype="FLOAT")
    (tmp_path / "tone.wav").write_bytes(data)
    with zipfile.ZipFile(tmp_path / "tones.zip", "w") as archive:
        archive.writestr("a/tone.wav", data)
    path, inside = tmp_path / "tone.wav", f"zip://a/tone.wav::{tmp_path / 'tones.zip'}"
    for recording in (path, str(path), {"bytes": None, "path": inside}):
        assert read_clip(recording).wave.tolist() == TONE.tolist()


def test_a_decoded_recording_is_taken_as_it_is() -> None:
    clip = read_clip({"array": TONE.astype(np.float64), "sampling_rate": RATE})
    assert clip.wave.tolist() == TONE.tolist()


@pytest.mark.parametrize("form", ["WAV", "FLAC", "MP3"])
@pytest.mark.parametrize("share", [0, 0.001, 0.5])
def test_a_file_that_breaks_off_is_refused(form: str, share: float) -> None:
    data = file_of(babble(2.0, RATE), RATE, form)
    with pytest.raises(RowError, match=r"breaks off|not a readable recording"):
        read_clip(stored(data[: int(len(data) * share)]))


@pytest.mark.parametrize("size", [b"\xff\xff\xff\xff", b"\x00\xff\xff\xff"])
def test_a_wav_file_out_of_a_pipe_has_no_length_and_is_read_whole(size: bytes) -> None:
    data = file_of(TONE, RATE)
    start = data.index(b"data") + 4
    piped = b"RIFF" + size + data[8:start] + size + data[start + 4 :]
    assert len(read_clip(stored(piped)).wave) == len(TONE)


def test_a_long_file_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(RowError, match=r"lasts 0\.5 s, and the limit is 0\.4 s"):
        read_clip(stored(file_of(TONE, RATE)), max_seconds=0.4)


def test_what_is_no_number_is_told_with_its_place() -> None:
    data = file_of(np.array([0.0, np.inf, 0.0]), RATE, subtype="FLOAT")
    with pytest.raises(RowError, match="sample 1 of the recording is inf"):
        read_clip(stored(data))


def test_a_file_is_written_for_everybody(tmp_path: Path) -> None:
    write_wav(tmp_path / "out.wav", Clip(np.array([0, 0.5, -1, 2], np.float32), RATE))
    with wave.open(str(tmp_path / "out.wav")) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, RATE)
        samples = np.frombuffer(file.readframes(4), "<i2").tolist()
    assert samples == [0, 16_384, -32_768, 32_767]
    assert [path.name for path in tmp_path.iterdir()] == ["out.wav"]


def test_what_is_not_installed_is_named_with_its_remedy() -> None:
    code = (
        "import sys; sys.modules['soxr'] = None\n"
        "from mmgen_datasets.errors import MissingExtraError\n"
        "try:\n    from mmgen_datasets import SpeechTokenizer\n"
        "except MissingExtraError as error:\n    print(error)"
    )
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout
    assert printed.startswith("recordings are read with 'soxr', which is not installed")
    assert 'pip install "mmgen-datasets[speech]"' in printed


def test_what_is_written_is_read_back() -> None:
    clip = read_clip(stored(wav_bytes(Clip(TONE, RATE))))
    assert np.abs(clip.wave - TONE).max() < 1e-4
    with wave.open(io.BytesIO(wav_bytes(clip))) as file:
        assert file.getnframes() == len(TONE)
