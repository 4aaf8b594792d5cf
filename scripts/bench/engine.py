"""Measure a whole run against a bare loop over the same requests.

    python -m scripts.bench.engine --rounds 3
    python -m scripts.bench.engine --rounds 1 --faults 0.01 --kill

One server in a process of its own takes 100 ms for each of 2,000 chats of about 2 kB. In turns,
each in a fresh process, from its start to its finished file:

* ours: ``mmgen generate``, with journal, checks of the reply and parquet;
* bare: aiohttp, a semaphore's worth of workers and an append-only file, no retries;
* datasets: an async `Dataset.map` over `AsyncOpenAI`, where `openai` is installed.

CPU is user and system time of the whole process. The ideal is requests times latency over
concurrency. With ``--faults`` each kind of fault meets that share of the requests, and with
``--kill`` ours is killed once half the replies are sent and then started again; the server
counts how many requests came that it had answered before.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.request import urlopen

import aiohttp
from datasets import Dataset

from mmgen_datasets.schema import SAMPLE
from tests.servers.openai_server import spawn

FAULTS = ("busy", "busy-1s", "error-500", "close", "close-midway", "malformed", "cut-short", "drip")
RECIPE = """\
tasks:
  - name: conversation
    inputs: [captions]
    reply: turns
    system: |
      Write questions and answers about the picture that these sentences describe, as somebody
      who sees it. Put === between them.
"""
SENTENCE = "In picture {index} there are {number} boats on a lake under a wide and cloudy sky. "


class Measured(NamedTuple):
    """What a process took."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def write_samples(folder: Path, num_samples: int) -> None:
    """Samples whose chats have about 2 kB."""

    def rows() -> Iterator[dict[str, Any]]:
        for index in range(num_samples):
            text = "".join(SENTENCE.format(index=index, number=n) for n in range(25))
            empty: dict[str, Any] = dict.fromkeys(SAMPLE)
            lists: dict[str, Any] = {
                name: [] for name in ("objects", "labels", "relations", "narratives")
            }
            known = {"id": str(index), "source": "bench", "split": "train", "captions": [text]}
            yield empty | lists | known | {"file_name": f"{index}.jpg"}

    folder.mkdir()
    Dataset.from_list(list(rows()), features=SAMPLE).to_parquet(folder / "train.parquet")
    (folder.parent / "recipe.yaml").write_text(RECIPE)


def command(contestant: str, work: Path, url: str, options: argparse.Namespace) -> list[str]:
    if contestant != "ours":
        words = [str(work), url, str(options.concurrency)]
        return [sys.executable, "-m", "scripts.bench.engine", "--as", contestant, *words]
    return [
        *(sys.executable, "-m", "mmgen_datasets", "generate", str(work / "samples")),
        *("--recipe", str(work / "recipe.yaml"), "--out", str(work / "run")),
        *("--backend", "openai", "--model", "any", "--base-url", url),
        *("--option", "timeout_s=10", "--concurrency", str(options.concurrency)),
    ]


def measure(words: list[str], work: Path) -> Measured:
    """Run a process to its end."""
    start = time.perf_counter()
    environment = os.environ | {"HF_HOME": str(work / "hf"), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):
        raise SystemExit(f"{' '.join(words)} ended with {process.returncode}")
    wall = time.perf_counter() - start
    return Measured(wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def stats(url: str) -> dict[str, Any]:
    with urlopen(f"{url.removesuffix('/v1')}/stats") as answer:
        return dict(json.load(answer))


def prompts(work: Path) -> list[str]:
    return [row["captions"][0] for row in Dataset.from_parquet(str(work / "samples/train.parquet"))]


def payload(prompt: str) -> dict[str, Any]:
    return {"model": "any", "messages": [{"role": "user", "content": prompt}], "max_tokens": 1024}


async def bare(work: Path, url: str, concurrency: int) -> None:
    waiting = iter(prompts(work))
    connector = aiohttp.TCPConnector(limit=0)
    with (work / "bare.jsonl").open("w") as file:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def ask() -> None:
                for prompt in waiting:
                    address = f"{url}/chat/completions"
                    async with session.post(address, json=payload(prompt)) as response:
                        file.write(await response.text() + "\n")

            await asyncio.gather(*(ask() for _ in range(concurrency)))


def with_datasets(work: Path, url: str, concurrency: int) -> None:
    client = importlib.import_module("openai").AsyncOpenAI(base_url=url, api_key="none")
    slots = asyncio.Semaphore(concurrency)

    async def ask(row: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            answer = await client.chat.completions.create(**payload(row["captions"][0]))
            return {"reply": answer.choices[0].message.content}

    rows = Dataset.from_parquet(str(work / "samples/train.parquet"))
    rows.map(ask).to_parquet(work / "datasets.parquet")


def kill_at_half(words: list[str], work: Path, url: str, num_requests: int) -> Measured:
    """Start a run, kill it, and measure the run that finishes it."""
    environment = os.environ | {"HF_HOME": str(work / "hf"), "HF_HUB_OFFLINE": "1"}
    process = subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL)
    while stats(url)["answered"] < num_requests / 2:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    print(f"killed after {stats(url)['answered']} replies")
    return measure(words, work)


def one(contestant: str, options: argparse.Namespace) -> Measured:
    flags = ["--latency", str(options.latency), "--reply-chars", "2000"]
    for fault in FAULTS if options.faults else ():
        flags += ["--fault", f"{fault}={options.faults}"]
    with tempfile.TemporaryDirectory() as folder, spawn(*flags) as url:
        work = Path(folder)
        write_samples(work / "samples", options.requests)
        words = command(contestant, work, url, options)
        if options.kill:
            taken = kill_at_half(words, work, url, options.requests)
        else:
            taken = measure(words, work)
        counted = stats(url)
        print(f"{contestant}: {taken}, server: {counted}")
        if contestant == "ours":
            manifest = json.loads((work / "run" / "run.json").read_text())
            print(f"  conversations {manifest['conversations']}, rejects {manifest['rejects']}")
    return taken


def tabulate(taken: dict[str, list[Measured]], options: argparse.Namespace) -> None:
    """Print the medians of each contestant."""
    ideal = options.requests * options.latency / options.concurrency
    print(f"{'':10} CPU s per 1,000  share of ideal  requests per s  peak MB")
    for name, runs in taken.items():
        wall, cpu, peak = (statistics.median(column) for column in zip(*runs, strict=True))
        print(
            f"{name:10} {cpu / options.requests * 1000:15.2f}  {ideal / wall:14.2f}"
            f"  {options.requests / wall:14.0f}  {peak:7.0f}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--faults", type=float, default=0.0, help="share of each kind")
    parser.add_argument("--kill", action="store_true", help="kill ours at half and go on")
    parser.add_argument("--as", nargs=4, dest="contestant", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contestant:
        name, work, url, concurrency = options.contestant
        if name == "bare":
            asyncio.run(bare(Path(work), url, int(concurrency)))
        else:
            with_datasets(Path(work), url, int(concurrency))
        return
    contestants = ["ours"]
    if not options.faults and not options.kill:
        contestants += ["bare"]
        contestants += ["datasets"] if importlib.util.find_spec("openai") else []
    taken: dict[str, list[Measured]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name in contestants:
            taken[name].append(one(name, options))
    tabulate(taken, options)


if __name__ == "__main__":
    main()
