"""What tests of backends in this process ask, and how they open the one of transformers."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from mmgen_datasets.backends import open_backend
from mmgen_datasets.chat import Media, Reply, Request, Sampling, Text, Turn, text_turn

GREEDY = Sampling(max_tokens=24, temperature=0)
EXAMPLES = " ".join(f"Example {number} has a red bicycle in it." for number in range(40))
"""About 700 tokens of the nano model's."""

EXACT = {"device": "cpu", "dtype": "float32", "threads": 1}
"""Threads that wait for one another are slow where all cores are busy, as while tests run."""


def opened(model: str, **settings: Any) -> Any:
    return open_backend("huggingface", **{"model": model, **EXACT} | settings)


def chat_request(*texts: str, sampling: Sampling = GREEDY) -> Request:
    """A system turn, then the user's."""
    chat = (text_turn("system", texts[0]), *(text_turn("user", text) for text in texts[1:]))
    return Request(" / ".join(texts), chat, sampling)


def picture(seed: int) -> Media:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return Media("image", file.getvalue(), "image/png")


def shown(seed: int, question: str, system: str = EXAMPLES) -> Request:
    """A system turn, then a picture and a question."""
    turn = Turn("user", (picture(seed), Text(question)))
    return Request(f"{seed}{question}", (text_turn("system", system), turn), GREEDY)


def texts(replies: list[Reply]) -> list[str]:
    """What is no UTF-8 becomes a mark, or nothing at the end of a reply cut short."""
    return [reply.text.replace("\ufffd", "") for reply in replies]
