"""Settings of backends and sources, from a call or from the command line."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType, NoneType
from typing import Any, Literal, get_args, get_origin

import msgspec

from mmgen_datasets.errors import UsageError

IS_PATH: Mapping[str, bool] = MappingProxyType({"is_path": True})
"""Metadata of a field whose text names a file or folder from the present one on."""


def as_type(value: Any, wanted: Any, *, name: str, is_secret: bool = False) -> Any:
    """Bring a setting to its type.

    Args:
        value: text may stand for a number or a truth value, and with commas for a list, as it
            must on the command line; anything else has to be of the type already.
        wanted: the type, as an annotation.
        name: of the setting, for messages.
        is_secret: whether messages must not show the value.

    Raises:
        UsageError: it is of another type.
    """
    try:
        given = value.split(",") if isinstance(value, str) and _is_list(wanted) else value
        return msgspec.convert(given, wanted, strict=False)
    except msgspec.ValidationError as error:
        shown = f"of type {type(value).__name__}" if is_secret else repr(value)
        raise UsageError(f"{name} is {shown}", f"give {_words(wanted)}") from error


def _is_list(wanted: Any) -> bool:
    return isinstance(origin := get_origin(wanted), type) and issubclass(origin, Sequence)


def _words(wanted: Any) -> str:
    """Say what values a type has."""
    if get_origin(wanted) is Literal:
        return " or ".join(map(repr, get_args(wanted)))
    if NoneType in get_args(wanted):
        return " or ".join(_words(arg) for arg in get_args(wanted) if arg is not NoneType)
    if _is_list(wanted):
        return "a list of texts"
    return _WORDS.get(wanted, f"a value of type {getattr(wanted, '__name__', wanted)}")


_WORDS = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
