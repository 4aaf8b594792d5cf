"""Those of `scripts.bench.local` that run transformers.

* alone: `generate`, with nothing kept between chats;
* reuse: the same with a copy of the keys and values of what the chats begin with;
* static: the same for so many chats at a time, padded on the left of what is their own;
* paged: `generate_batch`, the continuous batching of transformers;
* ours: the backend `huggingface`.
"""

from __future__ import annotations

import argparse
from copy import deepcopy
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import torch
from transformers import AutoTokenizer, ContinuousBatchingConfig, DynamicCache

from mmgen_datasets.backends.hf.loading import load, open_engine
from mmgen_datasets.backends.hf.model import Model
from mmgen_datasets.chat import Request
from scripts.bench.local import CONTEXT, Answer, Entrants, drive


def entrants(path: Path, options: argparse.Namespace) -> Entrants:
    """Load the model twice: the backend has its copy attend in another way."""
    torch.set_num_threads(options.threads)
    loaded = partial(
        load,
        str(path),
        path.name,
        revision=None,
        device=options.device,
        dtype=options.dtype,
        trust_remote_code=False,
    )
    theirs, own = loaded(), loaded()
    theirs.network.generation_config.pad_token_id = theirs.padding
    library = _Library(theirs.network, AutoTokenizer.from_pretrained(path), options.new)
    answers: dict[str, Answer] = {
        "alone": partial(_alone, library),
        "reuse": partial(_batched, library, 1),
    }
    for number in options.slots:
        answers[f"static {number}"] = partial(_batched, library, number)
        answers[f"paged {number}"] = partial(_paged, library, number)
        answers[f"ours {number}"] = partial(_ours, own, number)
    return Entrants(
        f"{path.name} in {options.dtype} on {options.device}",
        lambda text: len(library.tokenizer.encode(text)),
        answers,
    )


class _Library(NamedTuple):
    network: Any
    tokenizer: Any
    new: int
    """Tokens of a reply."""

    def prompts(self, requests: list[Request]) -> list[torch.Tensor]:
        """Each ``(1, T)``."""
        chats = ([{"role": turn.role, "content": turn.text} for turn in r.chat] for r in requests)
        read = partial(
            self.tokenizer.apply_chat_template, add_generation_prompt=True, return_tensors="pt"
        )
        return [read(chat)["input_ids"].to(self.network.device) for chat in chats]

    def generate(self, ids: torch.Tensor, **more: Any) -> torch.Tensor:
        """``(R, N)``: what is written."""
        out: torch.Tensor = self.network.generate(
            ids, max_new_tokens=self.new, do_sample=False, **more
        )
        return out[:, ids.shape[1] :]


def _ours(model: Model, number: int, requests: list[Request]) -> int:
    return drive(open_engine(model, num_slots=number, context=CONTEXT), requests)


def _alone(library: _Library, requests: list[Request]) -> int:
    return sum(
        library.generate(ids, attention_mask=torch.ones_like(ids)).shape[1]
        for ids in library.prompts(requests)
    )


def _batched(library: _Library, number: int, requests: list[Request]) -> int:
    network, prompts = library.network, library.prompts(requests)
    shared = _common(prompts)
    with torch.inference_mode():
        beginning = network(
            prompts[0][:, :shared], past_key_values=DynamicCache(config=network.config)
        ).past_key_values
    tokens = 0
    for start in range(0, len(prompts), number):
        batch = prompts[start : start + number]
        longest = max(ids.shape[1] for ids in batch)
        ids = torch.zeros((len(batch), longest), dtype=torch.long, device=network.device)
        seen = torch.zeros_like(ids)
        ids[:, :shared], seen[:, :shared] = batch[0][:, :shared], 1
        for row, prompt in enumerate(batch):
            own = prompt.shape[1] - shared
            ids[row, longest - own :], seen[row, longest - own :] = prompt[0, shared:], 1
        cache = deepcopy(beginning)
        cache.batch_repeat_interleave(len(batch))
        out = library.generate(ids, attention_mask=seen, past_key_values=cache)
        tokens += int(_lengths(out, network.generation_config.eos_token_id).sum())
    return tokens


def _common(prompts: list[torch.Tensor]) -> int:
    shortest = min(ids.shape[1] for ids in prompts)
    alike = torch.stack([ids[0, :shortest] for ids in prompts])
    return int((alike == alike[0]).all(0).long().cumprod(0).sum())


def _lengths(out: torch.Tensor, end: int) -> torch.Tensor:
    """How many tokens of each row were written, the one that ends it included."""
    ended = (out == end).long().cumsum(1) - (out == end).long()
    return (ended == 0).sum(1)


def _paged(library: _Library, number: int, requests: list[Request]) -> int:
    settings = deepcopy(library.network.generation_config)
    settings.max_new_tokens, settings.do_sample = library.new, False
    out = library.network.generate_batch(
        [ids[0].tolist() for ids in library.prompts(requests)],
        generation_config=settings,
        continuous_batching_config=ContinuousBatchingConfig(
            page_size=64, num_blocks=64 * number, max_batch_tokens=512
        ),
        progress_bar=False,
    )
    return sum(len(each.generated_tokens) for each in out.values())
