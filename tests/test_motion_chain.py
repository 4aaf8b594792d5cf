"""From a folder of motions to what is exported and pushed, by the commands alone."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from mmgen_datasets import load_run
from mmgen_datasets.cli import main
from mmgen_datasets.motion.token_patterns import pattern
from mmgen_datasets.motion.tokens import read_codes
from tests.motion.folders import write_folder
from tests.servers.hub import serve
from tests.servers.hub_clients import UPLOADING, environment, lead

pytest.importorskip("torch")
pytestmark = UPLOADING

_LOADING = """
import json
from datasets import load_dataset
rows = load_dataset("alice/walks", split="train")
print(json.dumps({name: rows[name][:] for name in ("messages", "motion")}))
"""

NETWORK = ["--of", "width=16", "--of", "code_width=16", "--of", "num_codes=32"]


def run(*words: str | Path) -> None:
    assert main([str(word) for word in words]) == 0, words


@pytest.fixture
def motions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return write_folder(tmp_path / "HumanML3D", splits=[("train", 5)])


def test_motions_become_codes_and_conversations_about_them(motions: Path) -> None:
    run("motion", "doctor", motions)
    run(
        "motion",
        "train",
        motions,
        "--out",
        "tokenizer",
        *NETWORK,
        "--how",
        "num_steps=3",
        "--how",
        "window=32",
    )
    run("motion", "encode", "tokenizer", motions, "--out", "codes")
    given = ["humanml3d", "--data-dir", str(motions), "--codes", "codes", "--num-codes", "32"]
    run("motion", "conversations", *given, "--task", "text_to_motion", "--out", "trained")
    rows = [json.loads(line) for line in Path("trained/sharegpt.jsonl").read_text().splitlines()]
    how = pattern("motion_id", 32)
    lengths = [len(read_codes(row["messages"][1]["content"], how)) for row in rows]
    assert rows
    assert set(lengths) <= set(range(4, 22))


def test_what_is_asked_about_motions_is_exported_and_pushed(
    motions: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("generate", "humanml3d", "--data-dir", motions, "--recipe", "grounded", "--out", "asked")
    made = load_run("asked")
    assert set(made["kind"]) == {"grounded"}
    run("export", "asked", "--format", "sharegpt", "--out", "exported")
    lines = Path("exported/sharegpt.jsonl").read_text().splitlines()
    assert len(lines) == len(made)
    with serve(tmp_path / "hub") as hub:
        lead(hub, monkeypatch)
        run("push", "asked", "alice/walks")
        loading, home = [sys.executable, "-c", _LOADING], environment(hub, tmp_path / "home")
        found = subprocess.run(loading, env=home, capture_output=True, check=True)
    pushed = json.loads(found.stdout)
    assert pushed == {name: made[name][:] for name in ("messages", "motion")}
