"""The codecs: the contract of all, and what is special about each."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("soundfile")
pytest.importorskip("soxr")
pytest.importorskip("transformers")

import torch
from transformers import AutoModel

from mmgen_datasets.errors import RowError, StopError, UsageError
from mmgen_datasets.speech import CODECS
from mmgen_datasets.speech.base import Codes, Voice, Wave
from mmgen_datasets.speech.codec import TransformersCodec
from mmgen_datasets.speech.tokenizer import SpeechTokenizer
from mmgen_datasets.speech.units import read_units, unflatten
from tests.contracts.codec import CodecContract
from tests.models.store import ModelStore
from tests.sounds import babble, file_of, stored, tone

pytestmark = pytest.mark.usefixtures("one_thread")


def codes_of(tokenizer: SpeechTokenizer, wave: Wave, rate: int) -> Codes:
    [row] = tokenizer.rows([{"array": wave, "sampling_rate": rate}])
    codec = tokenizer.open()
    return unflatten(read_units(row.speech or ""), codec.codebook_size, codec.num_codebooks)


class TransformersContract(CodecContract):
    """What those of transformers have in common."""

    rate = 8000
    frame: int
    """In samples."""

    def model_codes(self, model: Any, sound: Any) -> Any:
        """What the model itself gives: ``(K, T)``."""
        raise NotImplementedError

    def test_the_codes_are_those_of_the_model(
        self, tokenizer: SpeechTokenizer, tiny_models: ModelStore
    ) -> None:
        wave = babble(0.25, self.rate)
        assert len(wave) % self.frame == 0
        model = AutoModel.from_pretrained(tiny_models.path(self.codec)).eval()
        with torch.inference_mode():
            expected = self.model_codes(model, torch.from_numpy(wave)[None, None]).numpy()
        assert codes_of(tokenizer, wave, self.rate).tolist() == expected.tolist()
        assert len(np.unique(expected)) > 10

    def test_a_clip_is_filled_up_with_silence_to_whole_frames(
        self, tokenizer: SpeechTokenizer
    ) -> None:
        wave = babble(0.25, self.rate)[: -self.frame // 2]
        whole = np.concatenate([wave, np.zeros(self.frame // 2, np.float32)])
        found, expected = (codes_of(tokenizer, clip, self.rate) for clip in (wave, whole))
        assert found.tolist() == expected.tolist()

    def test_fewer_codebooks_are_the_first_of_all(self, tokenizer: SpeechTokenizer) -> None:
        wave = babble(0.2, self.rate)
        every = codes_of(tokenizer, wave, self.rate)
        for number in range(1, len(every) + 1):
            fewer = replace(tokenizer, num_codebooks=number)
            assert codes_of(fewer, wave, self.rate).tolist() == every[:number].tolist()
            [row] = fewer.rows([{"array": wave, "sampling_rate": self.rate}])
            assert len(fewer.decode(row.speech or "").wave) > 0.8 * len(wave)

    @pytest.mark.parametrize("number", [0, 99])
    def test_a_number_of_codebooks_that_there_is_not(
        self, tokenizer: SpeechTokenizer, number: int
    ) -> None:
        with pytest.raises(UsageError, match=f"num_codebooks is {number}, and .* has"):
            replace(tokenizer, num_codebooks=number).open()

    def test_clips_that_go_through_the_model_together_come_out_as_alone(
        self, tokenizer: SpeechTokenizer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As on a GPU, where a call takes as many as there is room for."""
        codec = tokenizer.open()
        assert isinstance(codec, TransformersCodec)
        waves = [babble(0.05 * (1 + seed % 4), self.rate, seed) for seed in range(9)]
        alone = codec.encode(waves)
        monkeypatch.setitem(vars(codec), "seconds_at_once", 0.6)
        sizes = [len(group) for group in codec._groups([len(wave) // self.frame for wave in waves])]
        assert max(sizes) > 1
        for one, other in zip(alone, codec.encode(waves), strict=True):
            assert np.array_equal(one, other)  # type: ignore[arg-type]

    def test_a_voice_cannot_be_chosen(self, tokenizer: SpeechTokenizer) -> None:
        [row] = tokenizer.rows([stored(file_of(tone(0.1, self.rate), self.rate))])
        with pytest.raises(UsageError, match="hold the voice"):
            tokenizer.decode(row.speech or "", Voice(emotion="happy"))


class TestMimi(TransformersContract):
    codec, frame = "mimi", 40

    def model_codes(self, model: Any, sound: Any) -> Any:
        return model.encode(sound).audio_codes[0]


class TestEncodec(TransformersContract):
    codec, frame = "encodec", 20

    def model_codes(self, model: Any, sound: Any) -> Any:
        return model.encode(sound, bandwidth=9.6).audio_codes[0, 0]

    def test_one_whose_codes_leave_out_how_loud_it_is_is_refused(
        self, tiny_models: ModelStore
    ) -> None:
        with pytest.raises(UsageError, match="needs more than codes"):
            SpeechTokenizer("encodec", str(tiny_models.path("encodec-stereo"))).open()


class TestDac(TransformersContract):
    codec, frame = "dac", 20

    def model_codes(self, model: Any, sound: Any) -> Any:
        return model.encode(sound).audio_codes[0]


class TestEmova(CodecContract):
    codec = "emova"
    settings = {"trust_remote_code": True}  # noqa: RUF012

    def test_a_known_answer(self, tokenizer: SpeechTokenizer) -> None:
        """Frames of 40 ms as loud as 100, 100, 2000 and 7 of 4095; repetitions are left out."""
        wave = np.repeat(np.array([100, 100, 2000, 7]) / 4095, 640).astype(np.float32)
        [row] = tokenizer.rows([{"array": wave, "sampling_rate": 16_000}])
        assert row.speech == "<|speech_100|><|speech_2000|><|speech_7|>"
        assert row.seconds == pytest.approx(0.16)

    def test_the_voice_is_chosen_when_units_are_spoken(self, tokenizer: SpeechTokenizer) -> None:
        quiet = tokenizer.decode("<|speech_4095|>")
        loud = tokenizer.decode("<|speech_4095|>", Voice(pitch="high"))
        assert (quiet.rate, loud.rate) == (22_050, 22_050)
        assert loud.wave.max() == pytest.approx(2 * quiet.wave.max(), rel=1e-3)

    def test_its_code_does_not_run_unless_it_is_asked_for(self, tiny_models: ModelStore) -> None:
        with pytest.raises(UsageError, match="runs code that comes with it") as error:
            SpeechTokenizer("emova", str(tiny_models.path("emova"))).special_tokens()
        assert "trust_remote_code" in error.value.hint

    def test_a_clip_that_its_code_fails_on_is_an_error_in_its_row(
        self, tokenizer: SpeechTokenizer
    ) -> None:
        silence, sound = np.zeros(16_000), tone(0.2, 16_000)
        rows = tokenizer.rows([{"array": w, "sampling_rate": 16_000} for w in (silence, sound)])
        assert rows[0].error == (
            "the codec failed on the recording of 1.000 s: ValueError('nothing is said')"
        )
        assert rows[0].seconds == 1.0
        assert rows[1].error is None

    def test_weights_that_are_missing_are_no_matter_of_a_row(
        self, tiny_models: ModelStore, tmp_path: Path
    ) -> None:
        folder = tmp_path / "emova"
        shutil.copytree(tiny_models.path("emova"), folder)
        (folder / "model.safetensors").unlink()
        tokenizer = SpeechTokenizer("emova", str(folder), device="cpu", trust_remote_code=True)
        with pytest.raises(StopError, match="cannot be loaded"):
            tokenizer.rows([{"array": tone(0.2, 16_000), "sampling_rate": 16_000}])

    def test_a_voice_that_its_code_does_not_know_is_told(self, tokenizer: SpeechTokenizer) -> None:
        with pytest.raises(RowError, match=r"emotion-fearful_speed-slow.*KeyError"):
            tokenizer.decode("<|speech_1|>", Voice(emotion="fearful", speed="slow"))

    def test_the_tokens_are_known_without_the_weights(self) -> None:
        tokens = SpeechTokenizer("emova", trust_remote_code=True).special_tokens()
        assert (len(tokens), tokens[0], tokens[-1]) == (4096, "<|speech_0|>", "<|speech_4095|>")

    def test_it_has_one_codebook(self) -> None:
        with pytest.raises(UsageError, match=r"num_codebooks is 2, and .* has 1"):
            SpeechTokenizer("emova", num_codebooks=2, trust_remote_code=True).open()


def test_every_codec_has_its_contract() -> None:
    classes = [*CodecContract.__subclasses__(), *TransformersContract.__subclasses__()]
    assert {kind.codec for kind in classes if hasattr(kind, "codec")} == {*CODECS}
