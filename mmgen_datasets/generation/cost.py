"""What tokens cost."""

from __future__ import annotations

from dataclasses import dataclass

_PER = 1_000_000  # tokens that a rate is for


@dataclass(frozen=True)
class Rates:
    """US dollars per million tokens."""

    input: float
    output: float
    cached_input: float
    """For tokens of the prompt that the server took from a cache of its own."""


@dataclass(frozen=True)
class Tier:
    """The rates for all tokens of a request with a long prompt."""

    above: int
    """They hold for prompts of more tokens than this."""
    rates: Rates


@dataclass(frozen=True)
class Price:
    """What a model costs, and who says so."""

    rates: Rates
    source: str
    """Where it comes from, for people to judge."""
    tiers: tuple[Tier, ...] = ()
    """For long prompts, in rising order."""


def cost(
    price: Price, prompt_tokens: float, completion_tokens: float, cached_tokens: float = 0
) -> float:
    """US dollars for a request.

    Args:
        price: of the model.
        prompt_tokens: all of the prompt, those from the cache included.
        completion_tokens: of the reply, thinking included.
        cached_tokens: how many of the prompt's tokens came from the server's cache.

    Example:
        >>> price = Price(Rates(input=2.5, output=10, cached_input=1.25), "a price list")
        >>> cost(price, 1_000_000, 100_000, cached_tokens=400_000)
        3.0
    """
    rates = price.rates
    for tier in price.tiers:
        if prompt_tokens > tier.above:
            rates = tier.rates
    cached = min(cached_tokens, prompt_tokens)
    return (
        (prompt_tokens - cached) * rates.input
        + cached * rates.cached_input
        + completion_tokens * rates.output
    ) / _PER
