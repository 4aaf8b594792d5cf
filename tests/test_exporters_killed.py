"""An export that is killed and given again comes out like one that was left alone."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from datasets import Dataset, load_from_disk

from mmgen_datasets import export
from mmgen_datasets.exporters import EXPORTERS
from tests.contracts.exporter import files_under
from tests.exported_rows import row, stored, table
from tests.photographs import file_of, photograph

PROGRAM = """
import sys
from datasets import load_from_disk
from mmgen_datasets import export
rows, format, out = sys.argv[1:]
export(load_from_disk(rows), format, out)
"""


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """300 conversations about a picture each, 40 MB in all."""
    folder = tmp_path_factory.mktemp("rows")
    data = file_of(photograph(512, 384))
    made = [
        row(f"r{n}", "<image>\nWhat?", file_name=f"{n}.jpg", images=[stored(data, "a.jpg")])
        for n in range(300)
    ]
    table(made, "images").save_to_disk(str(folder))
    return folder


def size(folder: Path) -> int:
    """How many bytes stand under a folder; files come and go meanwhile."""
    total = 0
    for path in folder.rglob("*"):
        try:
            total += path.stat().st_size
        except FileNotFoundError:
            continue
    return total


@pytest.mark.slow
@pytest.mark.parametrize("share", [0.02, 0.7])
@pytest.mark.parametrize("format", sorted(EXPORTERS.keys() - {"instruct-jsonl"}))
def test_a_killed_export_given_again_comes_out_the_same(
    format: str, share: float, rows: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    conversations: Dataset = load_from_disk(str(rows))
    export(conversations, format, out)
    whole, undisturbed = size(out), files_under(out)
    out.rename(tmp_path / "undisturbed")

    process = subprocess.Popen([sys.executable, "-c", PROGRAM, str(rows), format, str(out)])
    while process.poll() is None and size(out) < share * whole:
        time.sleep(0.001)
    os.kill(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert files_under(out) != undisturbed

    export(conversations, format, out)
    assert files_under(out) == undisturbed
