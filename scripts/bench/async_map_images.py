"""An async `Dataset.map` over the vendor's client that sends pictures.

python -m scripts.bench.async_map_images SAMPLES URL CONCURRENCY MAX_SIDE
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from datasets import Dataset, Image
from openai import AsyncOpenAI

from scripts.bench.bare_images import payload


def ask_all(samples: Path, url: str, concurrency: int, max_side: int) -> None:
    client = AsyncOpenAI(base_url=url, api_key="none")
    slots = asyncio.Semaphore(concurrency)

    async def ask(image: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            body = payload(Path(image["path"]), max_side)
            answer = await client.chat.completions.create(**body)
            return {"reply": answer.choices[0].message.content}

    rows = Dataset.from_parquet(str(samples / "train.parquet"))
    rows = rows.cast_column("image", Image(decode=False))
    rows.map(ask, input_columns="image").to_parquet(samples.parent / "replies.parquet")


if __name__ == "__main__":
    ask_all(Path(sys.argv[1]), sys.argv[2], *map(int, sys.argv[3:]))
