"""`scripts/generate.py`: the command line of multimodal-instruct, doing what it said it did."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts.generate import main
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import serve

PROMPTS = """\
conversation:
  type: conversation
  system_prompt: >
    Talk about the picture.
  split_user_assistant: ===
  stopwords: ["Question:", "Answer:"]
  inputs:
    - captions
    - boxes
  examples: []
"""


@pytest.fixture
def words(tmp_path: Path) -> list[str]:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "COCO2017").symlink_to(SAMPLE_DIR)
    (tmp_path / "prompts.yaml").write_text(PROMPTS)
    return [
        *("COCO2017", "--dataset_storage_path", str(tmp_path / "cache"), "--limit", "3"),
        *("--prompt_config", str(tmp_path / "prompts.yaml"), "--model_source", "openai"),
        *("--model", "any", "--output_path", str(tmp_path / "instruct.jsonl")),
    ]


def test_it_writes_a_line_for_each_exchange(words: list[str], tmp_path: Path) -> None:
    with serve() as server:
        assert main([*words, "--openai_base_url", server.url]) == 0
    lines = (tmp_path / "instruct.jsonl").read_text().splitlines()
    assert len(lines) == 3
    assert json.loads(lines[0])["image_source"] == "COCO2017"


def test_the_output_format_is_obeyed(words: list[str], tmp_path: Path) -> None:
    with serve() as server:
        llava = ["--output_format", "llava-instruct", "--openai_base_url", server.url]
        assert main([*words, *llava]) == 0
    records = json.loads((tmp_path / "instruct.jsonl").read_text())
    assert [record["conversations"][0]["from"] for record in records] == ["human"] * 3


def test_the_same_command_asks_nothing_again(words: list[str]) -> None:
    with serve() as server:
        for _ in range(2):
            assert main([*words, "--openai_base_url", server.url]) == 0
        assert server.stats["received"] == 3


def test_what_is_missing_is_a_sentence(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "prompts.yaml").unlink()
    assert main(words) == 2
    assert "prompts.yaml" in capsys.readouterr().err
