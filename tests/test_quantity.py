"""What is one of its kind is told in the singular: by commands, on the card and on the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mmgen_datasets.cli import main
from tests.sample import SAMPLE_DIR

SEVERAL = re.compile(r"(?<![\d.,:/~-])1 [a-z]*s\b(?! (?:is|was))")
"""A one before a word in the plural."""
COMMANDS = [
    ["generate", "coco2017", "--data-dir", str(SAMPLE_DIR), "--limit", "1", "--out", "run"],
    ["status", "run"],
    ["show", "run"],
    ["check", "run"],
    ["select", "run", "--total", "1", "--out", "chosen"],
    ["status", "chosen"],
    ["export", "run", "--out", "llava"],
    ["card", "run"],
    ["card", "chosen"],
    ["repair", "asked"],
    ["report", "run"],
]
ASKED = [
    *["generate", "coco2017", "--data-dir", str(SAMPLE_DIR), "--limit", "1", "--out", "asked"],
    *["--recipe", "llava-small", "--backend", "scripted"],
    *["--option", "function=tests.run_plans:every_third_fails"],
]


@pytest.mark.parametrize("text", ["1 conversations", "of 1 replies", "(1 rows)"])
def test_a_plural_of_one_would_be_found(text: str) -> None:
    assert SEVERAL.search(text)


def test_nothing_says_one_of_several(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for words in (ASKED, *COMMANDS):
        assert main(words) in (0, 1), words
        said = "".join(capsys.readouterr())
        assert not SEVERAL.findall(said), (words, said)
    story = re.search(r'<p class="story">\s*(.*)', Path("run/report.html").read_text("utf-8"))
    assert story
    assert story[1].startswith("1 conversation about 1 sample of ")
