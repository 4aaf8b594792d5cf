"""The backend of transformers as tests open it, and pictures to ask it about."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
from PIL import Image

from mmgen_datasets.backends import open_backend
from mmgen_datasets.chat import Media, Request, Text, Turn, text_turn
from tests.local_chats import EXAMPLES, GREEDY

EXACT = {"device": "cpu", "dtype": "float32", "threads": 1}
"""Threads that wait for one another are slow where all cores are busy, as while tests run."""


def opened(model: str, **settings: Any) -> Any:
    return open_backend("huggingface", **{"model": model, **EXACT} | settings)


def picture(seed: int) -> Media:
    pixels = np.random.default_rng(seed).integers(0, 256, (40, 60, 3), dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return Media("image", file.getvalue(), "image/png")


def shown(seed: int, question: str, system: str = EXAMPLES) -> Request:
    """A system turn, then a picture and a question."""
    turn = Turn("user", (picture(seed), Text(question)))
    return Request(f"{seed}{question}", (text_turn("system", system), turn), GREEDY)
