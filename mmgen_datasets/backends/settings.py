"""The settings of a backend, from a call or from the command line, as its fields want them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from mmgen_datasets.errors import UsageError


def read_settings(name: str, kind: type, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Bring settings to the types of a dataclass's fields.

    Args:
        name: of the backend, for messages.
        kind: the dataclass.
        settings: values by field. Text may stand for a number or a truth value, as it must on
            the command line; anything else has to be of the field's type already.

    Raises:
        UsageError: a setting that the backend does not have, or lacks, or that is of another
            type.
    """
    known = {field.name: field for field in fields(kind) if field.init}
    if unknown := settings.keys() - known.keys():
        raise UsageError(
            f"the backend {name!r} has no setting {min(unknown)!r}", f"it has {', '.join(known)}"
        )
    for field in known.values():
        if _is_required(field) and settings.get(field.name) is None:
            raise UsageError(f"the backend {name!r} needs a {field.name}", f"give its {field.name}")
    types = get_type_hints(kind)
    return {key: _converted(value, types[key], known[key]) for key, value in settings.items()}


def _is_required(field: Field[Any]) -> bool:
    return field.default is MISSING and field.default_factory is MISSING


def _converted(value: Any, wanted: Any, field: Field[Any]) -> Any:
    try:
        return msgspec.convert(value, wanted, strict=False)
    except msgspec.ValidationError as error:
        # A field that is left out of repr() may hold a secret.
        shown = repr(value) if field.repr else f"of type {type(value).__name__}"
        raise UsageError(f"{field.name} is {shown}", f"give {_words(wanted)}") from error


def _words(wanted: Any) -> str:
    """Say what values a type has."""
    if get_origin(wanted) is Literal:
        return " or ".join(map(repr, get_args(wanted)))
    if NoneType in get_args(wanted):
        return " or ".join(_words(arg) for arg in get_args(wanted) if arg is not NoneType)
    return _WORDS.get(wanted, f"a value of type {getattr(wanted, '__name__', wanted)}")


_WORDS = {
    str: "text",
    int: "a whole number",
    float: "a number",
    bool: "true or false",
    tuple[str, ...]: "a list of texts",
}
