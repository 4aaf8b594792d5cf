"""Run contestants in processes of their own and compare what they take."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

ENVIRONMENT = {"HF_HUB_OFFLINE": "1", "OPENAI_API_KEY": "none"}


class Measured(NamedTuple):
    """What a process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float
    ideal_s: float


def start(words: list[str], work: Path) -> subprocess.Popen[bytes]:
    environment = os.environ | ENVIRONMENT | {"HF_HOME": str(work / "hf")}
    return subprocess.Popen(
        words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def measure(words: list[str], work: Path, url: str, concurrency: int) -> Measured:
    """Run a process to its end."""
    waited = stats(url)["waited_s"]
    began = time.perf_counter()
    process = start(words, work)
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - began
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    ideal = (stats(url)["waited_s"] - waited) / concurrency
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, ideal)


def stats(url: str) -> dict[str, Any]:
    with urlopen(f"{url.removesuffix('/v1')}/stats") as answer:
        return dict(json.load(answer))


def tabulate(taken: Mapping[str, Sequence[Measured]], requests: int) -> None:
    """Print the medians of each contestant."""
    print(f"{'':8} CPU s per 1,000  times bare  share of ideal  requests per s  peak MB")
    cpu = {name: statistics.median(run.cpu_s for run in runs) for name, runs in taken.items()}
    for name, runs in taken.items():
        wall, peak = (statistics.median(getattr(r, k) for r in runs) for k in ("wall_s", "peak_mb"))
        share = statistics.median(run.ideal_s / run.wall_s for run in runs)
        ratio = cpu[name] / cpu.get("bare", cpu[name])
        print(
            f"{name:8} {cpu[name] / requests * 1000:15.2f}  {ratio:10.2f}  {share:14.2f}"
            f"  {requests / wall:14.0f}  {peak:7.0f}"
        )
