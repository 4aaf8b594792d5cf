"""What a run will need, before anything is sent.

Prompts are counted. Replies are expected to be as long as those of the recipe's examples, until
the journal has enough real ones of a task; those then also correct the count of its prompts and
tell how much of them the server takes from its cache.
"""

from __future__ import annotations

from collections import Counter as Reasons
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import pyarrow.compute as pc
from datasets import Dataset

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.chat import Reply
from mmgen_datasets.generation.budget import Budget, Sizes, Spending
from mmgen_datasets.generation.cost import Price, cost
from mmgen_datasets.generation.journal import Record, open_journal
from mmgen_datasets.generation.picture_tokens import picture_rule
from mmgen_datasets.generation.prices import price_of
from mmgen_datasets.generation.prompt_counts import Ints, count_prompts
from mmgen_datasets.generation.reply_lengths import Learnt, Span, learn, replies_by_example
from mmgen_datasets.generation.requests import key_of
from mmgen_datasets.generation.tokens import Counter, counter
from mmgen_datasets.prompts.recipe import Recipe
from mmgen_datasets.prompts.task import Task
from mmgen_datasets.quantity import quantity

_REASONS_TOLD = 5


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
    """Of one request, on average; where a reply is cut short, of both attempts."""
    longest_reply: float
    """What the recipe allows, in tokens; where it sets no bound, the high end of the average."""
    longest_if_cut: float
    """What it allows a second attempt, where the first is cut short."""
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
    impossible: Mapping[str, int]
    """The commonest reasons why requests cannot be put, and of how many."""

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

    def sizes(self) -> dict[str, Sizes]:
        """What the attempts at a request of each task may use: mean prompt, longest reply.

        For `mmgen_datasets.generation.budget.Account`, which sets it aside for each request.
        """
        return {task.name: _sizes(task, self.price) for task in self.tasks if task.requests}


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
    price = price_of(backend, table)
    errors = requests.select_columns("error").with_format("arrow")[:]["error"]
    texts = counter(backend.model)
    rows = count_prompts(requests, samples, texts, backend.model)
    records, replies = _outcomes(rows["digest"].to_pylist(), backend, journal)
    is_open = np.array([record is None or not record.is_settled for record in records], dtype=bool)
    counted, names = rows["tokens"].to_numpy(), rows["task"]
    tasks = []
    for task in recipe.tasks:
        mine = pc.equal(names, task.name).to_numpy(zero_copy_only=False)
        known = [replies[index] for index in np.flatnonzero(mine & ~is_open)]
        learnt = learn(known, counted[mine & ~is_open])
        tasks.append(_expect(task, counted[mine & is_open], learnt, texts))
    return Estimate(
        tuple(tasks),
        settled=int((~is_open).sum()),
        spent=_spent(replies, price),
        price=price,
        texts_counted_by=texts.name,
        pictures_counted_by=picture_rule(backend.model) if pc.sum(rows["media"]).as_py() else None,
        impossible=dict(Reasons(errors.drop_null().to_pylist()).most_common(_REASONS_TOLD)),
    )


def describe(estimate: Estimate) -> str:
    """Put an estimate into a few lines for people."""
    low, expected, high = estimate.completion_tokens
    span = f"{low:,.0f} to {high:,.0f}, from {_teachers(estimate)}"
    by = estimate.texts_counted_by
    if estimate.pictures_counted_by:
        by += f"; pictures: {estimate.pictures_counted_by}"
    lines = [
        ("requests", f"{estimate.requests:,}", f"{estimate.settled:,} answered before"),
        *(("impossible", f"{count:,}", why) for why, count in estimate.impossible.items()),
        ("prompt tokens", f"{estimate.prompt_tokens:,.0f}", by),
        ("reply tokens", f"{expected:,.0f}", span),
        *_money(estimate),
    ]
    width = max(len(value) for _, value, _ in lines)
    return "\n".join(
        f"{name:<13}  {value:>{width}}  {note}".rstrip() for name, value, note in lines
    )


def _teachers(estimate: Estimate) -> str:
    learnt = sum(task.learnt_from for task in estimate.tasks)
    by_example = any(task.requests and not task.learnt_from for task in estimate.tasks)
    teachers = [quantity(learnt, "reply", "replies")] * bool(learnt)
    teachers += ["the recipe's examples"] * by_example
    return " and ".join(teachers or ["nothing"])


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
) -> tuple[list[Record | None], list[list[Reply]]]:
    """The attempt that counts, and all replies, to each request."""
    if journal is None or not journal.exists():
        return [None] * len(digests), [[] for _ in digests]
    keys = [key_of({"digest": digest}, backend) for digest in digests]
    with open_journal(journal) as opened:
        found, replies = opened.records(keys), opened.replies(keys)
    return [found.get(key) for key in keys], [replies.get(key, []) for key in keys]


def _expect(task: Task, counted: Ints, learnt: Learnt | None, texts: Counter) -> TaskEstimate:
    prompt, cached_share = float(counted.sum()), 0.0
    replies = learnt.reply_tokens if learnt else replies_by_example(task, texts)
    if learnt:
        prompt, cached_share = prompt * learnt.prompt_factor, learnt.cached_share
    return TaskEstimate(
        task.name,
        requests=len(counted),
        prompt_tokens=prompt,
        cached_tokens=prompt * cached_share,
        reply_tokens=replies,
        longest_reply=task.sampling.max_tokens or replies.high,
        longest_if_cut=task.sampling.max_tokens_if_cut or 0,
        learnt_from=learnt.replies if learnt else 0,
    )


def _spent(replies: Sequence[Sequence[Reply]], price: Price | None) -> Spending:
    budget = Budget(price=price)
    used = [spent for reply in chain(*replies) if (spent := budget.spent_on(reply))]
    return sum(used, Spending())


def _cost_of(task: TaskEstimate, price: Price) -> Span:
    """At the mean prompt, which decides on the tier."""
    if not task.requests:
        return Span(0, 0, 0)
    prompt, cached = task.prompt_tokens / task.requests, task.cached_tokens / task.requests
    return Span(
        *(task.requests * cost(price, prompt, reply, cached) for reply in task.reply_tokens)
    )


def _sizes(task: TaskEstimate, price: Price | None) -> Sizes:
    prompt = task.prompt_tokens / task.requests
    return Sizes(
        *(
            Spending(prompt, reply, 0, cost(price, prompt, reply) if price else 0.0)
            for reply in (task.longest_reply, task.longest_if_cut)
        )
    )


def _total(spans: Sequence[Span]) -> Span:
    return Span(*(sum(values) for values in zip(Span(0, 0, 0), *spans, strict=True)))
