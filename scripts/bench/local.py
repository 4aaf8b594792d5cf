"""Measure backends that run a model in this process against their library, one chat at a time.

    python -m scripts.bench.local --threads 2 --rounds 3
    python -m scripts.bench.local --backend llama-cpp --model FILE.gguf --slots 8 16 32
    python -m scripts.bench.local --backend huggingface --device cuda --dtype bfloat16 --slots 16 64

A workload like that of a recipe: chats that begin with the same long prompt, go on with a
picture's few lines, and get a reply each. In turns, in one process:

* alone: the library, one chat after the other, with nothing kept between them;
* reuse: the same, with what the chat before began with kept;
* ours N: the backend, with N slots;
* others that the module of the backend tells of.

Without ``--model`` one of 163 million random weights is built (`tests.models.chat.WIDE`), which
spends as little of its time in attention as models of 7 billion do. Replies are drawn greedily
and counted as they come. CPU is that of all threads; figures are medians over the rounds.
"""

from __future__ import annotations

import argparse
import importlib
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple, TypeAlias

from mmgen_datasets.backends.local.worker import Ask, Engine
from mmgen_datasets.chat import Request, Sampling, text_turn
from tests.models import chat
from tests.models.text import sentences

CONTEXT = 4096

BACKENDS = {
    "huggingface": "scripts.bench.local_transformers",
    "llama-cpp": "scripts.bench.local_llama_cpp",
}
"""Modules with a function `entrants`, which is given a model and the options."""

Answer: TypeAlias = Callable[[list[Request]], int]
"""Answers all requests; returns how many tokens it wrote."""


class Entrants(NamedTuple):
    """Who is measured, with one model."""

    name: str
    """Of the model as it is run."""
    count: Callable[[str], int]
    """How many tokens a text has."""
    answers: dict[str, Answer]
    """By name; ``"alone"`` and ``"reuse"`` among them."""


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


def drive(engine: Engine, requests: list[Request]) -> int:
    """Let an engine of ours answer all, and close it."""
    asks = [Ask(request) for request in requests]
    for ask in asks:
        engine.add(ask)
    while engine.step():
        pass
    engine.close()
    return sum(ask.future.result().completion_tokens or 0 for ask in asks)


def measured(answer: Answer, requests: list[Request]) -> Measured:
    cpu, wall = time.process_time(), time.perf_counter()
    tokens = answer(requests)
    return Measured(tokens, time.process_time() - cpu, time.perf_counter() - wall)


def compete(entrants: Entrants, options: argparse.Namespace) -> dict[str, list[Measured]]:
    requests = workload(options, entrants.count)
    lengths = [sum(entrants.count(turn.text) for turn in each.chat) for each in requests]
    print(f"{len(requests)} chats of {statistics.mean(lengths):,.0f} tokens, {entrants.name}")
    wanted = {"alone", "reuse", *(options.only or entrants.answers)}
    answers = {name: each for name, each in entrants.answers.items() if name in wanted}
    taken: dict[str, list[Measured]] = {name: [] for name in answers}
    for number in range(options.rounds):
        for name, answer in answers.items():
            taken[name].append(measured(answer, requests))
            print(f"round {number + 1}, {name}: {taken[name][-1]}", flush=True)
    return taken


def tabulate(taken: dict[str, list[Measured]]) -> None:
    rates = {
        name: (
            statistics.median(each.tokens / each.cpu_s for each in rounds),
            statistics.median(each.tokens / each.wall_s for each in rounds),
        )
        for name, rounds in taken.items()
    }
    print(f"{'':12} tokens/CPU s  of alone  of reuse   tokens/s  of alone  of reuse")
    for name, both in rates.items():
        words = [
            f"{rate:12.1f} {rate / alone:8.2f}x {rate / reuse:8.2f}x"
            for rate, alone, reuse in zip(both, rates["alone"], rates["reuse"], strict=True)
        ]
        print(f"{name:12}{''.join(words)}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--backend", choices=BACKENDS, default="llama-cpp")
    parser.add_argument("--model", type=Path, help="a model that the backend takes")
    parser.add_argument(
        "--kind", default="Q8_0", help="of the matrices of a GGUF file that is built"
    )
    parser.add_argument("--device", default="cpu", help="of transformers")
    parser.add_argument("--dtype", default="float32", help="of transformers")
    parser.add_argument("--requests", type=int, default=16)
    parser.add_argument("--shared", type=int, default=1700, help="tokens of the system prompt")
    parser.add_argument("--own", type=int, default=35, help="tokens of the user's turn")
    parser.add_argument("--new", type=int, default=128, help="tokens of a reply")
    parser.add_argument("--slots", type=int, nargs="+", default=[16])
    parser.add_argument("--only", nargs="+", help="of those beside 'alone' and 'reuse'")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    module = importlib.import_module(BACKENDS[options.backend])
    with tempfile.TemporaryDirectory() as folder:
        if options.model is None:
            options.model = Path(folder) / "wide"
            chat.build(options.model, chat.WIDE)
        taken = compete(module.entrants(options.model, options), options)
    tabulate(taken)


if __name__ == "__main__":
    main()
