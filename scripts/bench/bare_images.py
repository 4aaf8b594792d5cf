"""The least that can be done: read each picture, POST it, and append each answer to a file.

    python -m scripts.bench.bare_images PICTURES URL CONCURRENCY MAX_SIDE

As `scripts.bench.bare`; with a MAX_SIDE other than 0 Pillow shrinks each picture, on the loop.
"""

from __future__ import annotations

import asyncio
import importlib
import io
import sys
from base64 import b64encode
from pathlib import Path
from typing import Any

import aiohttp


def payload(path: Path, max_side: int) -> dict[str, Any]:
    data = path.read_bytes()
    if max_side:
        pillow = importlib.import_module("PIL.Image")
        picture, file = pillow.open(io.BytesIO(data)), io.BytesIO()
        picture.thumbnail((max_side, max_side), pillow.Resampling.LANCZOS)
        picture.save(file, "JPEG", quality=90)
        data = file.getvalue()
    uri = f"data:image/jpeg;base64,{b64encode(data).decode()}"
    content = [{"type": "image_url", "image_url": {"url": uri}}]
    return {"model": "any", "messages": [{"role": "user", "content": content}], "max_tokens": 1024}


async def ask_all(pictures: Path, url: str, concurrency: int, max_side: int) -> None:
    waiting = iter(sorted(pictures.iterdir()))
    connector = aiohttp.TCPConnector(limit=0)
    with pictures.with_suffix(".answers.jsonl").open("w") as file:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def work() -> None:
                for path in waiting:
                    body = payload(path, max_side)
                    async with session.post(f"{url}/chat/completions", json=body) as response:
                        file.write(await response.text() + "\n")

            await asyncio.gather(*(work() for _ in range(concurrency)))


if __name__ == "__main__":
    asyncio.run(ask_all(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:])))
