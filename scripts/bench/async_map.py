"""An async `Dataset.map` over the vendor's client, as most scripts do it.

python -m scripts.bench.async_map SAMPLES URL CONCURRENCY
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

from datasets import Dataset
from openai import AsyncOpenAI


def ask_all(samples: Path, url: str, concurrency: int) -> None:
    client = AsyncOpenAI(base_url=url, api_key="none")
    slots = asyncio.Semaphore(concurrency)

    async def ask(row: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            answer = await client.chat.completions.create(
                model="any",
                messages=[{"role": "user", "content": row["captions"][0]}],
                max_tokens=1024,
            )
            return {"reply": answer.choices[0].message.content}

    rows = Dataset.from_parquet(str(samples / "train.parquet"))
    rows.map(ask).to_parquet(samples.parent / "replies.parquet")


if __name__ == "__main__":
    ask_all(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
