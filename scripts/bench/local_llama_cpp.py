"""Who is measured by `scripts.bench.local` for `llama-cpp`: the high-level class, and ours."""

from __future__ import annotations

import argparse
from functools import partial
from pathlib import Path
from typing import Any

from llama_cpp import Llama

from mmgen_datasets.backends.llama_cpp import LlamaCpp, open_slots
from mmgen_datasets.chat import Request
from scripts.bench.local import CONTEXT, Answer, Entrants, drive
from tests.models import gguf_twin


def entrants(model: Path, options: argparse.Namespace) -> Entrants:
    """Those who answer with a GGUF file, or with the twin of a folder of Transformers."""
    path = model
    if model.is_dir():
        path = model.with_name(f"{model.name}-{options.kind.lower()}.gguf")
        gguf_twin.write_gguf(model, path, options.kind)
    llama = Llama(
        str(path),
        n_ctx=CONTEXT,
        n_gpu_layers=-1,
        n_threads=options.threads,
        n_threads_batch=options.threads,
        verbose=False,
    )
    answers: dict[str, Answer] = {
        "alone": partial(high_level, llama, clear=True),
        "reuse": partial(high_level, llama, clear=False),
    }
    for number in options.slots:
        settings = LlamaCpp(
            str(path), context=CONTEXT, slots=number, threads=options.threads, prefix_dir=""
        )
        answers[f"ours {number}"] = partial(ours, settings)
    return Entrants(path.name, lambda text: len(llama.tokenize(text.encode())), answers)


def high_level(llama: Any, requests: list[Request], *, clear: bool) -> int:
    """Let the class answer one after the other."""
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
    """Let the backend answer; the model is loaded anew, as in a new run."""
    return drive(open_slots(settings), requests)
