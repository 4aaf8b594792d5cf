r"""Measure a whole run against a bare loop over the same requests.

    python -m scripts.bench.engine --rounds 3
    python -m scripts.bench.engine --rounds 1 --faults 0.01 --kill
    python -m scripts.bench.engine --rounds 1 --requests 5000 --latency 0.2 --sigma 0.69 \
        --stragglers 2
    python -m scripts.bench.engine --rounds 1 --requests 20000 --latency 1 --concurrency 1000

One server in a process of its own takes 100 ms for each of 2,000 chats of about 2 kB. In turns,
each in a fresh process, from its start to its finished file:

* ours: ``mmgen generate``, with journal, checks of the reply and parquet;
* bare: aiohttp, as many workers as slots and an append-only file, no retries;
* map: an async `Dataset.map` over `AsyncOpenAI`, where `openai` is installed.

CPU is user and system time of the whole process. The ideal is what the server waited, in all,
over concurrency: no client can be faster. With ``--faults`` each kind of fault meets that share
of the requests, and with ``--kill`` ours is killed once half the replies are sent and then
started again; the server counts how many requests came that it had answered before.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from scripts.bench.measuring import Measured, measure, start, stats, tabulate
from tests.servers.openai_server import spawn

FAULTS = ("busy", "busy-1s", "error-500", "close", "close-midway", "malformed", "cut-short", "drip")


def write_inputs(folder: Path, options: argparse.Namespace) -> None:
    """In a process of its own: a child's peak memory is at least its parent's."""
    numbers = [str(options.requests), str(options.stragglers)]
    subprocess.run(
        [sys.executable, "-m", "scripts.bench.inputs", str(folder), *numbers], check=True
    )


def command(contestant: str, work: Path, url: str, options: argparse.Namespace) -> list[str]:
    concurrency = str(options.concurrency)
    arguments = {
        "ours": [
            *("mmgen_datasets", "generate", str(work / "samples")),
            *("--recipe", str(work / "recipe.yaml"), "--out", str(work / "run")),
            *("--backend", "openai", "--model", "any", "--base-url", url),
            *("--option", "timeout_s=10", "--concurrency", concurrency),
        ],
        "bare": ["scripts.bench.bare", str(work / "prompts.json"), url, concurrency],
        "map": ["scripts.bench.async_map", str(work / "samples"), url, concurrency],
    }
    return [sys.executable, "-m", *arguments[contestant]]


def kill_at_half(words: list[str], work: Path, url: str, num_requests: int) -> None:
    process = start(words, work)
    while stats(url)["answered"] < num_requests / 2:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"killed after {stats(url)['answered']} replies")


def one(contestant: str, options: argparse.Namespace) -> Measured:
    flags = ["--latency", str(options.latency), "--sigma", str(options.sigma)]
    flags += ["--reply-chars", "2000"]
    for fault in FAULTS if options.faults else ():
        flags += ["--fault", f"{fault}={options.faults}"]
    with tempfile.TemporaryDirectory() as folder, spawn(*flags) as url:
        work = Path(folder)
        write_inputs(work, options)
        words = command(contestant, work, url, options)
        if options.kill:
            kill_at_half(words, work, url, options.requests)
        taken = measure(words, work, url, options.concurrency)
        rounded = ", ".join(f"{k} {v:.2f}" for k, v in taken._asdict().items())
        print(f"{contestant}: {rounded}; server: {stats(url)}")
        if contestant == "ours":
            manifest = json.loads((work / "run" / "run.json").read_text())
            print(f"  conversations {manifest['conversations']}, rejects {manifest['rejects']}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds, the median")
    parser.add_argument("--sigma", type=float, default=0.0, help="of the latency's logarithm")
    parser.add_argument("--stragglers", type=int, default=0, help="requests that take 8 s")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--faults", type=float, default=0.0, help="share of each kind")
    parser.add_argument("--kill", action="store_true", help="kill ours at half and go on")
    options = parser.parse_args()
    contestants = ["ours"]
    if not options.faults and not options.kill:
        contestants += ["bare"] + ["map"] * bool(importlib.util.find_spec("openai"))
    taken: dict[str, list[Measured]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name in contestants:
            taken[name].append(one(name, options))
    tabulate(taken, options.requests)


if __name__ == "__main__":
    main()
