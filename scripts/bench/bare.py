"""The least that can be done: POST each prompt and append each answer to a file.

    python -m scripts.bench.bare PROMPTS.json URL CONCURRENCY

aiohttp, as many workers as requests may be in flight, no retries, no checks, no journal.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

import aiohttp


async def ask_all(prompts: Path, url: str, concurrency: int) -> None:
    waiting = iter(json.loads(prompts.read_text()))
    connector = aiohttp.TCPConnector(limit=0)
    with prompts.with_suffix(".answers.jsonl").open("w") as file:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def work() -> None:
                for prompt in waiting:
                    body = {
                        "model": "any",
                        "messages": [{"role": "user", "content": prompt}],
                        "max_tokens": 1024,
                    }
                    async with session.post(f"{url}/chat/completions", json=body) as response:
                        file.write(await response.text() + "\n")

            await asyncio.gather(*(work() for _ in range(concurrency)))


if __name__ == "__main__":
    asyncio.run(ask_all(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])))
