"""Tokenizers as folders and as functions for `Dataset.map`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

pytest.importorskip("torch")

from mmgen_datasets.errors import MissingFileError, SourceError, UsageError
from mmgen_datasets.motion import TOKENIZERS
from mmgen_datasets.motion.tokenizer import MotionTokenizer, arrays
from mmgen_datasets.motion.tokenizer_codec import MotionCodec
from tests.contracts.motion_tokenizer import MotionTokenizerContract, chance_codec


class TestVQVAE(MotionTokenizerContract):
    family = "vqvae"
    settings = {"frame": (263,), "num_codes": 32, "code_width": 16, "width": 32}  # noqa: RUF012


class TestGridVQVAE(MotionTokenizerContract):
    family = "grid_vqvae"
    skeleton = "h36m"
    settings = {"num_codes": 32, "code_width": 16, "widths": (32, 32)}  # noqa: RUF012


def test_every_tokenizer_keeps_the_contract() -> None:
    tested = {kind.family for kind in MotionTokenizerContract.__subclasses__()}
    assert tested == {*TOKENIZERS}


def test_a_column_of_lists_becomes_arrays() -> None:
    cells = [[[1.0, 2.0], [3.0, 4.0]], None, [], [[1.0], [2.0, 3.0], [4.0, 5.0]]]
    one, none, empty, ragged = arrays(pa.chunked_array([pa.array(cells[:2]), pa.array(cells[2:])]))
    assert one is not None
    assert one.tolist() == cells[0]
    assert none is None
    assert empty is not None
    assert len(empty) == 0
    assert ragged is not None
    assert ragged.ndim == 1


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    codec = chance_codec("vqvae", TestVQVAE.settings, "humanml3d")
    codec.save_pretrained(tmp_path / "tokenizer")
    return tmp_path / "tokenizer"


def test_a_folder_that_lacks_a_file_is_refused(folder: Path) -> None:
    (folder / "std.npy").unlink()
    with pytest.raises(MissingFileError, match=r"no file .*std\.npy"):
        MotionCodec.from_pretrained(folder)


def test_a_mean_of_another_frame_is_refused(folder: Path) -> None:
    np.save(folder / "mean.npy", np.zeros(251, np.float32))
    with pytest.raises(
        SourceError, match=r"mean\.npy: has the shape \(251,\), and a frame \(263,\)"
    ):
        MotionCodec.from_pretrained(folder)


def test_weights_that_do_not_fit_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["network"]["width"] = 64
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(SourceError, match="size mismatch"):
        MotionCodec.from_pretrained(folder)


def test_settings_that_no_network_has_are_refused(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config["network"]["colour"] = "red"
    (folder / "config.json").write_text(json.dumps(config))
    with pytest.raises(UsageError, match="no setting 'colour'"):
        MotionCodec.from_pretrained(folder)


def test_a_broken_configuration_is_refused(folder: Path) -> None:
    (folder / "config.json").write_text("{")
    with pytest.raises(SourceError, match=r"config\.json: not JSON"):
        MotionCodec.from_pretrained(folder)
    (folder / "config.json").write_text("[]")
    with pytest.raises(SourceError, match="not the configuration of a tokenizer"):
        MotionCodec.from_pretrained(folder)


def test_a_column_that_is_not_there_is_refused(folder: Path) -> None:
    with pytest.raises(UsageError, match="no column 'motion'"):
        MotionTokenizer(str(folder))({"features": []})
