"""What a run will need, before anything is sent.

Prompts are counted. Replies are expected to be as long as those of the recipe's examples, until
the journal has enough real ones of a task; those then also correct the count of its prompts and
tell how much of them the server takes from its cache.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.generation.budget import Budget, Spending
from mmgen_datasets.generation.cost import Price, cost
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.picture_tokens import picture_rule
from mmgen_datasets.generation.prices import find_price
from mmgen_datasets.generation.prompt_counts import Ints, count_prompts
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.tokens import Counter, counter
from mmgen_datasets.prompts.context import reply_of
from mmgen_datasets.prompts.recipe import Recipe
from mmgen_datasets.prompts.task import Task

ENOUGH_REPLIES = 20
"""From so many real replies of a task on, they are believed more than its examples."""
_REPLY_OF_NO_EXAMPLE = 400  # tokens: a page of dialogue or three paragraphs


class Span(NamedTuple):
    """An expected value and what it will hardly be below or above."""

    low: float
    expected: float
    high: float


@dataclass(frozen=True)
class TaskEstimate:
    """What the requests of a task will need."""

    name: str
    requests: int
    """To be sent."""
    prompt_tokens: float
    """Of all of them."""
    cached_tokens: float
    """Of these, what the server is expected to take from its cache."""
    reply_tokens: Span
    """Of one reply; ``high`` is the longest that the recipe lets it be, where it is not learnt."""
    learnt_from: int
    """Real replies; 0 where it is the recipe's examples."""


@dataclass(frozen=True)
class Estimate:
    """What a run will need; `describe` puts it into words."""

    tasks: tuple[TaskEstimate, ...]
    settled: int
    """Requests that the journal has an outcome of."""
    spent: Spending
    """What the replies in the journal used, and cost at today's price."""
    price: Price | None
    texts_counted_by: str
    pictures_counted_by: str | None
    """None where there are no pictures in the requests."""

    @property
    def requests(self) -> int:
        """To be sent; the same request twice is one."""
        return sum(task.requests for task in self.tasks)

    @property
    def prompt_tokens(self) -> float:
        """Of all requests to be sent."""
        return sum(task.prompt_tokens for task in self.tasks)

    @property
    def completion_tokens(self) -> Span:
        """Of all replies to come."""
        return _total(
            [Span(*(task.requests * n for n in task.reply_tokens)) for task in self.tasks]
        )

    @property
    def cost(self) -> Span | None:
        """US dollars, of what is still to be sent; None where no price is known."""
        if self.price is None:
            return None
        return _total([_cost_of(task, self.price) for task in self.tasks])

    def sizes(self) -> dict[str, Spending]:
        """What one request of each task may use: its mean prompt, its longest likely reply.

        For `mmgen_datasets.generation.budget.Account`, which sets it aside for each request.
        """
        return {task.name: _size(task, self.price) for task in self.tasks if task.requests}


def estimate(
    requests: Dataset,
    samples: Dataset,
    recipe: Recipe,
    *,
    backend: Backend,
    table: Path | None = None,
    journal: Path | None = None,
) -> Estimate:
    """Estimate what it takes to answer all that is not answered yet.

    Args:
        requests: of `mmgen_datasets.generation.requests.build_requests`.
        samples: what they were built from.
        recipe: what they were built with.
        backend: whom they are to be put to.
        table: of the user's own prices, see `mmgen_datasets.generation.prices`.
        journal: the file with the outcomes so far; need not exist.

    Raises:
        UsageError: the table of prices cannot be used.
        RunError: the journal cannot be used.
    """
    price = find_price(backend.model, backend.endpoint, table)
    texts = counter(backend.model)
    rows = count_prompts(requests, samples, texts, backend.model)
    records = _outcomes(rows["digest"].to_pylist(), backend, journal)
    is_open = np.array([record is None or not record.is_settled for record in records], dtype=bool)
    counted, names = rows["tokens"].to_numpy(), rows["task"]
    tasks = []
    for task in recipe.tasks:
        mine = pc.equal(names, task.name).to_numpy(zero_copy_only=False)
        known = [records[index] for index in np.flatnonzero(mine & ~is_open)]
        learnt = _learn(known, counted[mine & ~is_open])
        tasks.append(_expect(task, counted[mine & is_open], learnt, texts))
    return Estimate(
        tuple(tasks),
        settled=int((~is_open).sum()),
        spent=_spent(records, price),
        price=price,
        texts_counted_by=texts.name,
        pictures_counted_by=picture_rule(backend.model) if pc.sum(rows["media"]).as_py() else None,
    )


def describe(estimate: Estimate) -> str:
    """Put an estimate into a few lines for people."""
    low, expected, high = estimate.completion_tokens
    learnt = sum(task.learnt_from for task in estimate.tasks)
    by = estimate.texts_counted_by
    if estimate.pictures_counted_by:
        by += f"; pictures: {estimate.pictures_counted_by}"
    source = f"from {learnt:,} replies" if learnt else "from the recipe's examples"
    lines = [
        ("requests", f"{estimate.requests:,}", f"{estimate.settled:,} answered before"),
        ("prompt tokens", f"{estimate.prompt_tokens:,.0f}", by),
        ("reply tokens", f"{expected:,.0f}", f"{low:,.0f} to {high:,.0f}, {source}"),
        *_money(estimate),
    ]
    width = max(len(value) for _, value, _ in lines)
    return "\n".join(
        f"{name:<13}  {value:>{width}}  {note}".rstrip() for name, value, note in lines
    )


def _money(estimate: Estimate) -> list[tuple[str, str, str]]:
    if estimate.price is None or estimate.cost is None:
        return [("cost", "unknown", "no price for this model there; give it in a table")]
    low, expected, high = estimate.cost
    rates = estimate.price.rates
    lines = [("cost", f"${expected:,.2f}", f"${low:,.2f} to ${high:,.2f}")]
    if estimate.spent.cost:
        lines.append(("spent", f"${estimate.spent.cost:,.2f}", "before"))
    said = f"in, ${rates.output:g} out, ${rates.cached_input:g} in from cache, per million tokens"
    return [*lines, ("price", f"${rates.input:g}", f"{said} ({estimate.price.source})")]


def _outcomes(
    digests: Sequence[str], backend: Backend, journal: Path | None
) -> list[Record | None]:
    if journal is None or not journal.exists():
        return [None] * len(digests)
    keys = [key_of({"digest": digest}, backend) for digest in digests]
    with open_journal(journal) as opened:
        found = opened.records(keys)
    return [found.get(key) for key in keys]


class _Learnt(NamedTuple):
    """What the real replies of a task say."""

    replies: int
    reply_tokens: Span
    prompt_factor: float
    """Real prompt tokens for each that was counted."""
    cached_share: float
    """Of the prompt's tokens, 0..1."""


def _learn(records: Sequence[Record | None], counted: Ints) -> _Learnt | None:
    used = [
        (reply.completion_tokens, reply.prompt_tokens, reply.cached_tokens or 0, guess)
        for record, guess in zip(records, counted.tolist(), strict=True)
        if record and (reply := record.reply)
        if reply.completion_tokens is not None and reply.prompt_tokens is not None
    ]
    if len(used) < ENOUGH_REPLIES:
        return None
    replies, prompts, cached, guesses = (np.array(column) for column in zip(*used, strict=True))
    mean = float(replies.mean())
    doubt = 2 * float(replies.std(ddof=1)) / math.sqrt(len(replies))  # 95 % of the mean
    return _Learnt(
        len(used),
        Span(max(0.0, mean - doubt), mean, mean + doubt),
        float(prompts.sum() / max(1, guesses.sum())),
        float(cached.sum() / max(1, prompts.sum())),
    )


def _expect(task: Task, counted: Ints, learnt: _Learnt | None, texts: Counter) -> TaskEstimate:
    prompt = float(counted.sum())
    if learnt is None:
        replies = _replies_by_example(task, texts)
        return TaskEstimate(task.name, len(counted), prompt, 0, replies, 0)
    prompt *= learnt.prompt_factor
    cached = prompt * learnt.cached_share
    return TaskEstimate(
        task.name, len(counted), prompt, cached, learnt.reply_tokens, learnt.replies
    )


def _replies_by_example(task: Task, texts: Counter) -> Span:
    """Half as long as the examples at least, as long as the recipe allows at most."""
    lengths = [texts.count(reply_of(task, example)) for example in task.examples]
    usual = sum(lengths) / len(lengths) if lengths else _REPLY_OF_NO_EXAMPLE
    longest = task.sampling.max_tokens or 4 * usual
    return Span(min(usual, longest) / 2, min(usual, longest), longest)


def _spent(records: Sequence[Record | None], price: Price | None) -> Spending:
    budget = Budget(price=price)
    replies = [record.reply for record in records if record and record.reply]
    used = [spent for reply in replies if (spent := budget.spent_on(reply))]
    return sum(used, Spending())


def _cost_of(task: TaskEstimate, price: Price) -> Span:
    """At the mean prompt, which decides on the tier."""
    if not task.requests:
        return Span(0, 0, 0)
    prompt, cached = task.prompt_tokens / task.requests, task.cached_tokens / task.requests
    return Span(
        *(task.requests * cost(price, prompt, reply, cached) for reply in task.reply_tokens)
    )


def _size(task: TaskEstimate, price: Price | None) -> Spending:
    prompt, reply = task.prompt_tokens / task.requests, task.reply_tokens.high
    return Spending(prompt, reply, 0, cost(price, prompt, reply) if price else 0.0)


def _total(spans: Sequence[Span]) -> Span:
    return Span(*(sum(values) for values in zip(Span(0, 0, 0), *spans, strict=True)))
