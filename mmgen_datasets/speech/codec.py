"""Codecs of transformers: Mimi, EnCodec and DAC, which are alike but for the names of things.

A clip is filled up with silence to whole frames. Causal codecs (Mimi, EnCodec) take clips of
several lengths together, since what follows a frame does not change it; DAC, which looks ahead,
only clips of one length. On a processor nothing is gained by that, and each goes by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import torch
import transformers

from mmgen_datasets.errors import RowError, UsageError
from mmgen_datasets.speech.base import Clip, Codes, Voice, Wave
from mmgen_datasets.speech.loading import load, network

if TYPE_CHECKING:
    from mmgen_datasets.speech.tokenizer import SpeechTokenizer

Tensor: TypeAlias = Any

_SECONDS_AT_ONCE = 480.0
"""Of sound, padding and all, in a call of a model on a GPU."""


@dataclass(frozen=True)
class Kind:
    """How a codec of transformers names things."""

    name: str
    """Of the kind of model, as its config has it."""
    model: str
    """The one on the hub that is meant where none is named."""
    codebooks: str
    """Where its config says how many there are."""
    frame: str
    """Where its config says how many samples a frame has."""
    encode: Callable[[Any, Tensor, int], Tensor]
    """Sound ``(B, 1, S)`` and a number K of codebooks to codes ``(B, K, T)``."""
    decode: Callable[[Any, Tensor], Tensor]
    """Codes ``(1, K, T)`` to sound ``(..., S)``."""


class TransformersCodec:
    """A codec of transformers; its weights are loaded when they are first used.

    Raises:
        UsageError: the model is of another kind, or cannot be written as units.
        StopError: it cannot be loaded.
    """

    def __init__(self, kind: Kind, settings: SpeechTokenizer) -> None:
        self._kind, self._settings = kind, settings
        self._place = settings.model or kind.model
        self._config = load(transformers.AutoConfig, self._place, settings)
        self._check()
        self.rate: int = self._config.sampling_rate
        self.codebook_size: int = self._config.codebook_size
        self.num_codebooks: int = settings.num_codebooks or self._all_codebooks
        self.frame_s = self._frame / self.rate

    @property
    def _all_codebooks(self) -> int:
        return int(getattr(self._config, self._kind.codebooks))

    @property
    def _frame(self) -> int:
        return int(getattr(self._config, self._kind.frame))

    def _check(self) -> None:
        config, place = self._config, self._place
        if config.model_type != self._kind.name:
            raise UsageError(
                f"{place!r} is a {config.model_type!r}, not a {self._kind.name!r}",
                "name the codec that it is, or another model",
            )
        loud = getattr(config, "normalize", False) or getattr(config, "chunk_length_s", None)
        if loud or getattr(config, "audio_channels", 1) != 1:
            raise UsageError(
                f"{place!r} needs more than codes to be heard: it takes several channels, or evens"
                " out their loudness piece by piece",
                "take one for mono recordings, such as facebook/encodec_24khz",
            )
        wanted = self._settings.num_codebooks
        if wanted is not None and not 1 <= wanted <= self._all_codebooks:
            raise UsageError(
                f"num_codebooks is {wanted}, and {place!r} has {self._all_codebooks}",
                f"give a number from 1 to {self._all_codebooks}",
            )

    @cached_property
    def _network(self) -> Any:
        return network(transformers.AutoModel, self._place, self._settings)

    @cached_property
    def seconds_at_once(self) -> float:
        """How much sound goes through the model together; 0 for one clip at a time."""
        return 0.0 if self._network.device.type == "cpu" else _SECONDS_AT_ONCE

    def encode(self, waves: Sequence[Wave]) -> list[Codes | RowError]:
        """See `Codec`."""
        frames = [-(-len(wave) // self._frame) for wave in waves]
        codes: list[Codes | RowError] = [RowError("not encoded")] * len(waves)
        for group in self._groups(frames):
            found = self._encode([waves[index] for index in group], frames[group[-1]])
            for index, of_clip in zip(group, found, strict=True):
                codes[index] = of_clip
                if not isinstance(of_clip, RowError):
                    codes[index] = of_clip[:, : frames[index]]
        return codes

    def _groups(self, frames: Sequence[int]) -> Iterator[list[int]]:
        """Clips that go together, the longest of them last."""
        is_causal = getattr(self._config, "use_causal_conv", False)
        group: list[int] = []
        for index in sorted(range(len(frames)), key=frames.__getitem__):
            seconds = frames[index] * self.frame_s * (len(group) + 1)
            is_alike = is_causal or not group or frames[group[0]] == frames[index]
            if group and not (is_alike and seconds <= self.seconds_at_once):
                yield group
                group = []
            group.append(index)
        if group:
            yield group

    def _encode(self, waves: Sequence[Wave], frames: int) -> list[Codes | RowError]:
        model = self._network
        try:
            padded = np.zeros((len(waves), 1, frames * self._frame), dtype=np.float32)
            for row, wave in zip(padded, waves, strict=True):
                row[0, : len(wave)] = wave
            with torch.inference_mode():
                sound = torch.from_numpy(padded).to(model.device)
                codes = self._kind.encode(model, sound, self.num_codebooks)
        except (RuntimeError, MemoryError) as error:
            if not _is_out_of_memory(error):
                raise
            if len(waves) == 1:
                seconds = len(waves[0]) / self.rate
                return [RowError(f"the memory has no room for the recording of {seconds:.1f} s")]
            torch.cuda.empty_cache()
            return [found for wave in waves for found in self._encode([wave], frames)]
        return list(codes.cpu().numpy())

    def decode(self, codes: Codes, voice: Voice | None) -> Clip:
        """See `Codec`."""
        if voice is not None:
            raise UsageError(
                f"units of {self._kind.name!r} hold the voice that they were made of",
                "decode them without a voice",
            )
        with torch.inference_mode():
            given = torch.from_numpy(np.ascontiguousarray(codes))[None].to(self._network.device)
            sound = self._kind.decode(self._network, given)
        return Clip(sound.reshape(-1).float().cpu().numpy(), self.rate)


def _is_out_of_memory(error: Exception) -> bool:
    no_memory = (torch.OutOfMemoryError, MemoryError)
    return isinstance(error, no_memory) or "allocate memory" in str(error)  # the latter: no GPU


def _encode_mimi(model: Any, sound: Tensor, num_codebooks: int) -> Tensor:
    return model.encode(sound, num_quantizers=num_codebooks).audio_codes


def _encode_dac(model: Any, sound: Tensor, num_codebooks: int) -> Tensor:
    return model.encode(sound, n_quantizers=num_codebooks).audio_codes


def _encode_encodec(model: Any, sound: Tensor, num_codebooks: int) -> Tensor:
    """With the least bandwidth that has so many; later codebooks do not change earlier ones."""
    number = model.quantizer.get_num_quantizers_for_bandwidth
    enough = (width for width in model.config.target_bandwidths if number(width) >= num_codebooks)
    codes = model.encode(sound, bandwidth=min(enough)).audio_codes  # (1, B, K, T)
    return codes[0][:, :num_codebooks]


MIMI = Kind(
    "mimi",
    "kyutai/mimi",
    codebooks="num_quantizers",
    frame="frame_size",
    encode=_encode_mimi,
    decode=lambda model, codes: model.decode(codes).audio_values,
)
ENCODEC = Kind(
    "encodec",
    "facebook/encodec_24khz",
    codebooks="num_quantizers",
    frame="hop_length",
    encode=_encode_encodec,
    decode=lambda model, codes: model.decode(codes[None], [None]).audio_values,
)
DAC = Kind(
    "dac",
    "descript/dac_16khz",
    codebooks="n_codebooks",
    frame="hop_length",
    encode=_encode_dac,
    decode=lambda model, codes: model.decode(audio_codes=codes).audio_values,
)


def open_mimi(settings: SpeechTokenizer) -> TransformersCodec:
    """Kyutai's Mimi."""
    return TransformersCodec(MIMI, settings)


def open_encodec(settings: SpeechTokenizer) -> TransformersCodec:
    """Meta's EnCodec, of its kinds the one for mono recordings."""
    return TransformersCodec(ENCODEC, settings)


def open_dac(settings: SpeechTokenizer) -> TransformersCodec:
    """Descript's audio codec."""
    return TransformersCodec(DAC, settings)
