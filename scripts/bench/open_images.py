"""Measure loading Open Images against other ways to bring its files together.

    pip install duckdb polars
    python -m scripts.bench.open_images --folder oi-bench --scale 0.1 --runs 3

writes files of the size and form of the training split into the folder, once (seeded; 3.6 GB at
scale 1, 6.3 with --all-labels), and then runs the contestants in turns, each in a fresh process:

* ours: ``load_dataset("open_images_v7", split="train")`` with an empty cache, the rows on disk,
  the images' metadata sorted on the way;
* csv: the csv module and dictionaries of lists, the rows in memory;
* duckdb, polars: one query, the table in memory.

CPU is user and system time of the whole process, imports included; memory is its peak. What each
finds is compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from scripts.bench.open_images_inputs import write_files
from scripts.bench.open_images_others import CONTESTANTS


class Run(NamedTuple):
    """What one process took, and found."""

    cpu_s: float
    wall_s: float
    peak_mb: float
    found: str


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--folder", type=Path, required=True, help="where the files are written")
    parser.add_argument("--scale", type=float, default=0.1, help="share of the training split")
    parser.add_argument("--runs", type=int, default=3, help="how often each is measured")
    parser.add_argument(
        "--all-labels", action="store_true", help="also the labels of all 20,638 classes"
    )
    parser.add_argument("--only", nargs="+", choices=CONTESTANTS, default=[*CONTESTANTS])
    arguments = parser.parse_args()
    kind = "-all-labels" if arguments.all_labels else ""
    folder = arguments.folder.absolute() / f"scale-{arguments.scale:g}{kind}"
    if not folder.exists():
        write_files(folder, arguments.scale, all_labels=arguments.all_labels)
    names = [name for name in arguments.only if is_there(name)]
    runs: dict[str, list[Run]] = {name: [] for name in names}
    for _ in range(arguments.runs):
        for name in names:
            runs[name].append(measure(name, folder))
            print(f"{name:8} {describe(runs[name][-1])}", flush=True)
    report(runs)


def is_there(name: str) -> bool:
    return name not in ("duckdb", "polars") or importlib.util.find_spec(name) is not None


def measure(name: str, folder: Path) -> Run:
    """Run a contestant in a fresh process that has an empty cache beside the files."""
    with tempfile.TemporaryDirectory(dir=folder.parent) as cache:
        started = time.perf_counter()
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.bench.open_images_others", name, str(folder)],
            env={**os.environ, "HF_HOME": cache, "HF_HUB_OFFLINE": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        found = process.stdout.read() if process.stdout else ""
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - started
    process.returncode = os.waitstatus_to_exitcode(status)  # wait4 reaped it
    if process.returncode != 0:
        sys.exit(f"{name} failed: {sys.executable} {' '.join(map(str, process.args))}")  # type: ignore[arg-type]
    return Run(usage.ru_utime + usage.ru_stime, wall, usage.ru_maxrss / 1024, found.strip())


def describe(run: Run) -> str:
    return f"{run.cpu_s:6.2f} CPU s  {run.wall_s:6.2f} s  {run.peak_mb:6.0f} MB"


def report(runs: dict[str, list[Run]]) -> None:
    """Print medians, their ratios to the first, and whether all found the same."""
    first = statistics.median(run.cpu_s for run in next(iter(runs.values())))
    for name, taken in runs.items():
        cpu, wall, peak = (
            statistics.median(getattr(run, field) for run in taken)
            for field in ("cpu_s", "wall_s", "peak_mb")
        )
        print(f"{name:8} {describe(Run(cpu, wall, peak, ''))}  {cpu / first:5.2f} times the CPU")
    found = {name: taken[0].found for name, taken in runs.items()}
    print("\n".join(sorted({*found.values()})))
    if len({*found.values()}) > 1:
        sys.exit(f"they differ: {found}")


if __name__ == "__main__":
    main()
