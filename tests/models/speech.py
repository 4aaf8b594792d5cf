"""Tiny codecs: Mimi, EnCodec and DAC from configs, and a folder with code of its own like EMOVA's.

Their codebooks are drawn as wide as what comes to them, so that many codes are used.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from transformers import (
    DacConfig,
    DacModel,
    EncodecConfig,
    EncodecModel,
    MimiConfig,
    MimiModel,
)

MIMI = {
    "sampling_rate": 8000,
    "frame_rate": None,
    "upsampling_ratios": [4, 5],
    "num_filters": 4,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 2,
    "num_key_value_heads": 2,
    "head_dim": 16,
    "upsample_groups": 32,
    "codebook_size": 64,
    "codebook_dim": 16,
    "vector_quantization_hidden_dimension": 16,
    "num_quantizers": 4,
}
"""40 samples a frame: 5 ms."""

ENCODEC = {
    "sampling_rate": 8000,
    "upsampling_ratios": [5, 4],
    "num_filters": 4,
    "hidden_size": 16,
    "num_lstm_layers": 1,
    "codebook_size": 64,
    "target_bandwidths": [2.4, 4.8, 9.6],
}
"""20 samples a frame; 1, 2 or 4 codebooks."""

DAC = {
    "sampling_rate": 8000,
    "downsampling_ratios": [4, 5],
    "encoder_hidden_size": 8,
    "decoder_hidden_size": 32,
    "n_codebooks": 3,
    "codebook_size": 64,
    "codebook_dim": 4,
}
"""20 samples a frame."""


def build_mimi(folder: Path) -> None:
    _save(MimiModel(MimiConfig(**MIMI)), folder)


def build_encodec(folder: Path) -> None:
    _save(EncodecModel(EncodecConfig(**ENCODEC)), folder)


def build_encodec_stereo(folder: Path) -> None:
    """Like the one for 48 kHz, whose codes leave out how loud a piece is."""
    _save(EncodecModel(EncodecConfig(**ENCODEC, normalize=True, audio_channels=2)), folder)


def build_dac(folder: Path) -> None:
    _save(DacModel(DacConfig(**DAC)), folder)


def _save(model: Any, folder: Path) -> None:
    draw = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for weight in (weight for weight in model.parameters() if weight.ndim > 1):
            wide = weight[0].numel() ** -0.5  # so that sound comes through as loud as it goes in
            weight.copy_(torch.randn(weight.shape, generator=draw) * wide if wide < 1 else 1.0)
        for name, buffer in model.named_buffers():
            if name.endswith(("embed", "embed_sum")):
                buffer.copy_(torch.randn(buffer.shape, generator=draw) * 0.3)
    model.float().eval().save_pretrained(folder)


_EMOVA = '''
import itertools
import wave

import numpy as np
import torch
from transformers import PreTrainedModel, PreTrainedConfig


class TinyConfig(PreTrainedConfig):
    model_type = "tiny_emova"


class TinyEmova(PreTrainedModel):
    """A unit for each 40 ms: the loudest sample, in steps of 1 / 4095; repetitions left out."""

    config_class = TinyConfig

    def __init__(self, config):
        super().__init__(config)
        self.scale = torch.nn.Parameter(torch.zeros(1))
        self.post_init()

    def encode(self, wav_file):
        with wave.open(wav_file) as file:
            assert (file.getframerate(), file.getnchannels()) == (16000, 1)
            samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32767
        if not samples.any():
            raise ValueError("nothing is said")
        frames = samples[: len(samples) // 640 * 640].reshape(-1, 640)
        units = np.rint(np.abs(frames).max(1) * float(self.scale)).astype(int).tolist()
        return "".join(f"<|speech_{unit}|>" for unit, _ in itertools.groupby(units))

    def decode(self, speech_unit, condition=None, output_wav_file="output.wav"):
        words = speech_unit.replace("<|speech_", "").replace("|>", " ").split()
        if "fearful" in condition:  # EMOVA's own knows a table of them
            raise KeyError(condition)
        loud = 1.0 if "pitch-high" in condition else 0.5
        sound = np.repeat(np.array(words, float) / 4095 * loud, 640)
        with wave.open(output_wav_file, "wb") as file:
            file.setparams((1, 2, 22050, 0, "NONE", ""))
            file.writeframes(np.rint(sound * 32767).astype("<i2").tobytes())
'''


def build_emova(folder: Path) -> None:
    folder.mkdir()
    (folder / "modeling_tiny_emova.py").write_text(_EMOVA)
    config = {
        "model_type": "tiny_emova",
        "architectures": ["TinyEmova"],
        "auto_map": {
            "AutoConfig": "modeling_tiny_emova.TinyConfig",
            "AutoModel": "modeling_tiny_emova.TinyEmova",
        },
    }
    (folder / "config.json").write_text(json.dumps(config))
    weights = {"scale": torch.full((1,), 4095.0)}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
