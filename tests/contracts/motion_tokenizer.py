"""What every motion tokenizer must do."""

from __future__ import annotations

import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Array2D, Array3D, Dataset, Features, Value
from datasets.fingerprint import Hasher

from mmgen_datasets.motion.tokenizer import MotionTokenizer
from mmgen_datasets.motion.tokenizer_base import About, Motion
from mmgen_datasets.motion.tokenizer_codec import MotionCodec
from mmgen_datasets.motion.tokenizer_folder import build


def chance_codec(family: str, settings: dict[str, Any], skeleton: str) -> MotionCodec:
    """A tokenizer with weights of chance, always the same."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
    torch.manual_seed(5)
    network: Any = build(family, settings)
    random = np.random.default_rng(5)
    frame = network.settings.frame
    network.quantizer.begin_at(torch.randn(network.quantizer.vectors.shape) / 3)
    mean = random.normal(size=frame).astype(np.float32)
    std = random.uniform(0.5, 2, size=frame).astype(np.float32)
    about = About(skeleton, 20.0, "made by chance; free")
    return MotionCodec(family, network.eval(), mean, std, about)


class MotionTokenizerContract:
    """Inherit it, and name the network; its settings make it small."""

    family: str
    settings: dict[str, Any]
    skeleton = "humanml3d"

    @pytest.fixture
    def codec(self) -> MotionCodec:
        return chance_codec(self.family, self.settings, self.skeleton)

    @pytest.fixture
    def folder(self, codec: MotionCodec, tmp_path: Path) -> Path:
        path = tmp_path / "tokenizer"
        codec.save_pretrained(path)
        return path

    @pytest.fixture
    def motions(self, codec: MotionCodec) -> list[Motion]:
        """Of several lengths, not in order of length."""
        random = np.random.default_rng(2)
        frame = codec.network.settings.frame
        lengths = (24, codec.network.shortest, 40, 17, 24)
        return [
            (codec.mean + codec.std * random.normal(size=(length, *frame))).astype(np.float32)
            for length in lengths
        ]

    @pytest.fixture
    def clips(self, codec: MotionCodec, motions: list[Motion]) -> Dataset:
        frame = codec.network.settings.frame
        kind = (Array2D, Array3D)[len(frame) - 1]
        features = Features({"id": Value("string"), "motion": kind((None, *frame), "float32")})
        rows = {"id": [str(number) for number in range(len(motions))], "motion": motions}
        return Dataset.from_dict(rows, features=features)

    def test_codes_have_their_lengths_and_range(
        self, codec: MotionCodec, motions: list[Motion]
    ) -> None:
        frame = codec.network.settings.frame
        for motion, codes in zip(motions, codec.encode(motions), strict=True):
            assert isinstance(codes, np.ndarray)
            assert codes.dtype == np.int64
            assert codes.shape == (codec.network.num_steps(len(motion)), *frame[:-1])
            assert codes.min() >= 0
            assert codes.max() < codec.num_codes

    def test_codes_become_clips(self, codec: MotionCodec, motions: list[Motion]) -> None:
        codes: list[Any] = codec.encode(motions)
        for motion, again in zip(motions, codec.decode(codes), strict=True):
            assert again.dtype == np.float32
            assert again.shape[1:] == motion.shape[1:]
            assert 0 < len(again) <= len(motion)
            assert np.isfinite(again).all()

    def test_one_frame_too_few_is_an_error(self, codec: MotionCodec) -> None:
        frame = codec.network.settings.frame
        short = np.zeros((codec.network.shortest - 1, *frame), np.float32)
        assert f"{len(short)} frames" in str(codec.encode([short])[0])

    def test_a_folder_is_the_whole_tokenizer(
        self, codec: MotionCodec, folder: Path, motions: list[Motion], tmp_path: Path
    ) -> None:
        again = MotionCodec.from_pretrained(folder)
        assert (again.family, again.about) == (codec.family, codec.about)
        assert again.network.settings == codec.network.settings
        for one, other in zip(codec.encode(motions), again.encode(motions), strict=True):
            np.testing.assert_array_equal(one, other)
        MotionTokenizer.from_pretrained(folder).save_pretrained(tmp_path / "again")
        assert {path.name for path in (tmp_path / "again").iterdir()} == {
            *("config.json", "model.safetensors", "mean.npy", "std.npy")
        }
        assert (tmp_path / "again/config.json").read_bytes() == (
            folder / "config.json"
        ).read_bytes()

    def test_map_adds_columns(
        self, codec: MotionCodec, folder: Path, clips: Dataset, motions: list[Motion]
    ) -> None:
        tokenizer = MotionTokenizer.from_pretrained(folder, device="cpu")
        mapped = clips.map(tokenizer, batched=True, batch_size=2)
        assert mapped.column_names == [*clips.column_names, *tokenizer(clips[:1])]
        assert mapped["codes"][:] == [codes.tolist() for codes in codec.encode(motions)]  # type: ignore[union-attr]
        assert mapped["codes_error"][:] == [None] * len(motions)
        assert {*mapped["codes_tokenizer"]} == {tokenizer.content}
        assert mapped.features["motion"] == clips.features["motion"]
        np.testing.assert_array_equal(np.array(mapped[2]["motion"], np.float32), motions[2])

    def test_what_cannot_be_encoded_is_an_error_in_its_row(
        self, folder: Path, clips: Dataset
    ) -> None:
        """Also where it is all that the first batch holds."""
        rows = clips.select([0, 1]).to_dict()
        rows["motion"][0] = rows["motion"][0][:2]
        table = Dataset.from_dict(rows, features=clips.features)
        mapped = table.map(MotionTokenizer(str(folder)), batched=True, batch_size=1)
        assert mapped["codes"][0] is None
        assert "2 frames" in mapped["codes_error"][0]
        assert mapped["codes"][1]

    def test_the_fingerprint_follows_from_the_settings_and_the_files(
        self, codec: MotionCodec, folder: Path, clips: Dataset, tmp_path: Path
    ) -> None:
        tokenizer = MotionTokenizer(str(folder), device="cpu")
        before = Hasher.hash(tokenizer)
        first = clips.map(tokenizer, batched=True)._fingerprint
        copy = pickle.loads(pickle.dumps(tokenizer))
        assert copy == tokenizer
        assert Hasher.hash(tokenizer) == Hasher.hash(copy) == before
        assert clips.map(copy, batched=True)._fingerprint == first
        assert copy.open() is tokenizer.open() is replace(tokenizer, into="units").open()
        replace(codec, std=codec.std * 2).save_pretrained(tmp_path / "other")
        assert MotionTokenizer(str(tmp_path / "other")).content != tokenizer.content
