"""Where the price of a model comes from.

First a table of the user's own, a YAML or JSON file with US dollars per million tokens::

    gpt-5-mini: {input: 0.25, output: 2.0, cached_input: 0.025}
    my-model: {input: 0.1, output: 0.4}

then the list that the package `genai-prices` carries, which is read as installed and never
fetched anew; a model that runs in this process, or on a server of a private network, costs
nothing.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import yaml
from genai_prices.data_snapshot import get_snapshot
from genai_prices.types import ModelPrice, TieredPrices
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from yarl import URL

from mmgen_datasets.backends.base import Backend
from mmgen_datasets.backends.batch import BatchBackend
from mmgen_datasets.errors import UsageError
from mmgen_datasets.generation.cost import Price, Rates, Tier

_PRIVATE_NAMES = (".localhost", ".local", ".internal", ".lan", ".home.arpa")
"""Names that no public server has (RFC 6761, 6762 and 8375, and ICANN for ``.internal``)."""

_Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Row(BaseModel):
    """A model in a user's table."""

    model_config = ConfigDict(extra="forbid")

    input: _Dollars
    output: _Dollars
    cached_input: _Dollars | None = None


_Table = TypeAdapter(dict[str, _Row])


def price_of(backend: Backend, table: Path | None = None) -> Price | None:
    """Find what a backend's model costs, on the terms that it asks for.

    The arguments and errors are those of `find_price`.
    """
    terms = backend.price_terms if isinstance(backend, BatchBackend) else {}
    return find_price(backend.model, backend.endpoint, table, terms)


def find_price(
    model: str,
    endpoint: str,
    table: Path | None = None,
    terms: Mapping[str, str] = MappingProxyType({}),
) -> Price | None:
    """Find what a model costs at a server.

    Args:
        model: as the server names it.
        endpoint: of the backend.
        table: a YAML or JSON file of the user's; what it says goes before anything else.
        terms: which price of the list, as `genai-prices` names it: ``{"processing": "batch"}``.
            Where it has none on such terms, the usual one holds.

    Returns:
        None where nobody knows.

    Raises:
        UsageError: the table cannot be read or holds something else than prices.
    """
    rows = _read(table) if table else {}
    if (row := rows.get(model)) is not None:
        discounted = row.input if row.cached_input is None else row.cached_input
        return Price(Rates(row.input, row.output, discounted), str(table))
    if place := _own_place(endpoint):
        return Price(Rates(0, 0, 0), f"{place}: taken to cost nothing")
    return _listed(model, endpoint, terms)


def _read(table: Path) -> Mapping[str, _Row]:
    hint = "write a line for each model, as: gpt-5-mini: {input: 0.25, output: 2.0}"
    try:
        value = yaml.safe_load(table.read_text(encoding="utf-8"))  # JSON is YAML too
        return _Table.validate_python(value)
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise UsageError(f"{table}: cannot be read as a table of prices: {error}", hint) from error
    except ValidationError as error:
        fault = error.errors()[0]
        where = ".".join(str(step) for step in fault["loc"]) or "the whole file"
        problem = f"{table}: {where} is {fault['input']!r}: {_FAULTS.get(fault['type'], _NUMBER)}"
        raise UsageError(problem, hint) from error


_NUMBER = "it must be a number of US dollars per million tokens, 0 or more"
_FAULTS = {
    "missing": "'input' and 'output' must both be there",
    "extra_forbidden": "the keys are 'input', 'output' and 'cached_input'",
    "model_type": "it must be a mapping",
    "dict_type": "it must be a mapping of models to prices",
    "string_type": "the name of a model must be text; put quotes around it",
}
"""What pydantic finds, in the words of the file."""


def _own_place(endpoint: str) -> str | None:
    """What runs the model, if that is the user's own: this process or a private server."""
    url = URL(endpoint)
    if url.scheme not in {"http", "https"} or not url.host:
        return "in this process"
    return f"{url.host}, on a private network" if _is_private(url.host.rstrip(".")) else None


def _is_private(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_private
    except ValueError:  # a name; one without a dot is of the same network
        return "." not in host or host.endswith(_PRIVATE_NAMES)


def _listed(model: str, endpoint: str, terms: Mapping[str, str]) -> Price | None:
    """The entry of `genai-prices` for the provider whose address this is.

    None as well where it lists a fee for each request, or leaves a rate out: a cost that is
    known in part would be taken for all of it.
    """
    try:
        provider, found = get_snapshot().find_provider_model(model, None, None, endpoint)
    except LookupError:
        return None
    usual, listed = (found.get_prices(datetime.now(UTC), asked) for asked in (None, {**terms}))
    on_terms = "".join(f", {term}" for term in terms.values()) if listed != usual else ""
    if listed.input_mtok is None or listed.output_mtok is None or listed.requests_kcount:
        return None
    return Price(
        _rates(listed, 0),
        f"genai-prices {version('genai-prices')}: {provider.name}, {found.id}{on_terms}",
        tuple(Tier(above, _rates(listed, above + 1)) for above in _thresholds(listed)),
    )


def _thresholds(listed: ModelPrice) -> list[int]:
    rates = (listed.input_mtok, listed.output_mtok, listed.cache_read_mtok)
    return sorted({t.start for r in rates if isinstance(r, TieredPrices) for t in r.tiers})


def _rates(listed: ModelPrice, prompt_tokens: int) -> Rates:
    """The rates for a prompt of so many tokens; with no discount listed there is none."""
    fresh = _rate(listed.input_mtok, prompt_tokens)
    cached = listed.cache_read_mtok
    return Rates(
        fresh,
        _rate(listed.output_mtok, prompt_tokens),
        fresh if cached is None else _rate(cached, prompt_tokens),
    )


def _rate(listed: Decimal | TieredPrices | None, prompt_tokens: int) -> float:
    if isinstance(listed, TieredPrices):
        reached = [tier.price for tier in listed.tiers if prompt_tokens > tier.start]
        return float(reached[-1] if reached else listed.base)
    return float(listed or 0)
