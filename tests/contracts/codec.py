"""What every codec must do."""

from __future__ import annotations

import pickle
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from datasets import Audio, Dataset
from datasets.fingerprint import Hasher

from mmgen_datasets.media import undecoded
from mmgen_datasets.speech.tokenizer import SpeechTokenizer
from mmgen_datasets.speech.units import flatten, read_units, unflatten
from tests.models.store import ModelStore
from tests.sounds import babble, file_of, stored


class CodecContract:
    """Inherit it, and name the codec; its tiny model goes by the same name."""

    codec: str
    settings: dict[str, Any] = {}  # noqa: RUF012

    @pytest.fixture
    def tokenizer(self, tiny_models: ModelStore) -> SpeechTokenizer:
        model = str(tiny_models.path(self.codec))
        return SpeechTokenizer(self.codec, model, device="cpu", **self.settings)

    @pytest.fixture
    def recordings(self, tokenizer: SpeechTokenizer) -> list[Any]:
        """Of several lengths, none a whole number of frames, not in order of length."""
        rate = tokenizer.open().rate
        lengths = (0.3, 0.1, 0.2001, 0.45, 0.1)
        return [
            stored(file_of(babble(length, rate, seed), rate, subtype="FLOAT"))
            for seed, length in enumerate(lengths)
        ]

    @pytest.fixture
    def samples(self, recordings: list[Any]) -> Dataset:
        names = [f"clip-{number}" for number in range(len(recordings))]
        table = Dataset.from_dict({"id": names, "audio": recordings})
        return table.cast_column("audio", Audio())

    def test_a_clip_is_the_same_whatever_it_is_given_with(
        self, tokenizer: SpeechTokenizer, recordings: list[Any]
    ) -> None:
        alone = [tokenizer.rows([recording])[0] for recording in recordings]
        assert tokenizer.rows(recordings) == alone
        assert tokenizer.rows(recordings[::-1]) == alone[::-1]
        assert len({row.speech for row in alone}) == len(alone)

    def test_units_are_among_the_tokens_and_give_the_codes_back(
        self, tokenizer: SpeechTokenizer, recordings: list[Any]
    ) -> None:
        codec, tokens = tokenizer.open(), tokenizer.special_tokens()
        assert len(tokens) == len({*tokens}) == codec.codebook_size * codec.num_codebooks
        for speech, _, error in tokenizer.rows(recordings):
            assert error is None
            assert speech is not None
            units = read_units(speech)
            assert "".join(tokens[unit] for unit in units) == speech
            codes = unflatten(units, codec.codebook_size, codec.num_codebooks)
            assert flatten(codes, codec.codebook_size) == units

    def test_units_can_be_heard(self, tokenizer: SpeechTokenizer, recordings: list[Any]) -> None:
        [row] = tokenizer.rows(recordings[:1])
        assert row.speech is not None
        clip = tokenizer.decode(row.speech)
        assert clip.wave.dtype == np.float32
        assert clip.wave.ndim == 1
        assert 0.1 < clip.seconds < 0.4
        assert np.isfinite(clip.wave).all()
        assert clip.wave.any()

    def test_map_adds_columns_and_leaves_recordings_as_they_are(
        self, tokenizer: SpeechTokenizer, samples: Dataset
    ) -> None:
        mapped = samples.map(tokenizer, batched=True, batch_size=2)
        added = ["speech", "speech_seconds", "speech_error"]
        assert mapped.column_names == ["id", "audio", *added]
        assert mapped.features["audio"] == Audio()
        assert undecoded(mapped)["audio"] == undecoded(samples)["audio"]
        rows = tokenizer.rows(undecoded(samples)["audio"][:])
        assert mapped["speech"][:] == [row.speech for row in rows]
        seconds = [row.seconds for row in rows]
        assert mapped["speech_seconds"][:] == pytest.approx(seconds)

    def test_what_cannot_be_encoded_is_an_error_in_its_row(
        self, tokenizer: SpeechTokenizer, samples: Dataset
    ) -> None:
        """Also where it is all that the first batch holds."""
        rate = tokenizer.open().rate
        bad = {
            "no recording": None,
            "not a readable": stored(b"RIFF no sound"),
            "lasts 0.000 s, less than": stored(file_of(np.zeros(0), rate)),
            "lasts 0.001 s, less than": stored(file_of(np.zeros(rate // 1000), rate)),
            "not a number": stored(file_of(np.array([0.1, np.nan] * rate), rate, subtype="FLOAT")),
            "cannot be read": {"bytes": None, "path": "/nowhere/clip.wav"},
        }
        table = Dataset.from_dict({"audio": [*bad.values(), *undecoded(samples)["audio"]]})
        mapped = table.map(tokenizer, batched=True, batch_size=3)
        assert mapped["speech"][: len(bad)] == [None] * len(bad)
        for expected, error in zip(bad, mapped["speech_error"], strict=False):
            assert expected in error
        assert mapped["speech_error"][len(bad) :] == [None] * len(samples)
        assert None not in mapped["speech"][len(bad) :]

    def test_the_fingerprint_follows_from_the_settings_alone(
        self, tokenizer: SpeechTokenizer, samples: Dataset
    ) -> None:
        before = Hasher.hash(tokenizer)
        first = samples.map(tokenizer, batched=True)._fingerprint
        copy = pickle.loads(pickle.dumps(tokenizer))
        assert copy == tokenizer
        assert {copy, tokenizer} == {tokenizer}
        assert Hasher.hash(tokenizer) == Hasher.hash(copy) == before
        assert samples.map(copy, batched=True)._fingerprint == first
        other = replace(tokenizer, into="units")
        assert samples.map(other, batched=True)._fingerprint != first
        assert other.open() is tokenizer.open()
