"""EMOVA's speech tokenizer (Chen et al., CVPR 2025), which runs code that comes with its weights.

It needs the package of https://github.com/emova-ollm/EMOVA_speech_tokenizer. Units are of what is
said, 40 ms each, with repetitions left out; how it is said is chosen anew when they are spoken.
Its own code reads and writes files, so that is how recordings are handed over.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
import transformers

from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.speech.audio import read_clip, write_wav
from mmgen_datasets.speech.base import Clip, Codes, Voice, Wave
from mmgen_datasets.speech.loading import network
from mmgen_datasets.speech.units import read_units, unflatten, write_units

if TYPE_CHECKING:
    from mmgen_datasets.speech.tokenizer import SpeechTokenizer


class Emova:
    """EMOVA's speech tokenizer; its weights are loaded when they are first used.

    Raises:
        UsageError: nobody said that its code may run, or another number of codebooks than one is
            wanted.
    """

    rate = 16_000
    frame_s = 0.04
    codebook_size = 4096  # finite scalar quantization, 8 x 8 x 8 x 8
    num_codebooks = 1

    def __init__(self, settings: SpeechTokenizer) -> None:
        self._settings = settings
        self._place = settings.model or "Emova-ollm/emova_speech_tokenizer_hf"
        if not settings.trust_remote_code:
            raise UsageError(
                f"the codec {self._place!r} runs code that comes with it, and nobody said it may",
                "read that code, then set trust_remote_code (--trust-remote-code)",
            )
        if settings.num_codebooks not in (None, 1):
            raise UsageError(
                f"num_codebooks is {settings.num_codebooks}, and {self._place!r} has 1",
                "leave num_codebooks out",
            )

    @cached_property
    def _network(self) -> Any:
        return network(transformers.AutoModel, self._place, self._settings)

    def encode(self, waves: Sequence[Wave]) -> list[Codes | RowError]:
        """See `Codec`."""
        return [self._encode(wave) for wave in waves]

    def _encode(self, wave: Wave) -> Codes | RowError:
        encode = self._network.encode
        with tempfile.TemporaryDirectory(prefix="mmgen-speech-") as folder:
            path = Path(folder, "clip.wav")
            write_wav(path, Clip(wave, self.rate))
            try:
                with torch.inference_mode():
                    text = encode(str(path))
                return unflatten(read_units(text), self.codebook_size, self.num_codebooks)
            except RowError as error:
                return error
            except Exception as error:  # whatever its own code says to what it was not made for
                seconds = len(wave) / self.rate
                return RowError(f"the codec failed on the recording of {seconds:.3f} s: {error!r}")

    def decode(self, codes: Codes, voice: Voice | None) -> Clip:
        """See `Codec`."""
        decode, condition = self._network.decode, _condition(voice or Voice())
        text = write_units(codes[0].tolist())
        with tempfile.TemporaryDirectory(prefix="mmgen-speech-") as folder:
            path = Path(folder, "spoken.wav")
            try:
                with torch.inference_mode():
                    decode(text, condition=condition, output_wav_file=str(path))
            except Exception as error:
                raise RowError(f"the codec failed to speak as {condition}: {error!r}") from error
            return read_clip(path)


def _condition(voice: Voice) -> str:
    return f"gender-{voice.gender}_emotion-{voice.emotion}_speed-{voice.speed}_pitch-{voice.pitch}"
