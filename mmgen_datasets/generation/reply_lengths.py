"""How long replies will be: as a recipe's examples, or as the real ones that there are."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.prompt_counts import Ints
from mmgen_datasets.generation.tokens import Counter
from mmgen_datasets.prompts.context import reply_of
from mmgen_datasets.prompts.task import Task

ENOUGH_REPLIES = 20
"""From so many real replies of a task on, they are believed more than its examples."""
_REPLY_OF_NO_EXAMPLE = 400  # tokens: a page of dialogue or three paragraphs


class Span(NamedTuple):
    """An expected value and what it will hardly be below or above."""

    low: float
    expected: float
    high: float


class Learnt(NamedTuple):
    """What the real replies of a task say."""

    replies: int
    reply_tokens: Span
    prompt_factor: float
    """Real prompt tokens for each that was counted."""
    cached_share: float
    """Of the prompt's tokens, 0..1."""


def learn(replies: Sequence[Sequence[Reply]], counted: Ints) -> Learnt | None:
    """See what the requests of a task used; None where they are too few to tell.

    Args:
        replies: to each request, those of all its attempts; without usage they are passed over.
        counted: the prompt tokens that were counted for each.
    """
    used = [
        (*sums, guess)
        for mine, guess in zip(replies, counted.tolist(), strict=True)
        if (sums := _sums(mine))
    ]
    if len(used) < ENOUGH_REPLIES:
        return None
    lengths, prompts, cached, guesses = (np.array(column) for column in zip(*used, strict=True))
    mean = float(lengths.mean())
    doubt = 2 * float(lengths.std(ddof=1)) / math.sqrt(len(lengths))  # 95 % of the mean
    return Learnt(
        len(used),
        Span(max(0.0, mean - doubt), mean, mean + doubt),
        float(prompts.sum() / max(1, guesses.sum())),
        float(cached.sum() / max(1, prompts.sum())),
    )


def _sums(replies: Sequence[Reply]) -> tuple[int, int, int] | None:
    """Tokens of replies, prompts and cache, over the attempts at a request."""
    told = [
        (reply.completion_tokens, reply.prompt_tokens, reply.cached_tokens or 0)
        for reply in replies
        if reply.completion_tokens is not None and reply.prompt_tokens is not None
    ]
    if not told:
        return None
    completion, prompt, cached = (sum(column) for column in zip(*told, strict=True))
    return completion, prompt, cached


def replies_by_example(task: Task, texts: Counter) -> Span:
    """Half as long as the examples at least, as long as the recipe allows at most."""
    lengths = [texts.count(reply_of(task, example)) for example in task.examples]
    usual = sum(lengths) / len(lengths) if lengths else _REPLY_OF_NO_EXAMPLE
    longest = (task.sampling.max_tokens or 4 * usual) + (task.sampling.max_tokens_if_cut or 0)
    return Span(min(usual, longest) / 2, min(usual, longest), longest)
