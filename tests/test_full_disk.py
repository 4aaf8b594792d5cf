"""A disk that is full: one sentence, nothing half written, nothing lost without a word."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from mmgen_datasets import export, load_run
from mmgen_datasets.cli import main
from mmgen_datasets.generation.journal import open_journal
from tests.sample import SAMPLE_DIR
from tests.servers.openai_server import Behaviour, serve

FULL = Path("/dev/full")
"""Whatever is written there finds no space left on the device."""
GENERATE = ["generate", "coco2017", "--data-dir", str(SAMPLE_DIR)]
RECIPE = """
tasks:
  - name: detail
    inputs: [captions, boxes]
    reply: answer
    system: Describe the picture.
    instructions: [Describe it.]
    sampling: {max_tokens: null}
"""
WITH_LITTLE_ROOM = """
import resource, sys
from mmgen_datasets.cli import main
size = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
sys.exit(main(sys.argv[2:]))
"""


def run_with_room(size: int, *words: str | Path, **environment: str) -> Any:
    """Run a command in a process whose files can have so many bytes at most."""
    return subprocess.run(
        [sys.executable, "-c", WITH_LITTLE_ROOM, str(size), *map(str, words)],
        check=False,
        capture_output=True,
        text=True,
        env=os.environ | environment,
    )


def test_a_run_whose_journal_cannot_grow_stops_and_says_what_is_lost(
    samples: Any, tmp_path: Path
) -> None:
    """`samples` has put the source into the cache already, so that only the run is written."""
    (tmp_path / "mine.yaml").write_text(RECIPE)
    out = tmp_path / "run"
    with serve(Behaviour(form="plain", reply_chars=40_000, latency_s=0.05)) as server:
        command = [*GENERATE, "--recipe", str(tmp_path / "mine.yaml"), "--out", str(out)]
        command += ["--backend", "openai", "--model", "any", "--base-url", server.url]
        stopped = run_with_room(500_000, *command, "--concurrency", "4")
        assert stopped.returncode == 2, stopped.stdout + stopped.stderr
        told = re.fullmatch(
            r"error: (\S+): cannot be written: disk I/O error; (\d+) repl(?:y|ies) that had come"
            r" could not be kept\n  → make room on its disk, then give the same command again to"
            r" go on\n",
            stopped.stderr,
        )
        assert told, stopped.stderr
        assert told[1] == str(out / "journal.sqlite")
        with open_journal(out / "journal.sqlite") as journal:
            kept = journal.usage().replies
        assert 0 < kept == server.stats["answered"] - int(told[2])
        assert not list(out.rglob("*.part"))
        assert main(command) == 0
        assert server.stats["asked_again"] == int(told[2])
    assert len(load_run(out)) == 24


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
class TestFiles:
    @pytest.mark.parametrize(
        ("partial", "whole"),
        [
            ("run.json.part", "run.json"),
            ("rejects.jsonl.part", "rejects.jsonl"),
            (
                ".train-00000-of-00001.parquet.part",
                "conversations/train-00000-of-00001.parquet",
            ),
        ],
    )
    def test_what_stood_there_still_does(
        self, partial: str, whole: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main([*GENERATE, "--out", str(tmp_path)]) == 0
        before = (tmp_path / whole).read_bytes()
        (tmp_path / partial).symlink_to(FULL)
        assert main([*GENERATE, "--out", str(tmp_path)]) == 2
        assert capsys.readouterr().err == (
            f"error: {tmp_path / whole}: No space left on device\n"
            "  → make room on its disk, then give the same command again\n"
        )
        if whole != "run.json":
            assert (tmp_path / whole).read_bytes() == before
        assert not list(tmp_path.rglob("*.part"))
        assert not list(tmp_path.rglob("*.arrow"))
        assert main([*GENERATE, "--out", str(tmp_path)]) == 0

    @pytest.mark.parametrize(
        ("format", "name"), [("llava", "llava.json"), ("instruct-jsonl", "instruct.jsonl")]
    )
    def test_an_export_is_whole_or_absent(
        self, format: str, name: str, conversations: Any, tmp_path: Path
    ) -> None:
        (tmp_path / f"{name}.part").symlink_to(FULL)
        with pytest.raises(OSError, match=f"No space left on device: '{tmp_path / name}'"):
            export(conversations, format, tmp_path, pictures="none")
        assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("fresh", [False, True])
def test_a_source_that_finds_no_room_is_a_sentence(
    fresh: bool, samples: Any, tmp_path: Path
) -> None:
    """While it is read for the first time, or while it is written as parquet."""
    home = {"HF_HOME": str(tmp_path / "home")} if fresh else {}
    words = ["prepare", "coco2017", "--data-dir", str(SAMPLE_DIR), "--out", str(tmp_path / "out")]
    stopped = run_with_room(12_000, *words, **home)
    assert stopped.returncode == 2
    assert stopped.stderr.startswith("error: ")
    assert "File too large" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not (tmp_path / "out").exists()
