"""Runs of a recipe with a backend on this machine, each in a process of its own."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import time
from contextlib import closing, suppress
from pathlib import Path

from tests.sample import SAMPLE_DIR

_RECIPE = """
tasks:
  - name: questions
    kind: conversation
    inputs: [{inputs}]
    reply: json
    system: Ask about the picture, in JSON.
    sampling:
      max_tokens: 200
      json_schema:
        type: array
        minItems: 1
        maxItems: 2
        items:
          type: object
          properties:
            question: {{type: string, minLength: 5, maxLength: 20}}
            answer: {{type: string, minLength: 5, maxLength: 20}}
          required: [question, answer]
          additionalProperties: false
"""


def generating(run: Path, inputs: str, backend: str, model: str, *options: str) -> list[str]:
    """The command that asks about each picture of the bundled sample, two at a time.

    Args:
        run: the folder to fill; the recipe is written beside it.
        inputs: what the model is shown of a picture, comma separated.
        backend: the name of it.
        model: for the backend.
        options: settings of the backend, as ``NAME=VALUE``.
    """
    recipe = run.with_suffix(".yaml")
    recipe.write_text(_RECIPE.format(inputs=inputs))
    command = [sys.executable, "-m", "mmgen_datasets", "generate", "coco2017", "--data-dir"]
    command += [str(SAMPLE_DIR), "--recipe", str(recipe), "--out", str(run), "--concurrency", "2"]
    command += ["--backend", backend, "--model", model]
    return command + [word for option in options for word in ("--option", option)]


def kill_and_go_on(command: list[str], run: Path) -> tuple[int, int]:
    """Kill a run after a few replies, and give its command again.

    Returns:
        how many replies its journal had when it was killed, and how many it has in the end.
    """
    journal = run / "journal.sqlite"
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        while not (journal.exists() and _num_replies(journal) > 2):
            assert process.poll() is None
            time.sleep(0.01)
        process.kill()
    before = _num_replies(journal)
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    return before, _num_replies(journal)


def _num_replies(journal: Path) -> int:
    with closing(sqlite3.connect(journal)) as opened, suppress(sqlite3.OperationalError):
        found: int = opened.execute("SELECT count(*) FROM attempts").fetchone()[0]
        return found
    return 0  # it has no table yet
