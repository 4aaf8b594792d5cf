"""Measure a whole run that sends pictures against a bare loop over the same files.

    python -m scripts.bench.images --rounds 3
    python -m scripts.bench.images --rounds 3 --max-side 512

As `scripts.bench.engine`, with 400 photograph-like JPEGs of about 160 kB, 32 at a time. With
``--max-side`` every contestant shrinks them before it sends them.
"""

from __future__ import annotations

import argparse
import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from scripts.bench.measuring import Measured, measure, stats, tabulate
from tests.servers.openai_server import spawn


def command(contestant: str, work: Path, url: str, options: argparse.Namespace) -> list[str]:
    limit = ["--max-image-side", str(options.max_side)] if options.max_side else []
    numbers = [str(options.concurrency), str(options.max_side)]
    arguments = {
        "ours": [
            *("mmgen_datasets", "generate", str(work / "samples")),
            *("--recipe", str(work / "recipe.yaml"), "--out", str(work / "run")),
            *("--backend", "openai", "--model", "any", "--base-url", url),
            *("--concurrency", str(options.concurrency), *limit),
        ],
        "bare": ["scripts.bench.bare_images", str(work / "pictures"), url, *numbers],
        "map": ["scripts.bench.async_map_images", str(work / "samples"), url, *numbers],
    }
    return [sys.executable, "-m", *arguments[contestant]]


def one(contestant: str, options: argparse.Namespace) -> Measured:
    flags = ["--latency", str(options.latency), "--reply-chars", "2000"]
    with tempfile.TemporaryDirectory() as folder, spawn(*flags) as url:
        work = Path(folder)
        inputs = ["scripts.bench.image_inputs", folder, str(options.requests)]
        subprocess.run([sys.executable, "-m", *inputs], check=True)
        words = command(contestant, work, url, options)
        taken = measure(words, work, url, options.concurrency)
        rounded = ", ".join(f"{k} {v:.2f}" for k, v in taken._asdict().items())
        print(f"{contestant}: {rounded}; server: {stats(url)}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--max-side", type=int, default=0, help="pixels; 0 sends files as they are")
    options = parser.parse_args()
    contestants = ["ours", "bare"] + ["map"] * bool(importlib.util.find_spec("openai"))
    taken: dict[str, list[Measured]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name in contestants:
            taken[name].append(one(name, options))
    tabulate(taken, options.requests)


if __name__ == "__main__":
    main()
