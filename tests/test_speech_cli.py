"""`mmgen speech`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("soundfile")

from mmgen_datasets import SpeechTokenizer
from mmgen_datasets.cli import main
from mmgen_datasets.speech import CODECS
from tests.models.store import ModelStore
from tests.sounds import babble, file_of


@pytest.fixture
def mimi(tiny_models: ModelStore) -> str:
    return str(tiny_models.path("mimi"))


def test_units_are_printed_a_line_for_each_file(
    mimi: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = [tmp_path / f"{name}.wav" for name in "ab"]
    for number, file in enumerate(files):
        file.write_bytes(file_of(babble(0.1, 8000, number), 8000))
    options = ["--model", mimi, "--num-codebooks", "2", "--device", "cpu"]
    assert main(["speech", "tokens", "mimi", *map(str, files), *options]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    rows = SpeechTokenizer("mimi", mimi, num_codebooks=2, device="cpu").rows(files)
    assert lines == [
        {"file": str(file), "seconds": 0.1, "speech": row.speech}
        for file, row in zip(files, rows, strict=True)
    ]


def test_a_file_that_cannot_be_read_is_a_line_and_a_status(
    mimi: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    missing = str(tmp_path / "no.wav")
    assert main(["speech", "tokens", "mimi", missing, "--model", mimi]) == 1
    line = json.loads(capsys.readouterr().out)
    assert (line["file"], line["seconds"]) == (missing, None)
    assert "cannot be read" in line["error"]


def test_special_tokens_are_printed_in_order(mimi: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speech", "special-tokens", "mimi", "--model", mimi, "--num-codebooks", "3"]) == 0
    tokens = capsys.readouterr().out.split()
    assert tokens == [f"<|speech_{unit}|>" for unit in range(3 * 64)]


def test_codecs_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["speech", "codecs"]) == 0
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == [*CODECS]


def test_code_runs_only_where_it_is_asked_for(
    tiny_models: ModelStore, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["speech", "special-tokens", "emova", "--model", str(tiny_models.path("emova"))]
    assert main(command) == 2
    assert "--trust-remote-code" in capsys.readouterr().err
    assert main([*command, "--trust-remote-code"]) == 0
    assert len(capsys.readouterr().out.split()) == 4096
