"""`SpeechTokenizer` over tables, with a codec of one's own, and what it refuses."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("soundfile")
pytest.importorskip("soxr")
pytest.importorskip("transformers")

import torch
from datasets import Dataset, IterableDataset
from datasets.fingerprint import Hasher
from transformers import AutoTokenizer

from mmgen_datasets.errors import RowError, StopError, UnknownNameError, UsageError
from mmgen_datasets.speech.base import Clip, Codes, Voice, Wave
from mmgen_datasets.speech.tokenizer import SpeechTokenizer
from mmgen_datasets.speech.units import flatten, read_units
from tests.models.store import ModelStore
from tests.sounds import babble, file_of, stored

pytestmark = pytest.mark.usefixtures("one_thread")


class Loudness:
    """A codec of one's own: how loud each tenth of a second is, in 10 steps."""

    rate, frame_s, codebook_size, num_codebooks = 100, 0.1, 10, 1

    def __init__(self, settings: SpeechTokenizer) -> None:
        self.settings = settings

    def encode(self, waves: list[Wave]) -> list[Codes | RowError]:
        return [np.array([[int(abs(wave).max() * 9)]]) for wave in waves]

    def decode(self, codes: Codes, voice: Voice | None) -> Clip:
        return Clip(np.full(10, codes[0, 0] / 9, np.float32), self.rate)


def own() -> SpeechTokenizer:
    return SpeechTokenizer(f"{__name__}:Loudness")


def test_a_codec_of_ones_own_is_named_by_its_module() -> None:
    loud = {"array": np.full(10, 0.5), "sampling_rate": 100}
    assert own().rows([loud])[0].speech == "<|speech_4|>"
    assert own().decode("<|speech_9|>").wave.tolist() == [1.0] * 10


def test_another_column_makes_other_columns() -> None:
    table = Dataset.from_dict({"answer": [stored(file_of(np.full(20, 0.5), 100))]})
    tokenizer = replace(own(), column="answer", into="answer_speech")
    mapped = table.map(tokenizer, batched=True)
    assert mapped.column_names == [
        *("answer", "answer_speech", "answer_speech_seconds", "answer_speech_error"),
    ]


def test_columns_of_a_run_before_are_replaced() -> None:
    table = Dataset.from_dict({"audio": [stored(file_of(np.full(20, 0.5), 100))]})
    once = table.map(own(), batched=True)
    louder = Dataset.from_dict({"audio": [stored(file_of(np.ones(20) * 0.99, 100))]})
    again = louder.add_column("speech", once["speech"][:]).map(own(), batched=True)
    assert again["speech"][:] == ["<|speech_8|>"]
    assert again.column_names == once.column_names


def test_a_stream_is_mapped_as_well() -> None:
    def rows() -> Any:
        for loudness in (0.1, 0.5):
            yield {"audio": stored(file_of(np.full(20, loudness), 100))}

    stream = IterableDataset.from_generator(rows).map(own(), batched=True, batch_size=1)
    assert [row["speech"] for row in stream] == ["<|speech_0|>", "<|speech_4|>"]


def test_a_selection_is_mapped_in_its_own_order() -> None:
    recordings = [stored(file_of(np.full(20, loudness), 100)) for loudness in (0.1, 0.3, 0.6)]
    chosen = Dataset.from_dict({"audio": recordings}).select([2, 0])
    assert chosen.map(own(), batched=True)["speech"][:] == ["<|speech_5|>", "<|speech_0|>"]


def test_several_processes_give_the_same(tiny_models: ModelStore) -> None:
    """Also where this one has used the model before, in threads that the others do not have."""
    torch.set_num_threads(2)
    recordings = [stored(file_of(babble(1.0, 8000, seed), 8000)) for seed in range(4)]
    tokenizer = SpeechTokenizer("mimi", str(tiny_models.path("mimi")), device="cpu")
    expected = [row.speech for row in tokenizer.rows(recordings)]
    mapped = Dataset.from_dict({"audio": recordings}).map(tokenizer, batched=True, num_proc=2)
    assert mapped["speech"][:] == expected


def test_a_vocabulary_that_was_given_the_tokens_reads_each_unit_as_one(
    tiny_models: ModelStore,
) -> None:
    tokenizer = SpeechTokenizer("mimi", str(tiny_models.path("mimi")), device="cpu")
    [row] = tokenizer.rows([stored(file_of(babble(0.1, 8000), 8000))])
    vocabulary = AutoTokenizer.from_pretrained(tiny_models.path("chat"))
    first = len(vocabulary)
    assert vocabulary.add_tokens(tokenizer.special_tokens(), special_tokens=True) == 4 * 64
    ids = vocabulary(row.speech)["input_ids"]
    assert [number - first for number in ids] == read_units(row.speech or "")
    assert vocabulary.decode(ids) == row.speech


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="limits memory as Linux does")
def test_a_recording_that_memory_has_no_room_for_is_an_error_in_its_row(
    tiny_models: ModelStore,
) -> None:
    code = f"""
import resource
import numpy as np
from mmgen_datasets import SpeechTokenizer
clips = [
    {{"array": np.full(8000 * seconds, 0.1, np.float32), "sampling_rate": 8000}}
    for seconds in (1, 900, 2)
]
tokenizer = SpeechTokenizer(
    "encodec", {str(tiny_models.path("encodec"))!r}, device="cpu", max_seconds=1000
)
tokenizer.rows(clips[:1])
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + 400 * 2**20,) * 2)
print([row.error for row in tokenizer.rows(clips)])
"""
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    no_room = "the memory has no room for the recording of 900.0 s"
    assert printed.stdout.decode().strip() == str([None, no_room, None])


def test_another_process_gives_the_same_fingerprint() -> None:
    code = (
        "from datasets.fingerprint import Hasher\n"
        "from mmgen_datasets import SpeechTokenizer\n"
        "print(Hasher.hash(SpeechTokenizer('mimi', num_codebooks=8)))"
    )
    printed = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
    expected = Hasher.hash(SpeechTokenizer("mimi", num_codebooks=8))
    assert printed.stdout.decode().strip() == expected


def test_a_column_that_is_missing_is_named() -> None:
    with pytest.raises(UsageError, match="no column 'audio'") as error:
        Dataset.from_dict({"sound": [1]}).map(own(), batched=True)
    assert "sound" in error.value.hint


def test_a_recording_that_is_too_long_is_refused() -> None:
    tokenizer = replace(own(), max_seconds=0.5)
    [row] = tokenizer.rows([stored(file_of(np.zeros(100), 100))])
    assert row.error == "the recording lasts 1.0 s, and the limit is 0.5 s"


@pytest.mark.parametrize("max_seconds", [0, -1.0, float("nan")])
def test_a_limit_that_cannot_be_meant(max_seconds: float) -> None:
    with pytest.raises(UsageError, match="max_seconds is"):
        SpeechTokenizer("mimi", max_seconds=max_seconds)


def test_a_codec_that_nobody_knows() -> None:
    with pytest.raises(UnknownNameError, match="no codec is called 'mimmi'"):
        SpeechTokenizer("mimmi").open()


def test_a_model_of_another_kind_is_told(tiny_models: ModelStore) -> None:
    with pytest.raises(UsageError, match="is a 'dac', not a 'mimi'"):
        SpeechTokenizer("mimi", str(tiny_models.path("dac"))).open()


def test_a_model_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(StopError, match="cannot be loaded"):
        SpeechTokenizer("mimi", str(tmp_path)).open()


def test_a_model_that_was_replaced_has_another_fingerprint(
    tiny_models: ModelStore, tmp_path: Path
) -> None:
    folder = tmp_path / "model"
    shutil.copytree(tiny_models.path("mimi"), folder)
    before = SpeechTokenizer("mimi", str(folder))
    shutil.rmtree(folder)
    shutil.copytree(tiny_models.path("dac"), folder)
    assert SpeechTokenizer("mimi", str(folder)) != before


def test_units_of_another_codec_are_refused() -> None:
    with pytest.raises(RowError, match="unit 1 is 10, and in its place it is 0 to 9"):
        own().decode("<|speech_9|><|speech_10|>")
    assert flatten(np.array([[9]]), 10) == [9]
