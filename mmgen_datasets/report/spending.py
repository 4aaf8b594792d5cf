"""What a run has spent by now, while its manifest does not tell yet."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache

from mmgen_datasets.generation.cost import Price, cost
from mmgen_datasets.generation.journal import Usage
from mmgen_datasets.generation.manifest import Manifest
from mmgen_datasets.generation.prices import find_price

_PRICED_LATER = frozenset({"openai-batch"})
"""Backends whose terms the manifest does not tell; it tells the cost once they are done."""


def counted(manifest: Manifest, used: Usage) -> Manifest:
    """A manifest with what replies used until now, and none of the rejects of an earlier call.

    Money is that of the public list; a table of the user's own is known to the run alone, which
    writes what it came to when it ends.
    """
    price = _price(manifest.plan.backend, manifest.model or "", manifest.endpoint or "")
    return replace(
        manifest,
        rejects={},
        prompt_tokens=used.prompt_tokens,
        completion_tokens=used.completion_tokens,
        cached_tokens=used.cached_tokens,
        cost=_spent(used, price) if price else manifest.cost,
        price_source=price.source if price else manifest.price_source,
        seconds=manifest.seconds or _seconds_since(manifest.started_at),
    )


@cache
def _price(backend: str | None, model: str, endpoint: str) -> Price | None:
    return None if backend in _PRICED_LATER else find_price(model, endpoint)


def _spent(used: Usage, price: Price) -> float:
    """As the run counts it when it ends, from the mean of all replies."""
    mean = (number / used.replies for number in used[1:])
    return round(used.replies * cost(price, *mean), 6) if used.replies else 0.0


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
