"""Compare clients by the requests that they get through in a second of processor time.

    python -m scripts.bench.client --requests 2000 --rounds 3

One server in a process of its own answers at once; the clients take turns in this one, each
round in the same order. The vendor's client takes part where `openai` is installed.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib.util
import itertools
import statistics
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import AsyncExitStack

import aiohttp
import msgspec

from mmgen_datasets.backends.openai import OpenAI
from mmgen_datasets.chat import Request, text_turn
from tests.servers.openai_server import spawn

SYSTEM = "You are shown what annotators wrote about a picture. " * 36
"""With the question about 2 kB, as a context of captions and boxes is."""

Ask = Callable[[str], Awaitable[object]]
Opened = Callable[[str, AsyncExitStack], Awaitable[Ask]]


async def ours(url: str, stack: AsyncExitStack) -> Ask:
    backend = OpenAI("any", base_url=url)

    def ask(question: str) -> Awaitable[object]:
        turns = text_turn("system", SYSTEM), text_turn("user", question)
        return backend.reply(Request(question, turns))

    return ask


async def bare(url: str, stack: AsyncExitStack) -> Ask:
    connector = aiohttp.TCPConnector(limit=0)
    session = await stack.enter_async_context(aiohttp.ClientSession(connector=connector))

    async def ask(question: str) -> object:
        body = msgspec.json.encode(payload(question))
        headers = {"Content-Type": "application/json"}
        async with session.post(f"{url}/chat/completions", data=body, headers=headers) as response:
            return msgspec.json.decode(await response.read())

    return ask


async def vendor(url: str, stack: AsyncExitStack) -> Ask:
    sdk = importlib.import_module("openai")
    client = await stack.enter_async_context(sdk.AsyncOpenAI(base_url=url, api_key="none"))

    def ask(question: str) -> Awaitable[object]:
        answer: Awaitable[object] = client.chat.completions.create(**payload(question))
        return answer

    return ask


CLIENTS: dict[str, Opened] = {"bare aiohttp": bare, "ours": ours, "AsyncOpenAI": vendor}


def payload(question: str) -> dict[str, object]:
    messages = [{"role": "system", "content": SYSTEM}, {"role": "user", "content": question}]
    return {"model": "any", "messages": messages, "max_tokens": 1024}


async def rate(opened: Opened, url: str, *, num_requests: int, concurrency: int) -> float:
    """Requests in a second of this process's time, connections opened beforehand."""
    async with AsyncExitStack() as stack:
        ask = await opened(url, stack)

        async def work(questions: Iterator[int]) -> None:
            for number in questions:
                await ask(f"What is in picture {number}?")

        async def all_of(numbers: range) -> None:
            questions = iter(numbers)
            await asyncio.gather(*(work(questions) for _ in range(concurrency)))

        await all_of(range(concurrency))
        start = time.process_time()
        await all_of(range(num_requests))
        return num_requests / (time.process_time() - start)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--reply-chars", default="2000")
    options = parser.parse_args()
    clients = {
        name: opened for name, opened in CLIENTS.items() if name != "AsyncOpenAI" or _has_sdk()
    }
    rates: dict[tuple[int, str], list[float]] = {}
    with spawn("--reply-chars", options.reply_chars) as url:
        for _, concurrency, name in itertools.product(range(options.rounds), (32, 256), clients):
            run = rate(clients[name], url, num_requests=options.requests, concurrency=concurrency)
            rates.setdefault((concurrency, name), []).append(asyncio.run(run))
    print("concurrency  client        requests per CPU second  of bare")
    for (concurrency, name), measured in rates.items():
        median = statistics.median(measured)
        share = median / statistics.median(rates[concurrency, "bare aiohttp"])
        print(f"{concurrency:11}  {name:12}  {median:23.0f}  {share:7.2f}")


def _has_sdk() -> bool:
    return importlib.util.find_spec("openai") is not None


if __name__ == "__main__":
    main()
