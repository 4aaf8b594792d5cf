"""Compare ways of asking about pictures: ours, a bare HTTP loop, and `datasets` with a client.

    python -m scripts.bench.images --requests 400 --concurrency 32 --rounds 3
    python -m scripts.bench.images --max-side 512

Each request carries a photograph-like JPEG of 640 x 480 and about 160 kB, read from its file.
Processes and table are those of `scripts.bench.engine`. With ``--max-side`` every
contestant shrinks what it sends; the others do so with Pillow where they read the file.
"""

from __future__ import annotations

import argparse
import asyncio
import importlib
import importlib.util
import io
import json
import sys
import tempfile
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
import PIL.Image
from datasets import Dataset, Features, Image

from mmgen_datasets.schema import SAMPLE
from scripts.bench.measuring import Measured, measure, stats, tabulate
from tests.servers.openai_server import spawn

WIDTH, HEIGHT = 640, 480
RECIPE = """\
tasks:
  - name: look
    inputs: [image]
    reply: turns
    system: Write questions and answers about the picture. Put === between them.
"""


def draw_photograph(seed: int) -> bytes:
    """A JPEG as large as a photograph of this size: soft colours below, grain above."""
    rng = np.random.default_rng(seed)
    coarse = rng.integers(0, 256, (HEIGHT // 8, WIDTH // 8, 3), dtype=np.uint8)
    soft = PIL.Image.fromarray(coarse).resize((WIDTH, HEIGHT), PIL.Image.Resampling.BICUBIC)
    grainy = np.asarray(soft) * 0.6 + 50 + rng.normal(0, 14, (HEIGHT, WIDTH, 1))
    file = io.BytesIO()
    PIL.Image.fromarray(grainy.clip(0, 255).astype(np.uint8)).save(file, "JPEG", quality=90)
    return file.getvalue()


def write_samples(work: Path, num_samples: int) -> None:
    pictures, samples = work / "pictures", work / "samples"
    pictures.mkdir()
    samples.mkdir()

    def row(index: int) -> dict[str, Any]:
        path = pictures / f"{index:06}.jpg"
        path.write_bytes(draw_photograph(index))
        lists: dict[str, Any] = {
            name: [] for name in ("captions", "objects", "labels", "relations", "narratives")
        }
        known = {"id": str(index), "source": "bench", "split": "train", "file_name": path.name}
        size = {"width": WIDTH, "height": HEIGHT}
        return dict.fromkeys(SAMPLE) | lists | known | size | {"image": str(path)}

    features = Features(SAMPLE | {"image": Image()})
    rows = Dataset.from_list([row(index) for index in range(num_samples)], features=features)
    rows.to_parquet(samples / "train.parquet")
    (work / "recipe.yaml").write_text(RECIPE)


def command(contestant: str, work: Path, url: str, options: argparse.Namespace) -> list[str]:
    limit = [] if options.max_side is None else ["--max-image-side", str(options.max_side)]
    if contestant != "ours":
        words = [contestant, str(work), url, str(options.concurrency), str(options.max_side or 0)]
        return [sys.executable, "-m", "scripts.bench.images", "--as", *words]
    return [
        *(sys.executable, "-m", "mmgen_datasets", "generate", str(work / "samples")),
        *("--recipe", str(work / "recipe.yaml"), "--out", str(work / "run")),
        *("--backend", "openai", "--model", "any", "--base-url", url),
        *("--concurrency", str(options.concurrency), *limit),
    ]


def payload(path: Path, max_side: int) -> dict[str, Any]:
    data = path.read_bytes()
    if max_side:
        picture, file = PIL.Image.open(io.BytesIO(data)), io.BytesIO()
        picture.thumbnail((max_side, max_side), PIL.Image.Resampling.LANCZOS)
        picture.save(file, "JPEG", quality=90)
        data = file.getvalue()
    uri = f"data:image/jpeg;base64,{b64encode(data).decode()}"
    content = [{"type": "image_url", "image_url": {"url": uri}}]
    return {"model": "any", "messages": [{"role": "user", "content": content}], "max_tokens": 1024}


async def bare(work: Path, url: str, concurrency: int, max_side: int) -> None:
    waiting: Iterator[Path] = iter(sorted((work / "pictures").iterdir()))
    connector = aiohttp.TCPConnector(limit=0)
    with (work / "bare.jsonl").open("w") as file:
        async with aiohttp.ClientSession(connector=connector) as session:

            async def ask() -> None:
                for path in waiting:
                    body = json.dumps(payload(path, max_side)).encode()
                    headers = {"Content-Type": "application/json"}
                    address = f"{url}/chat/completions"
                    async with session.post(address, data=body, headers=headers) as response:
                        file.write(await response.text() + "\n")

            await asyncio.gather(*(ask() for _ in range(concurrency)))


def with_datasets(work: Path, url: str, concurrency: int, max_side: int) -> None:
    client = importlib.import_module("openai").AsyncOpenAI(base_url=url, api_key="none")
    slots = asyncio.Semaphore(concurrency)

    async def ask(image: dict[str, Any]) -> dict[str, Any]:
        async with slots:
            asked = payload(Path(image["path"]), max_side)
            answer = await client.chat.completions.create(**asked)
            return {"reply": answer.choices[0].message.content}

    rows = Dataset.from_parquet(str(work / "samples/train.parquet"))
    rows = rows.cast_column("image", Image(decode=False))
    rows.map(ask, input_columns="image").to_parquet(work / "datasets.parquet")


def one(contestant: str, options: argparse.Namespace) -> Measured:
    flags = ["--latency", str(options.latency), "--reply-chars", "2000"]
    with tempfile.TemporaryDirectory() as folder, spawn(*flags) as url:
        work = Path(folder)
        write_samples(work, options.requests)
        taken = measure(command(contestant, work, url, options), work, url, options.concurrency)
        print(f"{contestant}: {taken}, server: {stats(url)}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--requests", type=int, default=400)
    parser.add_argument("--latency", type=float, default=0.1, help="seconds")
    parser.add_argument("--concurrency", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--max-side", type=int, help="pixels; pictures are sent as they are")
    parser.add_argument("--as", nargs=5, dest="contestant", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.contestant:
        name, work, url, *numbers = options.contestant
        concurrency, max_side = map(int, numbers)
        if name == "bare":
            asyncio.run(bare(Path(work), url, concurrency, max_side))
        else:
            with_datasets(Path(work), url, concurrency, max_side)
        return
    contestants = ["ours", "bare"]
    contestants += ["datasets"] if importlib.util.find_spec("openai") else []
    taken: dict[str, list[Measured]] = {name: [] for name in contestants}
    for _ in range(options.rounds):
        for name in contestants:
            taken[name].append(one(name, options))
    tabulate(taken, options.requests)


if __name__ == "__main__":
    main()
