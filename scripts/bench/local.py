"""Measure backends that run a model in this process against their library, one chat at a time.

    python -m scripts.bench.local --threads 2 --rounds 3
    python -m scripts.bench.local --model FILE.gguf

A workload like that of a recipe: chats that begin with the same long prompt, go on with a
picture's few lines, and get a reply each. In turns, in one process:

* alone: `Llama.create_chat_completion`, one chat after the other, with nothing kept between them;
* reuse: the same as it comes, which keeps the beginning of the chat before;
* ours: the backend `llama-cpp`, with as many slots as `--slots`.

Without ``--model`` one of 163 million random weights is built (`tests.models.chat.WIDE`), which
spends as little of its time in attention as models of 7 billion do. Replies are drawn greedily
and counted as they come. CPU is that of all threads; figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from llama_cpp import Llama

from mmgen_datasets.backends.llama_cpp import LlamaCpp, open_slots
from mmgen_datasets.backends.local.worker import Ask
from mmgen_datasets.chat import Request, Sampling, text_turn
from tests.models import chat, gguf_twin
from tests.models.text import sentences

CONTEXT = 4096


class Measured(NamedTuple):
    """What a round took."""

    tokens: int
    cpu_s: float
    wall_s: float


def workload(options: argparse.Namespace, count: Callable[[str], int]) -> list[Request]:
    """Chats with a system prompt of so many tokens, and a turn of the user's."""
    written = sentences(1_000_000, seed=1)
    prompt = text_of(written, options.shared, count)
    sampling = Sampling(max_tokens=options.new, temperature=0)
    return [
        Request(
            str(number),
            (
                text_turn("system", prompt),
                text_turn("user", text_of(written, options.own, count)),
            ),
            sampling,
        )
        for number in range(options.requests)
    ]


def text_of(written: Iterator[str], tokens: int, count: Callable[[str], int]) -> str:
    text = next(written)
    while count(text) < tokens:
        text += "\n" + next(written)
    return text


def high_level(llama: Any, requests: list[Request], *, clear: bool) -> int:
    """Let llama-cpp-python answer one after the other; returns the tokens written."""
    tokens = 0
    for request in requests:
        if clear:
            llama.reset()
        messages = [{"role": turn.role, "content": turn.text} for turn in request.chat]
        limit = request.sampling.max_tokens
        answer = llama.create_chat_completion(messages, max_tokens=limit, temperature=0)
        tokens += answer["usage"]["completion_tokens"]
    return tokens


def ours(settings: LlamaCpp, requests: list[Request]) -> int:
    """Let the backend answer all; the memory is new, as in a new run."""
    slots = open_slots(settings)
    asks = [Ask(request) for request in requests]
    for ask in asks:
        slots.add(ask)
    while slots.step():
        pass
    slots.close()
    return sum(ask.future.result().completion_tokens or 0 for ask in asks)


def measured(answer: Callable[[], int]) -> Measured:
    cpu, wall = time.process_time(), time.perf_counter()
    tokens = answer()
    return Measured(tokens, time.process_time() - cpu, time.perf_counter() - wall)


def contestants(path: Path, options: argparse.Namespace) -> dict[str, Callable[[], int]]:
    llama = Llama(
        str(path),
        n_ctx=CONTEXT,
        n_gpu_layers=-1,
        n_threads=options.threads,
        n_threads_batch=options.threads,
        verbose=False,
    )
    requests = workload(options, lambda text: len(llama.tokenize(text.encode())))
    lengths = [sum(len(llama.tokenize(t.text.encode())) for t in r.chat) for r in requests]
    print(f"{len(requests)} chats of {statistics.mean(lengths):,.0f} tokens, of {path.name}")
    found: dict[str, Callable[[], int]] = {
        "alone": partial(high_level, llama, requests, clear=True),
        "reuse": partial(high_level, llama, requests, clear=False),
    }
    for number in options.slots:
        settings = LlamaCpp(
            str(path), context=CONTEXT, slots=number, threads=options.threads, prefix_dir=""
        )
        found[f"ours {number}"] = partial(ours, settings, requests)
    return found


def tabulate(taken: dict[str, list[Measured]]) -> None:
    rates = {
        name: (
            statistics.median(each.tokens / each.cpu_s for each in rounds),
            statistics.median(each.tokens / each.wall_s for each in rounds),
        )
        for name, rounds in taken.items()
    }
    print(f"{'':8} tokens/CPU s  of alone  of reuse   tokens/s  of alone  of reuse")
    for name, both in rates.items():
        words = [
            f"{rate:12.1f} {rate / alone:8.2f}x {rate / reuse:8.2f}x"
            for rate, alone, reuse in zip(both, rates["alone"], rates["reuse"], strict=True)
        ]
        print(f"{name:8}{''.join(words)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, help="a GGUF file")
    parser.add_argument("--kind", default="Q8_0", help="of the matrices of the model built")
    parser.add_argument("--requests", type=int, default=16)
    parser.add_argument("--shared", type=int, default=1600, help="tokens of the system prompt")
    parser.add_argument("--own", type=int, default=110, help="tokens of the user's turn")
    parser.add_argument("--new", type=int, default=128, help="tokens of a reply")
    parser.add_argument("--slots", type=int, nargs="+", default=[16])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = options.model or Path(folder) / f"wide-{options.kind.lower()}.gguf"
        if options.model is None:
            chat.build(Path(folder) / "wide", chat.WIDE)
            gguf_twin.write_gguf(Path(folder) / "wide", path, options.kind)
        taken: dict[str, list[Measured]] = {}
        runs = contestants(path, options)
        for number in range(options.rounds):
            for name, answer in runs.items():
                taken.setdefault(name, []).append(measured(answer))
                print(f"round {number + 1}, {name}: {taken[name][-1]}", flush=True)
    tabulate(taken)


if __name__ == "__main__":
    main()
