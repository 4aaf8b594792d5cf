"""What a run has spent, and whether it may spend more.

Tokens are known only once a reply is there. So each request is counted at its expected size
from the moment it is sent, and at its real one when its reply has come: a run stops before its
limit, not after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from mmgen_datasets.chat import Reply
from mmgen_datasets.errors import StopError, UsageError
from mmgen_datasets.generation.cost import Price, cost
from mmgen_datasets.quantity import quantity


@dataclass(frozen=True)
class Spending:
    """Tokens, and the US dollars they cost."""

    prompt_tokens: float = 0
    completion_tokens: float = 0
    cached_tokens: float = 0
    """How many of the prompt's tokens the server took from a cache of its own."""
    cost: float = 0.0

    @property
    def tokens(self) -> float:
        """All of them."""
        return self.prompt_tokens + self.completion_tokens

    def __add__(self, other: Spending) -> Spending:
        return Spending(
            self.prompt_tokens + other.prompt_tokens,
            self.completion_tokens + other.completion_tokens,
            self.cached_tokens + other.cached_tokens,
            self.cost + other.cost,
        )

    def __sub__(self, other: Spending) -> Spending:
        return Spending(
            self.prompt_tokens - other.prompt_tokens,
            self.completion_tokens - other.completion_tokens,
            self.cached_tokens - other.cached_tokens,
            self.cost - other.cost,
        )


NOTHING = Spending()


class Sizes(NamedTuple):
    """What the attempts at a request may use."""

    first: Spending = NOTHING
    if_cut: Spending = NOTHING
    """Of the second, where the first was cut short."""


@dataclass(frozen=True)
class Caps:
    """What a user sets as limits of a run, and where prices are looked up first."""

    max_cost: float | None = None
    """US dollars, for the whole run."""
    max_tokens: int | None = None
    """Of prompts and replies together, for the whole run."""
    prices: Path | None = None
    """A table of the user's own; see `mmgen_datasets.generation.prices`."""


@dataclass(frozen=True)
class Budget:
    """What a run may spend in all; None is no limit.

    Raises:
        UsageError: a limit is not above 0, or one of money is given and no price.
    """

    max_cost: float | None = None
    """US dollars."""
    max_tokens: int | None = None
    """Of prompts and replies together."""
    price: Price | None = None

    def __post_init__(self) -> None:
        for name in ("max_cost", "max_tokens"):
            if (value := getattr(self, name)) is not None and not value > 0:
                raise UsageError(f"{name} is {value}", "give a number above 0")
        if self.max_cost is not None and self.price is None:
            raise UsageError(
                f"max_cost is {self.max_cost}, and the price of the model is not known",
                "give the price in a table of your own, or use max_tokens",
            )

    @property
    def is_limited(self) -> bool:
        """Whether there is any limit."""
        return self.max_cost is not None or self.max_tokens is not None

    def allows(self, spent: Spending, coming: Spending) -> bool:
        """Whether both together stay within the limits."""
        total = spent + coming
        return (self.max_cost is None or total.cost <= self.max_cost) and (
            self.max_tokens is None or total.tokens <= self.max_tokens
        )

    def spent_on(self, reply: Reply) -> Spending | None:
        """What a reply used and cost; None where the server does not say."""
        if reply.prompt_tokens is None or reply.completion_tokens is None:
            return None
        used = (reply.prompt_tokens, reply.completion_tokens, reply.cached_tokens or 0)
        return Spending(*used, cost(self.price, *used) if self.price else 0.0)


@dataclass
class Account:
    """The money of a run while it goes on; for one thread."""

    budget: Budget
    spent: Spending = NOTHING
    """By this run, in earlier calls too."""
    in_flight: Spending = NOTHING
    """The expected size of what has been sent and is not answered."""

    def reserve(self, expected: Spending) -> bool:
        """Set a request's expected size aside; to be called before it is sent.

        Returns:
            Whether it may be sent. If not, nothing was set aside.
        """
        if not self.budget.allows(self.spent, self.in_flight + expected):
            return False
        self.in_flight += expected
        return True

    def settle(self, expected: Spending, reply: Reply | None) -> None:
        """Put what a request really used in the place of its expected size.

        Args:
            expected: what was given to `reserve`.
            reply: None where it failed, which counts as nothing. A reply whose server does not
                say what it used counts as it was expected.
        """
        self.in_flight -= expected
        if reply is not None:
            self.spent += self.budget.spent_on(reply) or expected

    def refusal(self) -> StopError:
        """What ends a run when `reserve` said no and nothing is in flight any more."""
        budget, spent = self.budget, self.spent
        limits = [f"${budget.max_cost:,.2f}"] if budget.max_cost is not None else []
        limits += [quantity(budget.max_tokens, "token")] if budget.max_tokens is not None else []
        used = f"{spent.tokens:,.0f} tokens"
        return StopError(
            f"the next request may pass the limit of {' or '.join(limits)};"
            f" spent {f'${spent.cost:,.2f}, ' if budget.price else ''}{used}",
            "give the same command with a higher limit to go on",
        )
