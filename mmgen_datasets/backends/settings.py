"""The settings of a backend, from a call or from the command line, as its fields want them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, Field, fields
from typing import Any, get_type_hints

from mmgen_datasets.errors import UsageError
from mmgen_datasets.settings import as_type


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
    # A field that is left out of repr() may hold a secret.
    return as_type(value, wanted, name=field.name, is_secret=not field.repr)
